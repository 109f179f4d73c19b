"""Positions from wherever a user keeps them: tables, data frames and files, and the book that they make."""
