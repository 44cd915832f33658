"""A null-modem cable: two pseudo terminals, each of which receives what the other sends."""

import asyncio
import contextlib
import os
import tty
from collections.abc import Iterator


@contextlib.contextmanager
def null_modem() -> Iterator[tuple[str, str]]:
    """The device names of both ends; works within the running event loop."""
    loop = asyncio.get_running_loop()
    (master_a, end_a), (master_b, end_b) = os.openpty(), os.openpty()
    for end in (end_a, end_b):
        tty.setraw(end)

    def carry(source: int, target: int) -> None:
        os.write(target, os.read(source, 1024))

    loop.add_reader(master_a, carry, master_a, master_b)
    loop.add_reader(master_b, carry, master_b, master_a)
    try:
        yield os.ttyname(end_a), os.ttyname(end_b)
    finally:
        for descriptor in (master_a, master_b):
            loop.remove_reader(descriptor)
        for descriptor in (master_a, end_a, master_b, end_b):
            os.close(descriptor)
