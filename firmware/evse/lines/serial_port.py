"""Letting go of a serial port of `serial_asyncio_fast`, whose adapter may have been pulled out."""

import asyncio


def let_go(transport: asyncio.WriteTransport) -> None:
    """Close the port without waiting for a line that takes nothing; call it once.

    A port that was lost is being closed already. To abort it then as well makes the library end it
    twice, and log an error of its own ("'NoneType' object has no attribute 'connection_lost'").
    """
    if not transport.is_closing() or transport.get_write_buffer_size():
        transport.abort()
