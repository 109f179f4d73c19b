"""The formulas: glossary and catalogue, how cells become arguments, the reference."""
