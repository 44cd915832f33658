"""Sharing what the house leaves: pure regulators from meter samples to a limit."""
