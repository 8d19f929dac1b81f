"""Database → index; the only writer of indices."""
