"""The eight checks: pure functions of item, conditions, offer, day and tables (docs/matching.md)."""
