"""What survives a power cut: one SQLite file."""
