"""The meters: how well they answer, the check of the house meter, and which meters are known."""

import csv
import io
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from aiohttp import web

from evse.meters.catalogue import Model, catalogue
from evse.meters.registers import CURRENTS
from evse.web.api.commands import ask
from evse.web.api.downloads import attachment
from evse.web.api.permissions import writing
from evse.web.api.shapes import (
    ANY_OBJECT,
    CONNECTOR,
    COUNT,
    DONE,
    TEXT,
    by_name,
    many,
    maybe,
    shape,
    some,
)
from evse.web.endpoint import Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

CSV = "text/csv"

_METER = shape(
    id=TEXT,
    name=TEXT,
    phases=COUNT,
    function_code=TEXT,
    unit=maybe(COUNT),
    baudrate=maybe(COUNT),
    parity=maybe(TEXT),
    format=TEXT,
    l1=COUNT,
    l2=maybe(COUNT),
    l3=maybe(COUNT),
    confidence=TEXT,
    notes=many(TEXT),
)
_CHECK = shape(check=maybe(ANY_OBJECT))
_NOT_FITTED = 65535
"""As the manual writes the register of a phase that there is not (5.8.1.9)."""


def endpoints(context: "Context") -> list[Endpoint]:
    """All about meters."""
    return [*_quality_and_check(context), *_registers()]


def _quality_and_check(context: "Context") -> list[Endpoint]:
    roles = writing("loadmanagement.set_zero")
    path = "/api/v1/meters/check"

    async def quality(_: Call) -> dict[str, Any]:
        told = (await ask(context, "status")).get("meters", {})
        return {"meters": told, **await ask(context, "check-status")}

    async def status(_: Call) -> dict[str, Any]:
        return await ask(context, "check-status")

    async def start(call: Call) -> dict[str, Any]:
        return await ask(context, "check-start", connector=call.body.get("connector"))

    async def stop(_: Call) -> dict[str, Any]:
        return {"done": True, **await ask(context, "check-stop")}

    async def store(_: Call) -> dict[str, Any]:
        return await ask(context, "check-store")

    return [
        Endpoint(
            "GET",
            "/api/v1/meters",
            quality,
            "How well the meters answer, and the check of the house meter",
            roles=roles,
            gives=shape(meters=by_name({}), check=maybe(ANY_OBJECT)),
        ),
        Endpoint(
            "GET",
            path,
            status,
            "How the check of the house meter stands",
            roles=roles,
            gives=_CHECK,
        ),
        Endpoint(
            "POST",
            path,
            start,
            "Check the house meter with a car that charges",
            roles=roles,
            takes=some(connector=CONNECTOR),
            gives=_CHECK,
        ),
        Endpoint("DELETE", path, stop, "End the check of the house meter", roles=roles, gives=DONE),
        Endpoint(
            "POST",
            f"{path}/store",
            store,
            "Set what the check has found",
            roles=roles,
            gives=shape(changed=by_name(TEXT)),
        ),
    ]


def _registers() -> list[Endpoint]:
    """The manual's "DLB register list": the meters with which load can be balanced."""
    roles = writing("loadmanagement.download_register_list")

    async def listed(_: Call) -> dict[str, Any]:
        return {"meters": list(register_list())}

    async def download(_: Call) -> web.Response:
        return attachment("dlb-register-list.csv", CSV, register_csv())

    return [
        Endpoint(
            "GET",
            "/api/v1/meters/registers",
            listed,
            "Meters for load balancing with their registers",
            roles=roles,
            gives=shape(meters=many(_METER)),
        ),
        Endpoint(
            "GET",
            "/api/v1/meters/registers.csv",
            download,
            "The same as a table",
            roles=roles,
            gives=CSV,
        ),
    ]


@cache
def register_list() -> tuple[dict[str, Any], ...]:
    """What has to be set for each meter of the catalogue that measures currents."""
    models = catalogue().values()
    return tuple(_listed(model) for model in models if model.measures_currents)


def _listed(model: Model) -> dict[str, Any]:
    registers = [model.registers.get(current) for current in CURRENTS]
    first, second, third = (each.address if each else None for each in registers)
    line = model.line
    return {
        "id": model.id,
        "name": model.name,
        "phases": model.phases,
        "function_code": f"{model.function_code:02d}",
        "unit": model.unit,
        "baudrate": line.baudrate if line else None,
        "parity": line.parity if line else None,
        "format": str(registers[0].format) if registers[0] else "",
        "l1": first,
        "l2": second,
        "l3": third,
        "confidence": model.confidence,
        "notes": list(model.notes),
    }


def register_csv() -> bytes:
    """The list as RFC 4180 has tables, with the manual's number for phases that are not fitted."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(("Meter", "Function code", "Format", "L1", "L2", "L3", "Address", "Notes"))
    writer.writerows(_csv_rows())
    return table.getvalue().encode("utf-8-sig")


def _csv_rows() -> Iterator[tuple[object, ...]]:
    for meter in register_list():
        phases = (
            _NOT_FITTED if meter[phase] is None else meter[phase] for phase in ("l1", "l2", "l3")
        )
        yield (
            meter["name"],
            meter["function_code"],
            meter["format"],
            *phases,
            "" if meter["unit"] is None else meter["unit"],
            " ".join(meter["notes"]),
        )
