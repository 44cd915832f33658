"""The charts: the power of the charger and the currents of the house, minute by minute."""

from typing import TYPE_CHECKING, Any

from evse.web.api.shapes import INSTANT, NUMBER, by_name, many, maybe
from evse.web.endpoint import Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

MOST_HOURS = 31 * 24
"""As long as samples are kept."""


def endpoints(context: "Context") -> list[Endpoint]:
    """The charts."""

    async def charts(call: Call) -> dict[str, Any]:
        return await context.history.charts(call.query["hours"])

    hours = {"type": "integer", "minimum": 1, "maximum": MOST_HOURS, "default": 24}
    return [
        Endpoint(
            "GET",
            "/api/v1/charts",
            charts,
            "What was measured in the last hours, null where nothing was",
            parameters={"hours": hours},
            gives={
                "type": "object",
                "properties": {
                    "from": INSTANT,
                    "step_s": NUMBER,
                    "series": by_name(many(maybe(NUMBER))),
                },
                "required": ["from", "step_s", "series"],
            },
        )
    ]
