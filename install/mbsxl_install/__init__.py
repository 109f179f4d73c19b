"""The `mbsxl` command."""
