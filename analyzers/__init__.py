"""Text → tokens and typed pieces; knows no database, no engine and no kind."""
