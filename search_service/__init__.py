"""What is stored, what is searchable, how it is asked."""
