"""How a charger takes a limit, the first guess of it by brand, and how often may be written."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.control import (
    Control,
    Kind,
    Method,
    PauseBy,
    Purpose,
    Unit,
)
from custom_components.evse_ocpp.central.persistent_writes import (
    MAX_PER_DAY,
    SPACING_S,
    PersistentWrites,
)
from custom_components.evse_ocpp.central.quirks import (
    BRANDS,
    Quirk,
    brand_of,
    first_control,
    quirks_of,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEFAULT = Method(Purpose.TX_DEFAULT_PROFILE)
KEY = Method(Purpose.KEY, key="G_MaxCurrent", key_factor=10)


def test_it_survives_a_restart():
    control = Control(
        Method(Purpose.TX_PROFILE, Unit.W, Kind.RELATIVE, 3),
        KEY,
        PauseBy.REMOTE_STOP,
        lease_ends_itself=True,
        switches_phases=False,
        steps_a=(6.0, 8.0),
        firmware_version="1.2",
        tested_at=NOW,
    )
    assert Control.from_dict(control.to_dict()) == control


@pytest.mark.parametrize(
    ("vendor", "model", "name"),
    [
        ("ABB", "TAC-W22-T-0", "ABB Terra AC"),
        ("Autel", "MaxiCharger AC Wallbox", "Autel MaxiCharger"),
        ("EVBox", "Elvi", "EVBox Elvi"),
        ("go-e", "go-eCharger", "go-e"),
        ("HUAWEI", "SCharger-22KT-S0", "Huawei SCharger"),
        ("Wall Box Chargers", "PLP1-0-2-4-9-002-E", "Wallbox Pulsar"),
        ("Wall Box Chargers", "Pulsar Plus", "Wallbox Pulsar"),
        ("ZJBENY", "BCP", "ZJ Beny"),
        ("Some", "Wallbox", None),
        (None, None, None),
    ],
)
def test_brands_are_known_by_what_they_call_themselves(vendor, model, name):
    brand = brand_of(vendor, model)
    assert (brand and brand.name) == name


@pytest.mark.parametrize("brand", BRANDS, ids=lambda brand: brand.name)
def test_each_brand_has_a_source_and_a_safe_guess(brand):
    re.compile(brand.pattern)
    assert re.search(r"#\d+|\.yaml|docs", brand.thread)
    assert brand.control.tested_at is None
    assert brand.control.pause is not PauseBy.ZERO_LEASE or brand.control.lease.volatile
    assert brand_of(brand.name.split(",")[0], None) is brand


def test_quirks_are_of_the_brand():
    assert Quirk.NO_CHANGE_AVAILABILITY in quirks_of("EN+", "Caro")
    assert quirks_of("nobody", None) == frozenset()


def test_a_boot_brings_the_first_guess_and_never_overwrites_what_was_measured():
    charger = Charger("CP-1")
    charger.booted("Huawei", "SCharger", None, "1", NOW)
    assert charger.control == first_control("Huawei", "SCharger") != Control()
    measured = charger.control = Control(tested_at=NOW, firmware_version="1")
    charger.booted("Huawei", "SCharger", None, "2", NOW)
    assert charger.control is measured
    assert measured.outdated(charger.firmware_version)
    assert not measured.outdated("1")
    assert not Control().outdated("1")


@pytest.mark.parametrize(
    ("control", "leases", "one_slot", "pause"),
    [
        (Control(), True, False, PauseBy.ZERO_LEASE),
        (Control(lease_ends_itself=False), False, False, PauseBy.ZERO_LEASE),
        (Control(DEFAULT, DEFAULT, lease_ends_itself=False), False, True, PauseBy.NOTHING),
        (Control(DEFAULT, DEFAULT, PauseBy.REMOTE_STOP), False, True, PauseBy.REMOTE_STOP),
        (Control(KEY, KEY), False, True, PauseBy.NOTHING),
        (
            Control(Method(Purpose.TX_DEFAULT_PROFILE, stack_level=1), DEFAULT),
            True,
            False,
            PauseBy.NOTHING,
        ),
    ],
)
def test_traps_3_and_4_what_a_control_can(control, leases, one_slot, pause):
    assert (control.leases, control.one_slot, control.pause) == (leases, one_slot, pause)


@pytest.mark.parametrize(
    ("control", "limit_a", "allowed_a"),
    [
        (Control(), 10.4, 10.4),
        (Control(DEFAULT, DEFAULT), 10.9, 10.0),
        (Control(steps_a=(6, 8, 10, 13, 16)), 12.9, 10),
        (Control(steps_a=(6, 8, 10, 13, 16)), 13, 13),
        (Control(steps_a=(10, 16)), 9, 0),
    ],
)
def test_quirk_39_rounds_down_to_what_it_takes(control, limit_a, allowed_a):
    assert control.allowed_a(limit_a) == allowed_a


def written(times: int, every_s: float = 60) -> tuple[PersistentWrites, datetime]:
    writes, now = PersistentWrites(), NOW.replace(hour=0)
    for _ in range(times):
        writes.wrote(now)
        now += timedelta(seconds=every_s)
    return writes, now


@pytest.mark.parametrize(
    ("limit_a", "held_a", "after_s", "allowed"),
    [
        (10, 6, SPACING_S - 1, False),
        (10, 6, SPACING_S, True),
        (6, 10, 0, True),
        (10.5, 10, 60, False),
        (11, 10, 60, True),
        (10, 10, 60, True),  # a renewal
        (10, 10, 1, False),
        (6, None, 1, False),
        (6, None, 60, True),
    ],
)
def test_quirk_34_rises_are_rare_and_lower_always_goes(limit_a, held_a, after_s, allowed):
    writes, now = written(1, after_s)
    assert writes.allow(limit_a, held_a, now) is allowed


def test_quirk_34_after_the_day_s_share_only_lower_until_tomorrow():
    writes, now = written(MAX_PER_DAY)
    assert writes.today(now) == MAX_PER_DAY
    assert not writes.allow(16, 6, now)
    assert not writes.allow(6, 6, now)
    assert writes.allow(6, 16, now)
    assert writes.allow(16, 6, now + timedelta(days=1))
    assert writes.today(now + timedelta(days=1)) == 0
    restored = PersistentWrites.from_dict(writes.to_dict())
    assert restored == writes
    assert PersistentWrites.from_dict(PersistentWrites().to_dict()) == PersistentWrites()


def test_a_clock_that_was_set_back_blocks_nothing():
    writes, now = written(1)
    assert writes.allow(16, 6, now - timedelta(hours=5))
