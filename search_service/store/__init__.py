"""What is stored: tables by family, sessions, marks, migrations."""
