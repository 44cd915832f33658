"""The cards that this wallbox knows by itself, and how it learns them."""
