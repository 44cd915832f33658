"""`evse doctor`: what is on a serial line, how well it is understood, and what is wrong with it.

It only ever reads: no question of the doctor changes a register of a device.
"""
