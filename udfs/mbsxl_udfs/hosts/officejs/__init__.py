"""Excel through xlwings Lite or Server, on Windows, macOS and the web."""
