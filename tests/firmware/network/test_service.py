"""The network follows its settings; a change is on trial (page NETWORK), the hotspot closes."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest

from evse.network.bus import BusError
from evse.network.hotspot import GUEST_S, IDLE_S, LONGEST_S
from evse.network.port import Unavailable
from evse.network.service import OPENING_S, Network
from evse.network.trial import DOWN_S, TRIAL_S
from evse.settings.values import ConfigurationError, Settings
from tests.firmware.network.machine import KEY, Machine, Notes, Store, network_on, settings_of
from tests.firmware.virtual_clock import VirtualClock

STATIC = {
    "network.dhcp": "Static",
    "network.ip": "192.168.1.50",
    "network.mask": "255.255.255.0",
    "network.gateway": "192.168.1.1",
}
JOIN = {"network.ssid": "home", "network.ssid_password": "secret-secret"}
OWN = "192.168.4.1"


@dataclass
class Box:
    machine: Machine
    store: Store
    notes: Notes
    clock: VirtualClock
    settings: Settings
    network: Network

    async def passes(self, seconds: float) -> None:
        await self.clock.pass_time(seconds)


@asynccontextmanager
async def box(
    machine: Machine | None = None, store: Store | None = None, notes: Notes | None = None
) -> AsyncIterator[Box]:
    """A running network; it ends as in a power cut when its notes are told nothing more."""
    machine, store, notes = machine or Machine(), store or Store(), notes or Notes()
    settings, clock = await settings_of(store), VirtualClock()
    network = network_on(machine, settings, clock, notes)
    running = asyncio.ensure_future(network.run())
    try:
        await clock.pass_time(1)
        yield Box(machine, store, notes, clock, settings, network)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_change_is_put_into_force_and_stays_when_confirmed_from_the_new_address() -> None:
    async with box() as it:
        answer = await it.network.apply(STATIC, "operator")
        assert answer["available"]
        assert set(answer["changed"]) == set(STATIC)
        assert answer["trial"]["ends_in_s"] == TRIAL_S
        await it.passes(5)
        assert it.machine.in_force.static
        assert it.network.snapshot()["trial"] == {"ends_in_s": TRIAL_S - 5, "applied": True}
        assert (await it.network.confirm("192.168.1.50"))["available"]
        await it.passes(10 * TRIAL_S)
        assert it.machine.in_force.ip == "192.168.1.50"
        assert it.settings["network.ip"] == "192.168.1.50"
        assert not it.notes.kept
        assert it.network.snapshot()["last_trial"]["confirmed"]


async def test_an_unconfirmed_change_is_undone_after_two_minutes() -> None:
    async with box() as it:
        await it.network.apply(STATIC, "operator")
        await it.passes(TRIAL_S - 1)
        assert it.machine.in_force.static
        await it.passes(2)
        assert not it.machine.in_force.static
        assert it.settings["network.dhcp"] == "Auto"
        assert it.settings["network.ip"] == ""
        assert not it.notes.kept
        assert "120 s" in it.network.snapshot()["last_trial"]["reason"]
        assert (await it.network.confirm())["code"] == "no_trial"


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("192.168.1.50", True),
        ("::ffff:192.168.1.50", True),
        ("fe80::1%eth0", True),
        ("192.168.1.10", False),
        (OWN, False),
        ("127.0.0.1", False),
    ],
)
async def test_only_the_changed_network_confirms(address: str, good: bool) -> None:
    async with box() as it:
        await it.network.apply(STATIC, "operator")
        await it.passes(5)
        answer = await it.network.confirm(address)
        assert answer["available"] is good
        assert good or "192.168.1.50" in answer["reason"]


async def test_what_is_not_in_force_yet_cannot_be_confirmed() -> None:
    """The answer to the change gets out over the old network first."""
    async with box() as it:
        await it.network.apply(STATIC, "operator")
        await it.passes(0.5)
        assert not it.machine.in_force.static
        assert "not in force yet" in (await it.network.confirm("192.168.1.50"))["reason"]


async def test_switching_the_lan_off_is_confirmed_from_anywhere_else() -> None:
    async with box() as it:
        await it.network.apply({"network.ethernet": False}, "operator")
        await it.passes(5)
        assert (await it.network.confirm("192.168.2.7"))["available"]


async def test_a_change_by_another_way_is_on_trial_too() -> None:
    async with box() as it:
        await it.settings.set_many(STATIC, "import")
        await it.passes(5)
        assert it.network.snapshot()["trial"] == {"ends_in_s": TRIAL_S - 5, "applied": True}
        await it.passes(TRIAL_S)
        assert not it.machine.in_force.static


async def test_a_second_change_goes_back_to_what_was_confirmed() -> None:
    async with box() as it:
        await it.network.apply(STATIC, "operator")
        await it.passes(60)
        await it.network.apply({"network.ip": "192.168.1.51"}, "operator")
        await it.passes(TRIAL_S - 10)
        assert it.machine.in_force.ip == "192.168.1.51"
        await it.passes(11)
        assert not it.machine.in_force.static


async def test_going_back_by_hand_ends_the_trial() -> None:
    async with box() as it:
        await it.network.apply({"network.ethernet": False}, "operator")
        await it.passes(5)
        answer = await it.network.apply({"network.ethernet": True}, "operator")
        assert answer["trial"] is None
        assert not it.notes.kept


async def test_a_wifi_that_cannot_be_joined_is_undone_at_once_and_the_hotspot_is_back() -> None:
    """EKEPC3 manual, 5.8.1.5: over the hotspot; a mistyped password is corrected there."""
    async with box() as it:
        await it.network.hotspot(on=True)
        await it.passes(2)
        assert it.machine.hotspot == ("OCPP_34CD", KEY)
        await it.network.apply({**JOIN, "network.ssid": "mistyped"}, "operator")
        await it.passes(5)
        assert it.machine.hotspot is None
        await it.passes(DOWN_S)
        snapshot = it.network.snapshot()
        assert snapshot["trial"] is None
        assert "mistyped" in snapshot["last_trial"]["reason"]
        assert it.settings["network.ssid"] == ""
        assert it.machine.hotspot == ("OCPP_34CD", KEY)


async def test_a_network_joined_through_the_hotspot_is_confirmed_from_its_address() -> None:
    async with box() as it:
        await it.network.hotspot(on=True)
        await it.passes(2)
        await it.network.apply(JOIN, "operator")
        await it.passes(5)
        assert it.network.snapshot()["wifi"]["joined"]
        assert not (await it.network.confirm(OWN))["available"]
        assert (await it.network.confirm("192.168.2.7"))["available"]
        await it.passes(TRIAL_S)
        assert it.machine.in_force.ssid == "home"
        assert it.machine.hotspot is None


async def test_a_power_cut_in_the_trial_undoes_the_change_at_the_next_start() -> None:
    async with box() as it:
        await it.network.apply(STATIC, "operator")
        await it.passes(60)
        at_the_cut = dict(it.notes.kept)
        machine, store = it.machine, it.store
    notes = Notes()
    notes.kept = at_the_cut
    async with box(machine, store, notes) as it:
        assert not it.machine.in_force.static
        assert it.settings["network.dhcp"] == "Auto"
        assert "dhcp" not in str(it.notes.kept)


async def test_a_power_cut_between_note_and_change_changes_nothing() -> None:
    notes = Notes()
    async with box(notes=notes) as it:
        it.store.error = sqlite3.OperationalError("disk is full")
        with pytest.raises(sqlite3.Error):
            await it.network.apply(STATIC, "operator")
        assert not notes.kept
        assert it.settings["network.dhcp"] == "Auto"


async def test_save_and_restart_begins_the_trial_anew() -> None:
    async with box() as it:
        await it.network.apply(STATIC, "operator")
        await it.passes(100)
        machine, store, notes = it.machine, it.store, it.notes
    async with box(machine, store, notes) as it:
        await it.passes(60)
        assert it.machine.in_force.static
        await it.passes(TRIAL_S)
        assert not it.machine.in_force.static


async def test_a_factory_reset_needs_no_confirmation() -> None:
    async with box() as it:
        await it.network.apply(STATIC, "operator")
        await it.passes(5)
        await it.network.confirm()
        await it.settings.set_many({"network.dhcp": "Auto", "network.ip": ""}, "factory reset")
        await it.passes(5)
        await it.network.keep()
        await it.passes(2 * TRIAL_S)
        assert not it.machine.in_force.static


async def test_wrong_values_change_nothing_and_leave_no_trial() -> None:
    async with box() as it:
        with pytest.raises(ConfigurationError, match=r"network\.ip"):
            await it.network.apply({"network.dhcp": "Static"}, "operator")
        assert it.network.snapshot()["trial"] is None
        assert not it.notes.kept


async def test_what_networkmanager_refuses_is_undone_at_once() -> None:
    async with box() as it:
        it.machine.obey_error = BusError("org.freedesktop.NetworkManager: AddConnection: no")
        await it.network.apply(STATIC, "operator")
        await it.passes(3)
        it.machine.obey_error = None
        await it.passes(2)
        assert it.settings["network.dhcp"] == "Auto"
        assert "AddConnection: no" in it.network.snapshot()["last_trial"]["reason"]
        assert not it.machine.in_force.static


async def test_a_full_disk_does_not_keep_the_old_network_away() -> None:
    async with box() as it:
        await it.network.apply(STATIC, "operator")
        await it.passes(5)
        it.store.error = sqlite3.OperationalError("disk is full")
        await it.passes(TRIAL_S)
        assert not it.machine.in_force.static
        assert it.settings["network.dhcp"] == "Static"
        it.store.error = None
        await it.passes(2)
        assert it.settings["network.dhcp"] == "Auto"
        assert not it.notes.kept


async def test_a_confirmation_that_cannot_be_stored_is_none() -> None:
    async with box() as it:
        await it.network.apply(STATIC, "operator")
        await it.passes(5)
        it.notes.error = sqlite3.OperationalError("disk is full")
        with pytest.raises(sqlite3.Error):
            await it.network.confirm("192.168.1.50")
        it.notes.error = None
        await it.passes(TRIAL_S)
        assert not it.machine.in_force.static


async def test_without_networkmanager_every_answer_says_so_and_settings_are_kept() -> None:
    words = "org.freedesktop.NetworkManager is not running on this machine"
    async with box(Machine(error=BusError(words, absent=True))) as it:
        snapshot = it.network.snapshot()
        assert (snapshot["available"], snapshot["reason"]) == (False, words)
        assert snapshot["ethernet"]["state"] == "unknown"
        scanned = await it.network.scan()
        assert (scanned["reason"], scanned["networks"]) == (words, [])
        assert not (await it.network.hotspot(on=True))["available"]
        assert not (await it.network.time())["available"]
        assert not (await it.network.set_time(ntp=False))["available"]
        answer = await it.network.apply(STATIC, "operator")
        assert (answer["available"], answer["trial"]) == (False, None)
        await it.passes(2 * TRIAL_S)
        assert it.settings["network.dhcp"] == "Static"
        it.machine.error = None  # it comes up after us
        await it.passes(10)
        assert it.machine.in_force.static
        assert it.network.snapshot()["available"]


async def test_a_restarted_networkmanager_is_told_again() -> None:
    async with box() as it:
        told = len(it.machine.obeyed)
        await it.passes(60)
        assert len(it.machine.obeyed) == told
        it.machine.error = BusError("org.freedesktop.NetworkManager is not running", absent=True)
        await it.passes(10)
        it.machine.error = None
        await it.passes(10)
        assert len(it.machine.obeyed) == told + 1


async def test_the_hotspot_closes_ten_minutes_after_its_last_use() -> None:
    """Issue: closed after ten minutes; whoever uses it keeps it open, an hour at the most."""
    async with box() as it:
        await it.network.hotspot(on=True)
        await it.passes(IDLE_S - 5)
        assert it.network.admits(OWN, "192.168.4.2")
        await it.passes(IDLE_S - 5)
        assert it.machine.hotspot is not None
        await it.passes(10)
        assert it.machine.hotspot is None
        assert not it.network.snapshot()["hotspot"]["open"]


async def test_the_hotspot_closes_after_an_hour_whoever_uses_it() -> None:
    async with box() as it:
        await it.network.hotspot(on=True)
        for _ in range(int(LONGEST_S // 60)):
            it.network.admits(OWN, "192.168.4.2")
            await it.passes(60)
        await it.passes(2)
        assert it.machine.hotspot is None


async def test_the_hotspot_admits_one_client_at_a_time() -> None:
    """Cabur manual, 8.1.1: only one device can be connected at a time."""
    async with box() as it:
        await it.network.hotspot(on=True)
        await it.passes(2)
        assert it.network.admits(OWN, "192.168.4.2")
        assert not it.network.admits(OWN, "192.168.4.3")
        assert it.network.admits("192.168.1.10", "192.168.1.99"), "the LAN is open to all"
        assert it.network.snapshot()["hotspot"]["client"] == "192.168.4.2"
        await it.passes(GUEST_S + 1)
        assert it.network.admits(OWN, "192.168.4.3")
        assert not it.network.admits(OWN, "192.168.4.2")


async def test_a_hotspot_that_a_crash_left_open_is_closed_at_the_start() -> None:
    async with box(Machine(hotspot=("OCPP_34CD", KEY))) as it:
        assert it.machine.hotspot is None


async def test_the_button_opens_and_closes_the_hotspot() -> None:
    """Cabur manual, 8.1.3."""
    async with box() as it:
        await it.network._button_held()
        await it.passes(2)
        assert it.machine.hotspot is not None
        await it.network._button_held()
        await it.passes(2)
        assert it.machine.hotspot is None


async def test_the_network_configuration_card_opens_the_hotspot() -> None:
    """EKEPC3 manual, 5.1."""
    async with box() as it:
        assert not await it.network.card("04A1B2C3")
        await it.settings.set("network.hotspot_card", "04a1b2c3", "operator")
        assert await it.network.card("04A1B2C3")
        await it.passes(2)
        assert it.machine.hotspot is not None
        assert not await it.network.card("11111111")


async def test_an_adapter_that_can_be_no_access_point_is_given_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with box(Machine(opens=False)) as it:
        await it.network.hotspot(on=True)
        await it.passes(OPENING_S + 2)
        assert not it.network.snapshot()["hotspot"]["open"]
        assert "can this Wi-Fi adapter be an access point?" in caplog.text


async def test_no_hotspot_without_wifi() -> None:
    async with box(Machine(has_wifi=False)) as it:
        answer = await it.network.hotspot(on=True)
        assert answer["reason"] == "there is no Wi-Fi adapter in this wallbox"
        assert it.network.snapshot()["wifi"]["mode"] == "off"


async def test_unavailable_keeps_settings_and_says_why() -> None:
    settings = await settings_of(Store())
    port = Unavailable(settings, "because")
    assert port.snapshot()["reason"] == "because"
    assert (await port.apply(STATIC, "operator"))["trial"] is None
    assert settings["network.ip"] == "192.168.1.50"
    for answer in (await port.scan(), await port.confirm(), await port.hotspot(on=True)):
        assert (answer["available"], answer["reason"]) == (False, "because")
    assert (await port.time())["reason"] == (await port.set_time(ntp=True))["reason"] == "because"
    assert port.admits(OWN, "192.168.4.9")
    assert not await port.card("any")
