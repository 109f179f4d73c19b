"""Functions that are more than their arguments' values, a module for each kind; `known` makes them known."""
