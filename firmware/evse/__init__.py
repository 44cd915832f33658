"""The program on the Linux controller of a wallbox."""

__version__ = "0.1.0"
