"""Whether the wallbox answers: for scripts, and for whoever looks for it in the network."""

from typing import TYPE_CHECKING, Any

from evse import __version__
from evse.web.api.shapes import TEXT, TRUTH, shape
from evse.web.endpoint import Access, Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context


def endpoints(_context: "Context") -> list[Endpoint]:
    """The one endpoint that asks nobody who he is, and tells nothing about the wallbox."""

    async def health(_: Call) -> dict[str, Any]:
        return {"ok": True, "version": __version__}

    return [
        Endpoint(
            "GET",
            "/api/v1/health",
            health,
            "Whether the wallbox answers",
            roles=frozenset(),
            access=Access.PUBLIC,
            gives=shape(ok=TRUTH, version=TEXT),
        )
    ]
