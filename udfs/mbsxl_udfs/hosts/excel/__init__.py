"""Excel on Windows: the add-in, built without Excel, and what it calls."""
