"""One supply line shared by several wallboxes: who may draw what, and how they tell each other."""
