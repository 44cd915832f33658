"""Updates of the program: signed bundles, two slots, and the way back."""
