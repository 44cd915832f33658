"""Charges, reports, faults, charts and the log over the API."""

import io
from typing import Any

import pytest
import pyzipper
from pypdf import PdfReader

from evse.core.faults import LATCHED, Fault
from evse.settings.setting import Role
from tests.firmware.wallbox import EPOCH
from tests.firmware.web.api.conftest import Page

CARD = "04A1B2C3"
MONTH = f"reports/{EPOCH.year}/{EPOCH.month}"


async def charged(page: Page) -> None:
    """One charge that is over."""
    await page.wallbox.charge(uid=CARD)
    await page.wallbox.run(120)
    page.wallbox.world.unplug(1)
    await page.wallbox.until(lambda: page.wallbox.status() == "Available", 30)


@pytest.mark.parametrize("role", Role)
async def test_every_role_sees_the_charges(page: Page, role: Role) -> None:
    api = await page.role(role)
    await charged(page)
    told = await api.ok("GET", "charges")
    (charge,) = told["charges"]
    assert told["count"] == 1
    assert told["energy_wh"] == charge["energy_wh"] > 10
    assert (charge["card"], charge["start_mode"], charge["connector"]) == (CARD, "RFID", 1)
    assert charge["start"] < charge["end"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"card": CARD}, 1),
        ({"card": "00000000"}, 0),
        ({"connector": 1}, 1),
        ({"connector": 2}, 0),
        ({"from": "2026-03-01T00:00:00Z"}, 1),
        ({"from": "2026-03-02T00:00:00+01:00"}, 0),
        ({"to": "2026-03-01T00:00:00"}, 0),
        ({"offset": 1}, 1),
    ],
)
async def test_charges_that_are_asked_for(page: Page, query: dict[str, Any], count: int) -> None:
    api = await page.role("user")
    await charged(page)
    told = await api.ok("GET", "charges", **query)
    assert told["count"] == count
    table = await api("GET", "charges.csv", **{k: v for k, v in query.items() if k != "offset"})
    assert len(table.body.splitlines()) == 1 + count


@pytest.mark.parametrize("came", ["yesterday", "2026-13-01", "0001-01-01T00:00:00+14:00"])
async def test_what_is_no_instant(page: Page, came: str) -> None:
    answer = await (await page.role("user"))("GET", "charges", **{"from": came})
    assert (answer.status, answer.error["field"], answer.error["came"]) == (422, "from", came)


async def test_the_report_of_a_month_as_json_table_and_pdf(page: Page) -> None:
    api = await page.role("user")
    await charged(page)
    report = await api.ok("GET", MONTH)
    assert report["charges"] == 1
    assert report["cards"][0]["card"] == CARD
    table = await api("GET", f"{MONTH}/report.csv")
    assert CARD in table.body.decode("utf-8-sig")
    document = await api("GET", f"{MONTH}/report.pdf", language="de")
    assert document.headers["Content-Type"] == "application/pdf"
    assert document.headers["Content-Disposition"].endswith('"charges-2026-03.pdf"')
    assert CARD in PdfReader(io.BytesIO(document.body)).pages[0].extract_text()
    assert (await api("GET", "reports/2026/13")).status == 422


async def test_a_fault_that_is_and_how_to_end_it(page: Page) -> None:
    """Nothing of the API ends it (I5): the action is for somebody before the wallbox."""
    api, wallbox = await page.role("manufacturer"), page.wallbox
    wallbox.world.connectors[1].faults.add(Fault.CONTACTOR_WELDED)
    await wallbox.until(lambda: wallbox.status() == "Faulted", 30)
    told = await api.ok("GET", "faults", language="en")
    faults = {fault["fault"]: fault for fault in told["active"]}
    welded = faults["ContactorWelded"]
    assert welded["latched"] is (Fault.CONTACTOR_WELDED in LATCHED)
    assert welded["action"]
    assert "acknowledge" not in str(page.server.endpoints).lower()


async def test_charts_have_gaps_where_nothing_was_measured(page: Page) -> None:
    charts = await (await page.role("user")).ok("GET", "charts", hours=2)
    assert charts["series"]
    assert all(
        len(values) == len(next(iter(charts["series"].values())))
        for values in charts["series"].values()
    )
    assert all(value is None for values in charts["series"].values() for value in values)


async def test_the_log_is_only_for_who_has_its_password(page: Page) -> None:
    api = await page.role("operator")
    refused = await api("GET", "log.zip")
    assert (refused.status, refused.error["code"]) == (409, "no_log_password")
    secret = "log password 1"
    await api.ok("PUT", "settings", {"changes": {"system.log_password": secret}})
    answer = await api("GET", "log.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    with pyzipper.AESZipFile(io.BytesIO(answer.body)) as archive:
        with pytest.raises(RuntimeError):
            archive.read(archive.namelist()[0])
        archive.setpassword(secret.encode())
        contents = b"".join(archive.read(name) for name in archive.namelist())
    assert secret.encode() not in contents
    assert (await (await page.role("user"))("GET", "log.zip")).status == 403
