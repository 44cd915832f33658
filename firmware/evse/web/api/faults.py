"""What is and was wrong. Nothing here ends a fault: that is done in front of the wallbox (I5)."""

from typing import TYPE_CHECKING, Any

from evse.web.api.shapes import COUNT, INSTANT, PAGING, TEXT, TRUTH, many, maybe, shape
from evse.web.endpoint import Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

_ACTIVE = shape(
    connector=COUNT, fault=TEXT, name=TEXT, action=TEXT, since=maybe(INSTANT), latched=TRUTH
)
_LOGGED = shape(
    number=COUNT,
    connector=COUNT,
    fault=TEXT,
    name=TEXT,
    began_at=INSTANT,
    ended_at=maybe(INSTANT),
)


def endpoints(context: "Context") -> list[Endpoint]:
    """The faults."""

    async def faults(call: Call) -> dict[str, Any]:
        offset, limit = call.query["offset"], call.query["limit"]
        return await context.history.faults(offset, limit, call.language)

    return [
        Endpoint(
            "GET",
            "/api/v1/faults",
            faults,
            "What is wrong now, and what was: the newest first",
            parameters=PAGING,
            gives=shape(active=many(_ACTIVE), log=many(_LOGGED), count=COUNT),
        )
    ]
