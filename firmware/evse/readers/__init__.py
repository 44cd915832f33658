"""Readers of cards, and the numbers they read."""
