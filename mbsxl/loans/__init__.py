"""Pools of loans: what they are, what they pay, what is left of them, what makes them prepay."""
