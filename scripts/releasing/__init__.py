"""What belongs to a release: what it is made of, whether holes are known, its files, signed."""
