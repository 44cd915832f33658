"""The charge controller: pure decisions from state, inputs, settings and time.

Nothing in this package reads a clock, opens a socket or a file, logs, or throws dice. The same
inputs always give the same outputs, so a recorded trace replays bit by bit.
"""
