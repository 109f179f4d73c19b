"""Any workbook of any trade: package, addresses, cells, charts, and the engine that recalculates it."""
