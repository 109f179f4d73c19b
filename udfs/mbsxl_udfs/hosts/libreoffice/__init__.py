"""LibreOffice: the extension, what it calls, and how it is put in."""
