"""What the examples of several formulas share."""

from __future__ import annotations

FLAT = "{1;5;30},{0.04;0.04;0.04}"  # a curve of two ranges
STEEP = "{2;5;10;30},{0.036;0.038;0.042;0.048}"
