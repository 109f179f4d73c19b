"""There are none; xlwings Server asks for the folder."""
