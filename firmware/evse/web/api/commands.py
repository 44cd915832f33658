"""Asks the running wallbox by the commands of its local socket, for which the checks exist."""

import json
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evse.local.requests import parse
from evse.web.endpoint import ApiError

if TYPE_CHECKING:
    from evse.web.context import Context


async def ask(context: "Context", command: str, **fields: Any) -> dict[str, Any]:
    """The answer of a command. Fields that are None are not given.

    Raises ApiError for a connector or command that this wallbox does not have, ValueError for what
    cannot be done, and `sqlite3.Error` for a disk that fails.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    request = parse(json.dumps({"command": command, **given}).encode())
    check_connector(context, request.fields)
    handler = context.handlers.get(command)
    if handler is None:
        raise ApiError(409, "not_available", f"{command} is not for this wallbox")
    try:
        return await handler(request)
    except ValueError as error:
        if isinstance(error.__cause__, sqlite3.Error):  # as the commands about cards wrap it
            raise error.__cause__ from error
        raise


def check_connector(context: "Context", fields: Mapping[str, Any]) -> None:
    """Raise ApiError when `fields` name a connector that there is not."""
    number = fields.get("connector")
    if number is not None and number not in context.station.connectors:
        allowed = " or ".join(map(str, context.station.connectors))
        raise ApiError(
            404, "unknown", f"there is no connector {number}", "connector", number, allowed
        )
