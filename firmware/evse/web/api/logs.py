"""The log as a file which only the log password opens (ETEK manual, 5.8.1.4, "Log password")."""

from typing import TYPE_CHECKING

from aiohttp import web

from evse.web.api.downloads import streamed
from evse.web.api.permissions import writing
from evse.web.endpoint import ApiError, Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

ZIP = "application/zip"


def endpoints(context: "Context") -> list[Endpoint]:
    """The download."""

    async def download(call: Call) -> web.StreamResponse:
        password = context.settings["system.log_password"]
        if not password:
            raise ApiError(
                409,
                "no_log_password",
                "system.log_password: is not set, so that the log cannot be encrypted",
                "system.log_password",
            )
        pieces = await context.history.log_zip(password)
        return await streamed(call.request, "log.zip", ZIP, pieces)

    return [
        Endpoint(
            "GET",
            "/api/v1/log.zip",
            download,
            "The log, encrypted with the log password (AES)",
            roles=writing("system.log_password"),
            gives=ZIP,
        )
    ]
