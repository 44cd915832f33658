"""What of a charger outlives a restart; records of earlier versions are read too."""

import json
from datetime import UTC, datetime

import pytest

from custom_components.evse_ocpp.central.charger import Charger, Reservation
from custom_components.evse_ocpp.central.charger_clock import Instant
from custom_components.evse_ocpp.central.charger_record import Missed
from custom_components.evse_ocpp.central.control import Control, PauseBy
from custom_components.evse_ocpp.central.readings import Sample

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER_ADDED = (
    "ocpp_version",
    "control",
    "persistent_writes",
    "quarantine",
    "reservations",
    "meter_type",
    "meter_serial",
)


@pytest.fixture
def charger() -> Charger:
    charger = Charger("CP-1")
    charger.booted("Maker", "Model", "S1", "1.0", NOW, meter_type="EM340", meter_serial="22")
    charger.ocpp_version = "2.0.1"
    charger.start_transaction(1, "TAG", NOW, 1000, "key")
    charger.stop_transaction(99, NOW, "Local", None)
    charger.reservations[7] = Reservation(7, 1, "TAG", NOW)
    charger.control = Control(pause_by=PauseBy.REMOTE_STOP, tested_at=NOW)
    charger.quarantine.restarts["GetConfiguration"] = 2
    charger.fallback_a = 6.0
    return charger


def reborn(stored: dict, missed: Missed = Missed.WHAT_RAN) -> Charger:
    stored = json.loads(json.dumps(stored, allow_nan=False))
    return Charger.from_dict("CP-1", stored, missed=missed)


def test_all_of_it_comes_back(charger: Charger) -> None:
    later = reborn(charger.to_dict(), Missed.NOTHING)
    assert later.to_dict() == charger.to_dict()
    assert later.reservations == charger.reservations
    assert later.control == charger.control
    assert later.quarantine.holds("GetConfiguration")
    assert (later.ocpp_version, later.fallback_a) == ("2.0.1", 6.0)
    assert (later.meter_type, later.meter_serial) == ("EM340", "22")


def test_an_earlier_version_did_not_keep_all(charger: Charger) -> None:
    stored = {name: each for name, each in charger.to_dict().items() if name not in LATER_ADDED}
    later = reborn(stored)
    assert later.control == Control()
    assert (later.reservations, later.quarantine.held, later.ocpp_version) == ({}, (), None)
    assert (later.meter_type, later.meter_serial) == (None, None)
    assert later.connectors[1].transaction is not None


@pytest.mark.parametrize(
    "damage",
    [
        {"connectors": None},
        {"connectors": [{}]},
        {"next_transaction_id": "x"},
        {"register_kind": "guess"},
        {"reservations": [[1, 2]]},
        {"quarantine": {"GetConfiguration": "often"}},
    ],
)
def test_damage_is_an_error(charger: Charger, damage: dict) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        reborn(charger.to_dict() | damage)


def test_a_meter_from_the_midst_of_a_charge_shows_nothing_before_it_has_caught_up(
    charger: Charger,
) -> None:
    """Row 14: less than before looks like a reset, and the energy would be counted twice."""
    later = reborn(charger.to_dict())
    meter = later.connectors[1].meter
    assert (meter.shown_wh, meter.total_wh) == (None, 0)
    meter.take(1040, Instant(NOW), later.max_power_w)
    assert meter.shown_wh == 40
    charger.stop_transaction(1, NOW, "Local", 1040)
    assert reborn(charger.to_dict()).connectors[1].meter.shown_wh == 40


def test_a_session_from_the_midst_of_a_charge_shows_nothing_before_it_has_caught_up(
    charger: Charger,
) -> None:
    """Row 14: its energy feeds statistics too."""
    later = reborn(charger.to_dict())
    transaction = later.connectors[1].transaction
    assert transaction is not None
    assert (transaction.shown_wh, transaction.energy_wh) == (None, 0)
    in_order = reborn(charger.to_dict(), Missed.NOTHING).connectors[1].transaction
    assert in_order is not None
    assert in_order.shown_wh == 0
    later.take_samples(1, 1, [Sample("Energy.Active.Import.Register", 1040)], NOW, NOW)
    assert transaction.shown_wh == 40


def test_a_meter_that_counts_without_a_transaction_shows_nothing_before_it_has_caught_up(
    charger: Charger,
) -> None:
    """Some wallboxes charge without transactions; what they counted last may be lost."""
    charger.stop_transaction(1, NOW, "Local", 1040)
    charger.take_samples(1, None, [Sample("Energy.Active.Import.Register", 1045)], NOW, NOW)
    assert charger.counting_idle == {1}
    later = reborn(charger.to_dict())
    assert later.connectors[1].meter.shown_wh is None
    later.take_samples(1, None, [Sample("Energy.Active.Import.Register", 1050)], NOW, NOW)
    assert later.connectors[1].meter.shown_wh == 50
    later.start_transaction(1, "T", NOW, 1050, "T 1050")
    assert later.counting_idle == frozenset()


@pytest.mark.parametrize("missed", Missed)
def test_what_is_behind_stays_so_until_the_register_is_told(
    charger: Charger, missed: Missed
) -> None:
    """Home Assistant is killed in a charge, and ends in order before the wallbox is back."""
    later = reborn(reborn(charger.to_dict()).to_dict(), missed).connectors[1]
    assert later.transaction is not None
    assert (later.meter.shown_wh, later.transaction.shown_wh) == (None, None)


@pytest.mark.parametrize(("missed", "shown_wh"), [(Missed.WHAT_RAN, 40), (Missed.ANYTHING, None)])
def test_an_idle_meter_from_an_old_copy_shows_nothing_before_it_has_caught_up(
    charger: Charger, missed: Missed, shown_wh: float | None
) -> None:
    charger.stop_transaction(1, NOW, "Local", 1040)
    later = reborn(charger.to_dict(), missed)
    assert later.connectors[1].meter.shown_wh == shown_wh
    later.take_samples(1, None, [Sample("Energy.Active.Import.Register", 1045)], NOW, NOW)
    assert later.connectors[1].meter.shown_wh == 45


def test_a_meter_that_had_seen_nothing_lacks_nothing() -> None:
    blank = Charger("CP-1")
    blank.connector(1)
    later = reborn(blank.to_dict(), Missed.ANYTHING)
    later.take_samples(1, None, [Sample("Energy.Active.Import.Register", 1000)], NOW, NOW)
    assert later.connectors[1].meter.shown_wh == 0
