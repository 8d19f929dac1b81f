"""Reading typed slots out of a query in one pass: pure, of words alone; `search/understand.py` decides what they do."""
