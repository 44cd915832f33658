"""Every parameter of the wallbox, declared once, and the values in force."""
