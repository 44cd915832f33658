"""Whatever happens, 120 s after an unconfirmed change the old network is in force.

Changes, restarts, power cuts, full disks and outages of NetworkManager come in any order.
"""

import asyncio
import sqlite3
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.network import trial as trials
from evse.network.bus import BusError
from evse.network.profile import Wish, wish_of
from evse.network.service import BUSY_TURN_S, TURN_S, Network
from evse.network.trial import TRIAL_S, Medium
from evse.settings.values import Settings
from tests.firmware.core.bench import DETERMINISTIC
from tests.firmware.network.machine import Machine, Notes, Store, network_on, settings_of
from tests.firmware.virtual_clock import VirtualClock

CHANGES: tuple[dict[str, Any], ...] = (
    {"network.dhcp": "Static", "network.ip": "10.0.0.2", "network.mask": "255.0.0.0"},
    {"network.dhcp": "Static", "network.ip": "10.0.0.3", "network.mask": "255.0.0.0"},
    {"network.dhcp": "Auto"},
    {"network.ethernet": False},
    {"network.ethernet": True},
    {"network.ssid": "home", "network.ssid_password": "secret-secret"},
    {"network.ssid": "out of reach", "network.ssid_password": "secret-secret"},
    {"network.ssid": "", "network.ssid_password": ""},
    {"network.cellular": True, "network.apn": "internet"},
)

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *(("change", number) for number in range(len(CHANGES))),
                *(("import", number) for number in range(len(CHANGES))),
                ("confirm", 0),
                ("hotspot", 0),
                ("restart", 0),
                ("power cut", 0),
                ("full disk", 0),
                ("outage", 0),
                ("refusal", 0),
                ("wait", 0),
            ]
        ),
        st.sampled_from([0.0, 1.0, 3.0, 30.0, 119.0, 121.0]),
    ),
    min_size=1,
    max_size=12,
)


class Story:
    """A wallbox through its restarts; `confirmed` is what must hold in the end."""

    def __init__(self) -> None:
        self.machine, self.store, self.notes = Machine(), Store(), Notes()
        self.confirmed = Wish()
        self.changed_at_s = -1e9

    async def start(self) -> None:
        # A new program has a monotonic clock of its own.
        self.clock = VirtualClock()
        self.changed_at_s = 0.0
        self.settings: Settings = await settings_of(self.store)
        self.network: Network = network_on(self.machine, self.settings, self.clock, self.notes)
        self.running = asyncio.ensure_future(self.network.run())
        await self.clock.pass_time(TURN_S)

    async def stop(self) -> None:
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running

    async def do(self, what: str, number: int) -> None:
        match what:
            case "change":
                await self.network.apply(CHANGES[number], "test")
                self.changed_at_s = self.clock.monotonic()
            case "import":
                await self.settings.set_many(CHANGES[number], "test")
                self.changed_at_s = self.clock.monotonic()
            case "confirm":
                if (await self.network.confirm())["available"]:
                    self.confirmed = wish_of(self.settings.values)
            case "hotspot":
                await self.network.hotspot(on=True)
            case "restart":
                await self.stop()
                await self.start()
            case "power cut":
                kept = dict(self.notes.kept)
                await self.stop()
                self.notes.kept = kept
                await self.start()
                assert wish_of(self.settings.values) == self.confirmed
                assert self.machine.in_force == self.confirmed
            case "full disk":
                await self._while_failing(self.store, sqlite3.OperationalError("disk is full"))
            case "outage":
                await self._while_failing(self.machine, BusError("gone", absent=True))
            case "refusal":
                await self._while_failing(self.machine, BusError("refused"))

    async def _while_failing(self, what: Store | Machine, error: Any) -> None:
        what.error = error
        await self.clock.pass_time(20)
        what.error = None
        await self.clock.pass_time(TURN_S + BUSY_TURN_S)

    def check(self) -> None:
        age_s = self.clock.monotonic() - self.changed_at_s
        if age_s > TRIAL_S + 2 * BUSY_TURN_S:
            assert self.machine.in_force == self.confirmed
            assert wish_of(self.settings.values) == self.confirmed
            assert self.network.snapshot()["trial"] is None
            assert not self.notes.kept


@pytest.mark.usefixtures("caplog")
@given(steps=STEPS)
@DETERMINISTIC
def test_the_old_network_is_back_after_two_minutes(steps: list[Any]) -> None:
    async def story() -> None:
        it = Story()
        await it.start()
        for (what, number), wait_s in steps:
            await it.do(what, number)
            await it.clock.pass_time(wait_s)
            it.check()
        await it.clock.pass_time(TRIAL_S + 3)
        it.check()
        await it.stop()

    asyncio.run(story())


def test_every_setting_that_decides_how_it_is_reached_is_on_trial() -> None:
    tried = {key for keys in trials.KEYS.values() for key in keys}
    wish = {f"network.{name}" for name in Wish.__slots__} - {"network.static", "network.hostname"}
    assert tried == wish | {"network.dhcp"}


@pytest.mark.parametrize("medium", list(Medium))
def test_a_medium_is_known_by_its_settings(medium: Medium) -> None:
    before = {key: "" for keys in trials.KEYS.values() for key in keys}
    after = {**before, trials.KEYS[medium][-1]: "new"}
    assert trials.media_of(before, after) == {medium}
    assert trials.begin(before, before, 0.0) is None
