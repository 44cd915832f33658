"""What this computer's users may ask of a whole wallbox, and what they are told."""

import asyncio
import json
import os
import signal
from typing import Any

import pytest

from evse.core.faults import Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.session import Phase
from evse.local import wallbox as local_wallbox
from evse.local.requests import Request, parse
from evse.local.server import Handler
from evse.local.wallbox import simulation_handlers, snapshot, wallbox_handlers
from evse.ocpp.client import OcppClient
from evse.ocpp.port import IdTagInfo
from evse.simulation.world import MeterFault, MeterPlace
from tests.firmware.wallbox import Wallbox, Workshop

TWO = "installation.connectors=2"


class Desk:
    """A running wallbox and the handlers of its socket."""

    def __init__(self, wallbox: Wallbox, client: OcppClient) -> None:
        self.wallbox = wallbox
        self.client = client
        self.parts: list[Any] = []
        self.handlers: dict[str, Handler] = {
            **wallbox_handlers(wallbox.station, client, self.parts),
            **simulation_handlers(client),
        }

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        """As over the socket: checked, answered, and what goes out is JSON."""
        request: Request = parse(json.dumps({"command": command, **fields}).encode())
        return json.loads(json.dumps(await self.handlers[command](request)))

    async def status(self, number: int = 1) -> dict[str, Any]:
        return (await self.ask("status"))["connectors"][str(number)]


async def desk_at(make_wallbox: Workshop, *overrides: str) -> Desk:
    wallbox = await make_wallbox(*overrides)
    client = await OcppClient.load(
        wallbox.settings, wallbox.database, wallbox.clock, wallbox.station, wallbox.state_dir
    )
    return Desk(wallbox, client)


@pytest.fixture
async def desk(make_wallbox: Workshop) -> Desk:
    return await desk_at(make_wallbox, TWO)


# ---- cards


async def test_a_card_with_and_without_a_connector(desk: Desk) -> None:
    assert await desk.ask("card", uid="A1", connector=2) == {}
    await desk.wallbox.run(0.2)
    assert [desk.wallbox.phase(number) for number in (1, 2)] == [Phase.IDLE, Phase.AUTHORIZED]
    assert await desk.ask("card", uid="B2") == {}
    await desk.wallbox.run(0.2)
    assert desk.wallbox.phase(1) is Phase.AUTHORIZED


# ---- faults


@pytest.mark.parametrize(
    ("fault", "fields", "refused"),
    [
        (Fault.RESIDUAL_CURRENT, {}, None),
        (Fault.RESIDUAL_CURRENT, {"authority": "installer"}, None),
        (Fault.CONTACTOR_WELDED, {"authority": "installer"}, None),
        (Fault.CONTACTOR_WELDED, {}, "is ended by: installer; came: local"),
        (Fault.GROUND, {"authority": "installer"}, "is ended by: itself"),
        (Fault.DIODE, {"authority": "installer"}, "is ended by: unplug"),
    ],
)
async def test_who_may_end_which_fault(
    desk: Desk, fault: Fault, fields: dict[str, str], refused: str | None
) -> None:
    wallbox = desk.wallbox
    if fault is not Fault.CONTACTOR_WELDED:  # which shows when it should be open
        await wallbox.charge(2)
    wallbox.world.inject(2, fault)
    await wallbox.run(2.0)
    wallbox.world.repair(2, fault)
    await wallbox.run(1.0)
    assert str(fault) in (await desk.status(2))["faults"]
    if refused:
        with pytest.raises(PermissionError, match=refused):
            await desk.ask("press", fault=fault, connector=2, **fields)
        assert str(fault) in (await desk.status(2))["faults"]
        return
    assert await desk.ask("press", fault=fault, connector=2, **fields) == {}
    await wallbox.run(0.2)
    assert (await desk.status(2))["faults"] == []


async def test_what_cannot_be_ended_is_named(desk: Desk) -> None:
    with pytest.raises(ValueError, match="fault ResidualCurrent is not raised; raised are: none"):
        await desk.ask("press", fault="ResidualCurrent")
    desk.wallbox.world.inject(1, Fault.RESIDUAL_CURRENT)
    await desk.wallbox.run(1.0)
    with pytest.raises(ValueError, match="is still detected"):
        await desk.ask("press", fault="ResidualCurrent")


@pytest.mark.parametrize("fault", [f for f in Fault if f is not Fault.CAN_ADDRESS])
async def test_every_fault_that_can_be_pressed_is_spelt_as_everywhere(
    desk: Desk, fault: Fault
) -> None:
    """An unknown name would end in a KeyError instead of an answer."""
    with pytest.raises((ValueError, PermissionError), match=str(fault)):
        await desk.ask("press", fault=str(fault), authority=str(Clears.INSTALLER))


# ---- status


async def test_the_status_of_a_charge(desk: Desk) -> None:
    wallbox = desk.wallbox
    wallbox.central.profiles = {1: Limit(Source.CENTRAL, 10.0, expires_at_s=1e6, fallback_a=6.0)}
    await wallbox.charge(1, max_a=16.0)
    await wallbox.run(20.0)
    (record,) = wallbox.central.started
    wallbox.station.transaction_answered(record.local_id, 7, IdTagInfo("Accepted"))
    told = await desk.status()
    assert told["transaction"] == {
        "local_id": record.local_id,
        "server_id": 7,
        "id_tag": "A1",
        "meter_start_wh": 0,
        "started_at": record.started_at.isoformat(),
    }
    expected = {
        "status": "Charging",
        "pilot_state": "C2",
        "phase": "charging",
        "operative": True,
        "offered_a": 10.0,
        "contactor": True,
        "limited_by": "central",
        "limit_a": 10.0,
        "cable_a": 32.0,
        "faults": [],
        "hot_openings": 0,
        "contactor_cycles": 1,
        "plug_cycles": 1,
    }
    assert {key: told[key] for key in expected} == expected
    assert told["energy_wh"] == pytest.approx(20 * 3 * 10 * 0.98 * 230 / 3600, rel=0.15)
    limits = {limit["source"]: limit for limit in told["limits"]}
    assert {"board", "operator", "installation", "cable", "central"} <= set(limits)
    assert limits["central"]["fallback_a"] == 6.0
    assert limits["central"]["expires_in_s"] > 0
    assert limits["operator"]["expires_in_s"] is None
    assert (await desk.status(2))["status"] == "Available"
    assert (await desk.status(2))["transaction"] is None


async def test_the_house_and_its_silence(desk: Desk) -> None:
    assert (await desk.ask("status"))["house_current_a"] == [0.0, 0.0, 0.0]
    desk.wallbox.world.extra_a = (1.0, 2.0, 3.0)
    await desk.wallbox.run(2.0)
    assert (await desk.ask("status"))["house_current_a"] == [1.0, 2.0, 3.0]
    desk.wallbox.world.fail_meter(MeterPlace.HOUSE, 1, MeterFault.SILENT)
    await desk.wallbox.run(12.0)
    assert (await desk.ask("status"))["house_current_a"] is None


@pytest.mark.parametrize(
    ("lateness_s", "expected_ms"),
    [
        ((), (0, 0.0, 0.0, 0.0)),
        ((0.004,), (1, 4.0, 4.0, 4.0)),
        ((0.003, 0.001, 0.002), (3, 2.0, 3.0, 3.0)),
        (tuple(i / 1000 for i in range(100)), (100, 50.0, 99.0, 99.0)),
        (tuple(i / 1000 for i in range(1000)), (1000, 500.0, 990.0, 999.0)),
    ],
)
async def test_how_punctual_the_control_turns_are(
    desk: Desk, lateness_s: tuple[float, ...], expected_ms: tuple[float, ...]
) -> None:
    desk.wallbox.station.lateness_s.clear()
    desk.wallbox.station.lateness_s.extend(lateness_s)
    told = snapshot(desk.wallbox.station, desk.client)["lateness_ms"]
    assert [told[name] for name in ("turns", "p50", "p99", "max")] == pytest.approx(expected_ms)


async def test_the_connection(desk: Desk) -> None:
    told = (await desk.ask("status"))["ocpp"]
    assert told == {
        "connected": False,
        "connections": 0,
        "sent": {},
        "received": {},
        "clock_offset_s": None,
    }
    desk.client.counters.sent["Heartbeat"] = 3
    assert (await desk.ask("status"))["ocpp"]["sent"] == {"Heartbeat": 3}


async def test_further_parts_are_told_as_they_are(desk: Desk) -> None:
    desk.parts.append(lambda: {"world": {"elapsed_s": 1.5}})
    desk.parts.append(lambda: {"house_current_a": "overruled"})
    told = await desk.ask("status")
    assert told["world"] == {"elapsed_s": 1.5}
    assert told["house_current_a"] == "overruled"


async def test_the_last_trials_of_the_boards_are_told(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    trial = {"board": "EKEPC2-C", "held_a": 10.0}
    await wallbox.values.save_trial(1, trial)
    make_wallbox.made[-1].world.save()
    await make_wallbox.made.pop().stop()
    desk = await desk_at(make_wallbox)
    assert (await desk.ask("status"))["board_tests"] == {"1": trial}


# ---- the simulation's own


@pytest.mark.parametrize("up", [True, False])
async def test_the_network_cable(desk: Desk, monkeypatch: pytest.MonkeyPatch, up: bool) -> None:
    told: list[bool] = []
    monkeypatch.setattr(desk.client, "set_network", told.append)
    assert await desk.ask("network", up=up) == {}
    assert told == [up]


async def test_a_power_cut_comes_after_its_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(local_wallbox, "POWER_CUT_AFTER_S", 0.01)
    monkeypatch.setattr(os, "kill", lambda pid, number: killed.append((pid, number)))
    assert await desk.ask("power-cut") == {}
    assert killed == []
    await asyncio.sleep(0.05)
    assert killed == [(os.getpid(), signal.SIGKILL)]


async def test_a_real_wallbox_loses_neither_network_nor_power_on_command(desk: Desk) -> None:
    real = wallbox_handlers(desk.wallbox.station, desk.client)
    assert set(real) == {"card", "press", "status"}
