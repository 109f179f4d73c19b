"""What several templates share: the figures, the market of the day, the coupon stack."""
