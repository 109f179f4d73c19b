"""Any workbook, with no word of mortgages: package, addresses, cells, charts, and the engine that recalculates."""
