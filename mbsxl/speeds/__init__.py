"""Prepayment and default speeds: their units, the text that names one, a speed month by month."""
