"""Updates: what runs, what there is, and the ways by which another version comes."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from evse.ocpp.transfer import shown
from evse.update.codes import UpdateError
from evse.web.api.permissions import writing
from evse.web.api.shapes import TEXT, maybe, shape
from evse.web.endpoint import STAFF, ApiError, Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

_SNAPSHOT = {
    "type": "object",
    "properties": {"version": TEXT, "phase": TEXT, "code": maybe(TEXT), "message": TEXT},
    "required": ["version", "phase", "code", "message"],
}
_URL = {"type": "string", "minLength": 1, "maxLength": 512}
_MD5 = {"type": "string", "pattern": "^[0-9A-Fa-f]{32}$"}
_NAME = {"type": "string", "maxLength": 200}

BUTTON = "system.firmware_update"
"""The row whose permission all of this has, and under which it is in the log of changes."""

Handler = Callable[[Call], Awaitable[dict[str, Any]]]


def endpoints(context: "Context") -> list[Endpoint]:
    """All about updates."""
    updater = context.updater

    async def snapshot(_: Call) -> dict[str, Any]:
        return updater.snapshot()

    async def upload(call: Call) -> dict[str, Any]:
        """Piece by piece, so that it may be larger than the memory."""
        name, md5 = call.headers.get("X-File-Name", ""), call.headers.get("X-MD5", "")
        context.audit.note(BUTTON, f"upload {name}".strip())
        pieces = call.request.content.iter_any()
        return await updater.upload(pieces, name, md5, call.request.content_length)

    async def by_url(call: Call) -> dict[str, Any]:
        return await from_url(context, call.body["url"])

    async def check(_: Call) -> dict[str, Any]:
        return await updater.check()

    async def rollback(_: Call) -> dict[str, Any]:
        context.audit.note(BUTTON, "roll-back")
        return await updater.rollback()

    def endpoint(method: str, path: str, handler: Handler, summary: str, **rest: Any) -> Endpoint:
        told = partial(_told, handler)
        roles = writing(BUTTON)
        return Endpoint(method, path, told, summary, gives=_SNAPSHOT, roles=roles, **rest)

    path = "/api/v1/update"
    return [
        endpoint("GET", path, snapshot, "What runs, and what is being done"),
        endpoint(
            "POST",
            f"{path}/upload",
            upload,
            "Send a bundle; X-MD5: its checksum, as the procedure of the Cabur EV PLUS has it",
            raw=True,
            headers={"X-File-Name": _NAME, "X-MD5": _MD5},
            status=202,
        ),
        endpoint(
            "POST",
            f"{path}/url",
            by_url,
            "Fetch a bundle from an address (HTTP, HTTPS, FTP)",
            takes=shape(url=_URL),
            status=202,
        ),
        endpoint("POST", f"{path}/check", check, "Look whether there is another version"),
        Endpoint(
            "POST",
            f"{path}/rollback",
            partial(_told, rollback),
            "Go back to the version before",
            gives=_SNAPSHOT,
            roles=STAFF,
            status=202,
        ),
    ]


async def from_url(context: "Context", url: str) -> dict[str, Any]:
    """Begin to fetch and install. Raises ApiError."""
    context.audit.note(BUTTON, shown(url))
    try:
        return await context.updater.from_url(url)
    except UpdateError as error:
        raise refused(error) from error


async def _told(handler: Handler, call: Call) -> dict[str, Any]:
    """What a handler gives; an update that cannot be, as the API tells it."""
    try:
        return await handler(call)
    except UpdateError as error:
        raise refused(error) from error


def refused(error: UpdateError) -> ApiError:
    """The answer to an update that cannot be; its code is the Cabur manual's where it has one."""
    code = "update" if error.code is None else str(error.code)
    return ApiError(error.status, code, str(error))
