"""Health for everybody, vitals and metrics for who may."""

import re

import pytest

from evse.core.faults import Fault
from evse.settings.setting import Role
from tests.firmware.web.api.conftest import Page

SAMPLE = re.compile(r'evse_[a-z_0-9]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.e+-]+')
"""Prometheus's text format, 0.0.4, as far as it is used here."""


async def test_a_wallbox_that_works(page: Page) -> None:
    answer = await page.nobody("GET", "health")
    assert answer.status == 200
    assert answer.body["ok"] is True
    assert set(answer.body) == {"ok", "version"}


async def test_one_that_does_not_says_so_and_no_more(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = page.wallbox.station.connectors[1]
    monkeypatch.setattr(
        type(connector.controller), "faults", frozenset({Fault.BOARD_SILENT}), raising=False
    )
    answer = await page.nobody("GET", "health")
    assert answer.status == 503
    assert answer.error["code"] == "unhealthy"
    assert "board" not in answer.error["message"]
    told = await (await page.role("user")).ok("GET", "vitals")
    assert told["ok"] is False
    (board,) = [row for row in told["parts"] if row["part"] == "board"]
    assert board["what"] == "does not answer: connector 1 (BoardSilent)"


async def test_nobody_reads_more_than_the_health(page: Page) -> None:
    for path in ("vitals", "metrics"):
        assert (await page.nobody("GET", path)).status == 401


@pytest.mark.parametrize("role", Role)
async def test_metrics_of_a_charge(page: Page, role: Role) -> None:
    await page.wallbox.charge()
    await page.wallbox.run(60)
    answer = await (await page.role(role))("GET", "metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.body.decode().splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in samples)
    found = dict(line.rsplit(" ", 1) for line in samples)
    assert len(found) == len(samples)  # no sample twice
    assert found["evse_healthy"] == "1"
    assert found['evse_contactor_closed{connector="1"}'] == "1"
    assert float(found['evse_energy_watthours_total{connector="1"}']) > 50
    assert found['evse_connector_status{connector="1",status="Charging"}'] == "1"
    assert found['evse_part_ok{part="turns"}'] == "1"
    families = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families))
    for line in lines:
        if line.startswith("# TYPE") and line.endswith(" counter"):
            assert line.split()[2].endswith("_total")
