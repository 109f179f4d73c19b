"""What the market has agreed on: programmes and their delays, days, the bases of yields, prices in 32nds."""
