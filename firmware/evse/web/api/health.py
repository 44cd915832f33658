"""Whether the wallbox does its work: for supervisors, for graphs, and for whoever looks for it."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from evse import __version__
from evse.local.requests import Request
from evse.observing import metrics
from evse.web.api.shapes import COUNT, NUMBER, TEXT, TRUTH, Schema, by_name, many, shape
from evse.web.endpoint import Access, ApiError, Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

VITALS: Schema = shape(
    ok=TRUTH,
    version=TEXT,
    parts=many(shape(part=TEXT, ok=TRUTH, vital=TRUTH, what=TEXT)),
    uptime_s=NUMBER,
    cpu_s=NUMBER,
    memory_bytes=COUNT,
    threads=COUNT,
    open_files=COUNT,
    disk_free_bytes=COUNT,
    disk_bytes=COUNT,
    disk_read_only=TRUTH,
    database_bytes=COUNT,
    log=by_name(COUNT),
)


def endpoints(context: "Context") -> list[Endpoint]:
    """One that asks nobody who he is and tells nothing but yes or no, and two for its owner."""

    async def health(_: Call) -> dict[str, Any]:
        if not context.watch.look()["ok"]:
            raise ApiError(503, "unhealthy", "the wallbox does not do its work: see vitals")
        return {"ok": True, "version": __version__}

    async def vitals(_: Call) -> Any:
        return context.watch.look()

    async def measured(_: Call) -> web.Response:
        text = metrics.text(await context.handlers["status"](Request("status", {})))
        headers = {"Content-Type": metrics.MEDIA_TYPE, "Cache-Control": "no-store"}
        return web.Response(body=text.encode(), headers=headers)

    return [
        Endpoint(
            "GET",
            "/api/v1/health",
            health,
            "Whether the wallbox does its work",
            roles=frozenset(),
            access=Access.PUBLIC,
            gives=shape(ok=TRUTH, version=TEXT),
            fails_with=frozenset({503}),
        ),
        Endpoint("GET", "/api/v1/vitals", vitals, "How the program itself is", gives=VITALS),
        Endpoint(
            "GET",
            "/api/v1/metrics",
            measured,
            "The same and more, for Prometheus",
            gives="text/plain",
        ),
    ]
