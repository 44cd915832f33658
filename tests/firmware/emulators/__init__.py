"""Devices of a wallbox, byte for byte, each behind a real pseudo terminal."""
