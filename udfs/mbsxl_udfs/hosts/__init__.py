"""The programs that show the formulas, a folder each."""
