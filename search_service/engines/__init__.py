"""Search engines behind one contract (`base.py`)."""
