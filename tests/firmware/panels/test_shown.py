"""What is shown of the running program, and its way over the local socket."""

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from evse.connector import Connector
from evse.core.controller import ControllerState
from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.pilot import PilotLevel, PilotTrack
from evse.core.session import Phase, SessionState
from evse.core.status import ChargePointStatus as Status
from evse.core.supervision import Ledger
from evse.meters.reading import MeterReading
from evse.panels import cabur, etek
from evse.panels.shown import (
    Box,
    ConnectorShown,
    Network,
    Notice,
    Shown,
    ShownError,
    UpgradeResult,
    Wifi,
    from_json,
    shown_of,
    to_json,
)
from evse.storage.transactions import TransactionRecord
from tests.firmware.panels.scene import CHARGING
from tests.firmware.virtual_clock import VirtualClock
from tests.firmware.wallbox import CALM, Workshop

FULL = Shown(
    Box(
        starting=True,
        network=Network.BACKEND,
        wifi=Wifi.AP_JOINED,
        upgrade_percent=7,
        upgrade_result=UpgradeResult.CHECKSUM,
        notice=Notice.REFUSED,
        notice_at_s=3.5,
        at_s=4.0,
    ),
    (ConnectorShown(1, **CHARGING), ConnectorShown(2, faults=(Fault.DIODE, Fault.FAN))),
)


@pytest.mark.parametrize("what", [Shown(), FULL])
def test_json_brings_everything_back(what: Shown) -> None:
    assert from_json(json.loads(json.dumps(to_json(what)))) == what


def test_what_another_version_tells_besides_is_left_out() -> None:
    given = to_json(FULL)
    given["box"]["weather"] = "fine"
    del given["box"]["wifi"]
    assert from_json(given) == replace(FULL, box=replace(FULL.box, wifi=Wifi.OFF))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (None, "panel: came None"),
        ({"connectors": []}, r"panel.connectors: came \[\]"),
        ({"connectors": [{}]}, "panel.connectors.number: is missing"),
        ({"connectors": [{"number": "one"}]}, "panel.connectors.number: came 'one'"),
        ({"connectors": [{"number": 1, "status": "Asleep"}]}, "status: came 'Asleep'"),
        ({"connectors": [{"number": 1, "voltage_v": [1, 2]}]}, r"voltage_v: came \[1, 2\]"),
        ({"connectors": [{"number": 1, "faults": ["Gremlin"]}]}, r"faults: came \['Gremlin'\]"),
        ({"box": 5, "connectors": [{"number": 1}]}, "panel.box: came 5"),
        ({"box": {"wifi": "fast"}, "connectors": [{"number": 1}]}, "panel.box.wifi: came 'fast'"),
    ],
)
def test_nonsense_is_refused_with_the_field(given: object, text: str) -> None:
    with pytest.raises(ShownError, match=text):
        from_json(given)


def connector(clock: VirtualClock, **values: Any) -> Connector:
    """What is looked at of a connector."""
    state = ControllerState.initial(clock.monotonic())
    given: dict[str, Any] = {
        "id": 1,
        "status": Status.AVAILABLE,
        "session": SessionState(),
        "controller": state,
        "meter": None,
        "transaction": None,
        "energy_wh": 0,
    }
    return cast("Connector", SimpleNamespace(**(given | values)))


def seen(clock: VirtualClock, **values: Any) -> ConnectorShown:
    return shown_of({1: connector(clock, **values)}, clock, Box()).connectors[0]


def test_an_idle_connector() -> None:
    assert seen(VirtualClock()) == ConnectorShown(1)


def test_values_are_those_of_the_session() -> None:
    clock = VirtualClock()
    record = TransactionRecord(
        local_id="x",
        connector_id=1,
        id_tag="04A1",
        parent_id_tag=None,
        meter_start_wh=1000,
        started_at=clock.utcnow() - timedelta(minutes=5),
    )
    meter = MeterReading(0.0, (10.0, 9.0, 8.0), (230.0, 231.0, 232.0), 6000.0, 1750.0)
    found = seen(clock, meter=meter, transaction=record, energy_wh=1750)
    assert (found.energy_wh, found.duration_s) == (750.0, 300.0)
    assert (found.current_a, found.voltage_v) == ((10.0, 9.0, 8.0), (230.0, 231.0, 232.0))
    assert found.power_w == 6000.0


def test_faults_come_the_most_important_first() -> None:
    clock = VirtualClock()
    raised = dict.fromkeys((Fault.FAN, Fault.DIODE, Fault.CONTACTOR_WELDED), 0.0)
    state = replace(ControllerState.initial(0.0), ledger=Ledger(raised=raised))
    assert seen(clock, controller=state).faults == (
        Fault.CONTACTOR_WELDED,
        Fault.DIODE,
        Fault.FAN,
    )


@pytest.mark.parametrize(
    ("status", "least", "paused_by"),
    [
        (Status.CHARGING, Limit(Source.DLB, 10.0), ""),
        (Status.SUSPENDED_EV, Limit(Source.DLB, 10.0), "vehicle"),
        (Status.SUSPENDED_EVSE, Limit(Source.DLB, 0.0), "dlb"),
        (Status.SUSPENDED_EVSE, Limit(Source.CENTRAL, 5.9), "central"),
        (Status.SUSPENDED_EVSE, Limit(Source.BOARD, 32.0), "wallbox"),
    ],
)
def test_who_pauses(status: Status, least: Limit, paused_by: str) -> None:
    state = replace(ControllerState.initial(0.0), winner=least)
    assert seen(VirtualClock(), status=status, controller=state).paused_by == paused_by


@pytest.mark.parametrize(("closed", "state_d"), [(False, True), (True, False)])
def test_state_d_is_told_when_it_gets_nothing(closed: bool, state_d: bool) -> None:
    level = PilotTrack(PilotLevel.D, PilotLevel.D, 0.0, 0.0, 0.0)
    state = replace(ControllerState.initial(0.0), pilot=level, contactor=closed)
    assert seen(VirtualClock(), controller=state).state_d is state_d


async def test_of_the_running_wallbox(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    shown = shown_of(wallbox.station.connectors, wallbox.clock, Box(), {1: 50.0})
    assert shown.connectors[0].status is Status.AVAILABLE
    assert shown.connectors[0].phase is Phase.IDLE
    assert shown.connectors[0].frequency_hz == 50.0
    assert from_json(json.loads(json.dumps(to_json(shown)))) == shown


async def test_a_charge_from_plug_to_end_on_both_panels(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(*CALM)

    def panels() -> tuple[str, str, str]:
        """Which lamp of the ETEK is lit and how, its first row, and Cabur's belt."""
        shown = shown_of(wallbox.station.connectors, wallbox.clock, Box(network=Network.BACKEND))
        front, belt = (look.indications(shown, None, 0.0) for look in (etek, cabur))
        lit = [f"{lamp.name} {lamp.pattern}" for lamp in front.lamps if lamp.pattern != "off"]
        ring = belt.lamps[0]
        return ", ".join(lit), front.lines[0].strip(), f"{ring.colour} {ring.pattern}"

    assert panels() == ("green on", "Available", "green flash slow")
    await wallbox.card("A1", 1)
    await wallbox.until(lambda: wallbox.phase() is Phase.AUTHORIZED)
    assert panels() == ("green flash fast", "SuspendedEV", "blue on")
    wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Charging")
    assert panels() == ("blue breathing", "Charging", "blue flash slow")
    await wallbox.card("A1", 1)
    await wallbox.until(lambda: wallbox.status() == "Finishing")
    assert panels() == ("green flash slow", "Finishing", "green on")


def test_stamped_by_the_panel() -> None:
    stamped = Shown(Box(wifi=Wifi.DAMAGED)).stamped(7.0, Notice.ACCEPTED, 6.5)
    assert stamped.box == Box(wifi=Wifi.DAMAGED, at_s=7.0, notice=Notice.ACCEPTED, notice_at_s=6.5)
