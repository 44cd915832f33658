"""The black box: keeps the last minutes of each connector's control turns, and repeats them."""
