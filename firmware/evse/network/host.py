"""The wallbox's name in the local network: by mDNS, on its certificate, on its label. Pure."""

import re

LABEL_BYTES = 63
"""Of one label in DNS (RFC 1035, 2.3.4)."""


def host_of(chosen: str, identity: str) -> str:
    """A name in the network: the chosen one, else what letters and digits `identity` has."""
    name = chosen or re.sub(r"[^A-Za-z0-9]+", "-", identity).strip("-")
    return name[:LABEL_BYTES].rstrip("-") or "evse"
