"""A pilot front end on this computer's own PWM, ADC and GPIO lines; for the bench."""
