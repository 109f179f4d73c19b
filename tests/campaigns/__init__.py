"""Long runs against bad input and bad luck: 60 seconds each in CI, longer ones by hand.

`python -m tests.campaigns.NAME SECONDS [SEED]` runs one: it prints its figures, and fails where something fell through.
"""
