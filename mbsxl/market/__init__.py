"""The market: curves of par yields, and the paths that interest rates may take."""
