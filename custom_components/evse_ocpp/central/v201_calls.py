"""What the calls to an OCPP 2.0.1 charger have in common: request ids, EVSEs and cards."""

import re
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from .charger import Charger
from .charger_calls import ChargerCalls, bounded
from .connection import Caller
from .v201_device_model import variable_name
from .v201_inbound import Inbound201

MAX_ID_TOKEN_CHARS = 36
"""identifierString of IdTokenType (part 2, 2.28)."""
_UID = re.compile(r"[0-9A-Fa-f]+")
_UID_TYPES = {8: "ISO14443", 14: "ISO14443", 20: "ISO14443", 16: "ISO15693"}
"""Hexadecimal digits of a card's UID → its kind: 4, 7 or 10 bytes, and 8."""


class Calls201(ChargerCalls):
    """The calls of one connection. `inbound` knows what the charger has told on it."""

    def __init__(
        self,
        charger: Charger,
        call: Caller,
        utcnow: Callable[[], datetime],
        inbound: Inbound201,
    ) -> None:
        super().__init__(charger, call, utcnow)
        self._inbound = inbound
        # Other than those of earlier connections, whose reports may still be on their way.
        self._request_ids = count(int(utcnow().timestamp()) % 2**30)

    def _name_of(self, action: str, payload: dict[str, Any]) -> str:
        """One variable may restart a charger where others do not."""
        for field in ("setVariableData", "getVariableData"):
            data = payload.get(field, ())
            if len(data) == 1:
                return f"{action} {variable_name(data[0]['component'], data[0]['variable'])}"
        return super()._name_of(action, payload)

    def _request_id(self) -> int:
        return next(self._request_ids)

    def _chunk(self, variable: str, otherwise: int) -> int:
        """Return how many items the charger takes in a message, by one of its variables."""
        told = self._charger.configuration.get(variable)
        try:
            return max(int(told.value), 1) if told and told.value else otherwise
        except ValueError:
            return otherwise


def id_token(id_tag: str) -> dict[str, Any]:
    """Return a card as IdTokenType: by its type a charger finds it in its list.

    What is no UID of a card was given by us.
    """
    tag = bounded("id_tag", id_tag, MAX_ID_TOKEN_CHARS)
    kind = _UID_TYPES.get(len(tag), "Central") if _UID.fullmatch(tag) else "Central"
    return {"idToken": tag, "type": kind}
