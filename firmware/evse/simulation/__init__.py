"""A simulated car, house, board and meters: what runs when no hardware is configured."""
