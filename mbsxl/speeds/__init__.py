"""Prepayment and default speeds: their measures, the text that names one, a speed month by month."""
