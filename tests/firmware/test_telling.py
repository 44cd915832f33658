"""What the wallbox tells: each change once (ocpp16-behaviours 16), and the whole when asked."""

import json
from dataclasses import replace

import pytest

from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.state import ControllerState
from evse.core.supervision import Ledger
from evse.meters.reading import MeterReading
from evse.telling import HOUSE_SILENCE_S, Telling
from tests.firmware.virtual_clock import VirtualClock
from tests.firmware.wallbox import Workshop


class FakeConnector:
    """What telling looks at."""

    def __init__(self) -> None:
        self.status = "Available"
        self.operative = True
        self.controller = ControllerState.initial(0.0)
        self.meter = None
        self.temperature_c = None

    def change(self, **changes) -> None:
        self.controller = replace(self.controller, **changes)

    def fault(self, *faults: Fault) -> None:
        self.change(ledger=Ledger(raised=dict.fromkeys(faults, 0.0)))


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.limits: list[tuple[int, Limit]] = []
        self.house: list[tuple[float, float, float]] = []

    def status_changed(self, connector_id: int) -> None:
        self.statuses.append(connector_id)

    def limit_changed(self, connector_id: int, winner: Limit) -> None:
        self.limits.append((connector_id, winner))

    def house_current_changed(self, house_a) -> None:
        self.house.append(house_a)


class Bench:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.connectors = {1: FakeConnector(), 2: FakeConnector()}
        self.told = Told()
        self.telling = Telling(self.connectors, self.told, self.clock)
        self.telling.turn()
        self.told.statuses.clear()
        self.told.limits.clear()

    def turns(self) -> None:
        for _ in range(3):
            self.clock.advance(0.02)
            self.telling.turn()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_at_the_start_all_is_told_once() -> None:
    bench = Bench.__new__(Bench)
    bench.clock, bench.connectors, bench.told = VirtualClock(), {1: FakeConnector()}, Told()
    bench.telling = Telling(bench.connectors, bench.told, bench.clock)
    bench.turns()
    assert bench.told.statuses == [0, 1]
    assert [number for number, _ in bench.told.limits] == [1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: None, []),
        (lambda c: setattr(c, "status", "Preparing"), [2]),
        (lambda c: c.fault(Fault.METER), [2]),
        (lambda c: setattr(c, "meter", MeterReading(0.0, (1.0, 1.0, 1.0))), []),
        (lambda c: c.change(offered_a=16.0), []),
    ],
)
def test_16_a_status_is_told_once_when_it_changed(bench: Bench, change, told) -> None:
    change(bench.connectors[2])
    bench.turns()
    assert bench.told.statuses == told


def test_another_fault_of_the_same_code_is_told(bench: Bench) -> None:
    bench.connectors[1].fault(Fault.CONTACTOR_FAILED)
    bench.turns()
    bench.connectors[1].fault(Fault.CONTACTOR_FAILED, Fault.CONTACTOR_WELDED)
    bench.turns()
    assert bench.told.statuses == [1, 1]
    report = bench.telling.status(1)
    assert (report.error_code, report.vendor_error_code) == (
        "PowerSwitchFailure",
        "ContactorWelded",
    )


def test_47_the_whole_is_unavailable_when_all_connectors_are(bench: Bench) -> None:
    bench.connectors[1].operative = False
    bench.turns()
    assert (bench.told.statuses, bench.telling.status(0).status) == ([], "Available")
    bench.connectors[2].operative = False
    bench.turns()
    assert (bench.told.statuses, bench.telling.status(0).status) == ([0], "Unavailable")


@pytest.mark.parametrize("number", [0, 1])
def test_the_time_of_a_status_is_that_of_its_change(bench: Bench, number: int) -> None:
    for connector in bench.connectors.values():
        connector.operative, connector.status = False, "Unavailable"
    bench.telling.turn()
    changed = bench.clock.utcnow()
    bench.clock.advance(100.0)
    bench.telling.turn()
    assert bench.telling.status(number).timestamp == changed


def test_a_limit_is_told_when_its_source_or_a_tenth_of_an_ampere_changed(bench: Bench) -> None:
    for source, amps in (
        (Source.DLB, 12.0),
        (Source.DLB, 12.04),
        (Source.DLB, 12.1),
        (Source.CABLE, 12.1),
    ):
        bench.connectors[1].change(winner=Limit(source, amps))
        bench.turns()
    told = [(number, limit.source, limit.amps) for number, limit in bench.told.limits]
    assert told == [(1, "dlb", 12.0), (1, "dlb", 12.1), (1, "cable", 12.1)]


def test_a_lease_that_ends_is_told(bench: Bench) -> None:
    lease = Limit(Source.CENTRAL, 16.0, expires_at_s=5.0, fallback_a=6.0)
    bench.connectors[1].change(winner=lease)
    bench.turns()
    bench.clock.advance(5.0)
    bench.turns()
    assert len(bench.told.limits) == 2


def test_the_house_is_told_and_silent_after_a_while(bench: Bench) -> None:
    assert bench.telling.house_current_a() is None
    bench.telling.house_metered(MeterReading(bench.clock.monotonic(), (1.0, 2.0, 3.0)))
    assert bench.told.house == [(1.0, 2.0, 3.0)]
    bench.clock.advance(HOUSE_SILENCE_S)
    assert bench.telling.house_current_a() == (1.0, 2.0, 3.0)
    bench.clock.advance(0.1)
    assert bench.telling.house_current_a() is None


def test_without_a_meter_the_readings_are_not_guessed(bench: Bench) -> None:
    readings = bench.telling.readings(1)
    assert readings.voltage_v is readings.current_a is readings.power_w is None
    assert (readings.energy_wh, readings.offered_a) == (0.0, 0.0)


async def test_the_snapshot_is_json_and_says_why(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("OutputCurrentLimit=10")
    await wallbox.charge()
    wallbox.central.profiles = {1: Limit(Source.CENTRAL, 16.0, 0.0, 1000.0, 6.0)}
    await wallbox.run(1.0)
    snapshot = json.loads(json.dumps(wallbox.station.telling.snapshot()))
    connector = snapshot["connectors"]["1"]
    assert connector["status"] == "Charging"
    assert (connector["limited_by"], connector["limit_a"]) == ("operator", 10.0)
    assert connector["transaction"]["id_tag"] == "A1"
    (central,) = [limit for limit in connector["limits"] if limit["source"] == "central"]
    assert (central["amps"], central["fallback_a"]) == (16.0, 6.0)
    assert 900.0 < central["expires_in_s"] < 1000.0
    assert snapshot["house_current_a"] == pytest.approx([9.8, 9.8, 9.8])
