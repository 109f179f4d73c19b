"""The formulas: what a user can type in a cell, and how a cell becomes a calculation and back."""
