"""The charges and the reports of a month, as JSON, as tables and as PDF."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from evse.history.history import MOST_CHARGES
from evse.storage.history import Wanted
from evse.web.api.downloads import attachment
from evse.web.api.network import instant
from evse.web.api.shapes import (
    CONNECTOR,
    COUNT,
    INSTANT,
    LIMIT,
    PAGING,
    TAG,
    TEXT,
    Schema,
    many,
    maybe,
    shape,
)
from evse.web.endpoint import Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

CSV, PDF = "text/csv", "application/pdf"

_CHARGE = shape(
    number=COUNT,
    connector=COUNT,
    start=INSTANT,
    end=maybe(INSTANT),
    duration_s=COUNT,
    start_mode=TEXT,
    stop_mode=maybe(TEXT),
    energy_wh=COUNT,
    card=TEXT,
    name=TEXT,
)
_REPORT = shape(
    month=TEXT,
    energy_wh=COUNT,
    charges=COUNT,
    days=many(shape(day=TEXT, charges=COUNT, energy_wh=COUNT)),
    cards=many(shape(card=TEXT, name=TEXT, charges=COUNT, energy_wh=COUNT, duration_s=COUNT)),
    meters=many(shape(connector=COUNT, start_wh=COUNT, end_wh=COUNT)),
)
_FILTER: dict[str, Schema] = {"from": INSTANT, "to": INSTANT, "card": TAG, "connector": CONNECTOR}
_MONTH: dict[str, Schema] = {
    "year": {"type": "integer", "minimum": 2000, "maximum": 2999},
    "month": {"type": "integer", "minimum": 1, "maximum": 12},
    "card": TAG,
}


def endpoints(context: "Context") -> list[Endpoint]:
    """The history of charges."""
    return [*_charges(context), *_reports(context)]


def _charges(context: "Context") -> list[Endpoint]:
    async def listed(call: Call) -> dict[str, Any]:
        offset, limit = call.query["offset"], call.query["limit"]
        return await context.history.charges(_wanted(call), offset, limit, call.language)

    async def table(call: Call) -> web.Response:
        content = await context.history.charges_csv(_wanted(call), call.language)
        return attachment("charges.csv", CSV, content)

    return [
        Endpoint(
            "GET",
            "/api/v1/charges",
            listed,
            "The charges, the newest first; from, to: between which they begin",
            parameters={**_FILTER, **PAGING, "limit": {**LIMIT, "maximum": MOST_CHARGES}},
            gives=shape(count=COUNT, energy_wh=COUNT, charges=many(_CHARGE)),
        ),
        Endpoint(
            "GET",
            "/api/v1/charges.csv",
            table,
            "The same as a table",
            parameters=_FILTER,
            gives=CSV,
        ),
    ]


def _wanted(call: Call) -> Wanted:
    """Which charges are meant."""
    since, until = (
        instant(call.query[name], name) if name in call.query else None for name in ("from", "to")
    )
    return Wanted(since, until, call.query.get("card"), call.query.get("connector"))


def _reports(context: "Context") -> list[Endpoint]:
    path = "/api/v1/reports/{year}/{month}"

    async def report(call: Call) -> Any:
        return await context.history.report(**_month(call))

    async def table(call: Call) -> web.Response:
        content = await context.history.report_csv(**_month(call), language=call.language)
        return attachment(f"{_name(call)}.csv", CSV, content)

    async def page(call: Call) -> web.Response:
        content = await context.history.report_pdf(**_month(call), language=call.language)
        return attachment(f"{_name(call)}.pdf", PDF, content)

    return [
        Endpoint(
            "GET",
            path,
            report,
            "What was charged in a month, by day and card",
            parameters=_MONTH,
            gives=_REPORT,
        ),
        Endpoint(
            "GET",
            f"{path}/report.csv",
            table,
            "The same as a table",
            parameters=_MONTH,
            gives=CSV,
        ),
        Endpoint(
            "GET", f"{path}/report.pdf", page, "The same to print", parameters=_MONTH, gives=PDF
        ),
    ]


def _month(call: Call) -> dict[str, Any]:
    return {
        "year": call.path["year"],
        "month": call.path["month"],
        "card": call.query.get("card"),
    }


def _name(call: Call) -> str:
    return f"charges-{call.path['year']}-{call.path['month']:02d}"
