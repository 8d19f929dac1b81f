"""Standards for people: checking many numbers at once, what replaced what, who works to which edition (S5-23, N7)."""
