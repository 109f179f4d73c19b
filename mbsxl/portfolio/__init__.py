"""Many pools as one: cohorts, their runoff, the Federal Reserve's holdings under caps."""
