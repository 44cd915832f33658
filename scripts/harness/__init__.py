"""Starts the real programs (Home Assistant, `evse`) as processes and talks to them as a person would."""
