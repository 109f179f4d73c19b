"""Mortgage-backed securities: cash flows, prices, spreads and runoff, by the market's own conventions."""

__version__ = "0.1.0"
