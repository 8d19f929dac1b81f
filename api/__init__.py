"""Every entry point and all wiring."""
