"""Requirements: posted, understood, completed, and followed through their events (S5-40..S5-47)."""
