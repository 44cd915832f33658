"""Starts the real programs as processes and talks to them as a person would."""
