"""What is asked of a settled claim: price, yield, durations, spreads, option-adjusted value and risk."""
