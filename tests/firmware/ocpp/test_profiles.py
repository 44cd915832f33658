"""Charging profiles (OCPP 1.6, 3.13; ocpp16-behaviours 57 to 63), and the traps of a lease."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evse.ocpp.backoff import patience_s, wait_s
from evse.ocpp.composite import composite
from evse.ocpp.profiles import Installed, ProfileError, limit_at, parse, replaces, to_json
from evse.ocpp.timing import BACKOFF_MAX_S, CONNECT_TIMEOUT_S, REFUSED_WAIT_S

T0 = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def raw(
    limit: float = 10,
    *,
    purpose: str = "TxDefaultProfile",
    level: int = 0,
    kind: str = "Absolute",
    id_: int = 1,
    unit: str = "A",
    start: datetime | None = T0,
    periods: list[tuple[int, float]] | None = None,
    phases: int | None = None,
    duration: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    schedule: dict[str, Any] = {
        "charging_rate_unit": unit,
        "charging_schedule_period": [
            {"start_period": s, "limit": a} | ({"number_phases": phases} if phases else {})
            for s, a in periods or [(0, limit)]
        ],
    }
    if start:
        schedule["start_schedule"] = start.isoformat()
    if duration:
        schedule["duration"] = duration
    return {
        "charging_profile_id": id_,
        "stack_level": level,
        "charging_profile_purpose": purpose,
        "charging_profile_kind": kind,
        "charging_schedule": schedule,
        **more,
    }


def installed(*raws: dict[str, Any], connector: int = 1) -> list[Installed]:
    return [Installed(connector, parse(r, 20, 48)) for r in raws]


TX = "TxProfile"
MAX = "ChargePointMaxProfile"

TABLE: list[tuple[str, list[dict[str, Any]], float, float | None, float | None]] = [
    # what, profiles, seconds after T0 (the transaction starts at T0), limit, until
    ("none", [], 0, None, None),
    ("standing", [raw(10)], 1e6, 10, None),
    ("not begun", [raw(10, start=at(60))], 0, None, 60),
    ("duration over", [raw(10, duration=60)], 60, None, None),
    ("duration runs", [raw(10, duration=60)], 59, 10, 60),
    ("second period", [raw(periods=[(0, 10), (30, 16)])], 30, 16, None),
    ("first period", [raw(periods=[(0, 10), (30, 16)])], 29.9, 10, 30),
    ("validFrom", [raw(10, valid_from=at(5).isoformat())], 0, None, 5),
    ("validTo", [raw(10, valid_to=at(5).isoformat())], 5, None, None),
    ("until validTo", [raw(10, valid_to=at(5).isoformat())], 0, 10, 5),
    ("higher level", [raw(10), raw(20, level=3, id_=2)], 0, 20, None),
    ("higher level over", [raw(10), raw(20, level=3, id_=2, duration=9)], 9, 10, None),
    ("transaction first", [raw(10, level=9), raw(16, purpose=TX, id_=2)], 0, 16, None),
    ("cap", [raw(10), raw(8, purpose=MAX, id_=2)], 0, 8, None),
    ("cap above", [raw(10), raw(32, purpose=MAX, id_=2)], 0, 10, None),
    ("cap alone", [raw(8, purpose=MAX)], 0, 8, None),
    ("zero is a limit", [raw(0, purpose=TX)], 0, 0, None),
    ("watts, three phases", [raw(6900, unit="W")], 0, 10, None),
    ("relative, clock set back", [raw(kind="Relative", start=None)], -600, 10, None),
    ("absolute without start, clock set back", [raw(start=None, duration=60)], -600, 10, -540),
    ("a schedule of its own is not moved by that", [raw(10)], -600, None, 0),
    (
        "daily",
        [raw(10, kind="Recurring", recurrency_kind="Daily", duration=3600)],
        5 * 86400 + 10,
        10,
        5 * 86400 + 3600,
    ),
    (
        "daily over",
        [raw(10, kind="Recurring", recurrency_kind="Daily", duration=3600)],
        5 * 86400 + 3600,
        None,
        6 * 86400,
    ),
    (
        "weekly",
        [raw(10, kind="Recurring", recurrency_kind="Weekly", periods=[(0, 10), (86400, 16)])],
        8 * 86400,
        16,
        14 * 86400,
    ),
    ("relative", [raw(kind="Relative", start=None, periods=[(0, 10), (60, 16)])], 60, 16, None),
    ("absolute without start", [raw(start=None, periods=[(0, 10), (60, 16)])], 60, 16, None),
    # The four traps of charger-quirks.md, "A limit that ends by itself".
    (
        "trap 1: relative with a duration never comes back",
        [raw(6), raw(16, purpose=TX, kind="Relative", start=None, duration=180, id_=2)],
        1000,
        6,
        None,
    ),
    (
        "trap 1 avoided: absolute, renewed",
        [raw(6), raw(16, purpose=TX, start=at(990), duration=180, id_=2)],
        1000,
        16,
        1170,
    ),
    (
        "trap 2: a lease from a clock that is ahead has not begun",
        [raw(6), raw(16, purpose=TX, start=at(40), duration=180, id_=2)],
        0,
        6,
        40,
    ),
    (
        "trap 3: level 0 only, two purposes: the fallback holds when the lease is over",
        [raw(6), raw(16, purpose=TX, duration=180, id_=2)],
        180,
        6,
        None,
    ),
    (
        "trap 4: a relative TxDefaultProfile alone stands for good",
        [raw(10, kind="Relative", start=None)],
        1e6,
        10,
        None,
    ),
]


@pytest.mark.parametrize(
    ("profiles", "now_s", "limit", "until_s"), [r[1:] for r in TABLE], ids=[r[0] for r in TABLE]
)
def test_limit_at(
    profiles: list[dict[str, Any]], now_s: float, limit: float | None, until_s: float | None
) -> None:
    """Behaviours 59, 60."""
    found = limit_at(installed(*profiles), 1, at(now_s), T0)
    assert found.amps == (limit if limit is None else pytest.approx(limit))
    assert found.until == (None if until_s is None else at(until_s))


def test_connectors_and_levels() -> None:
    """Behaviour 59: TxDefaultProfile of connector 0 is for all; a higher level of it beats the
    connector's own, an equal one does not; other connectors' profiles do not count."""
    own = installed(raw(10, id_=1), connector=1)
    for level, expected in ((0, 10), (1, 20)):
        both = own + installed(raw(20, level=level, id_=2), connector=0)
        assert limit_at(both, 1, T0, T0).amps == expected
        assert limit_at(both, 2, T0, T0).amps == 20


def test_without_a_transaction_tx_profiles_do_not_count() -> None:
    profiles = installed(raw(6), raw(16, purpose=TX, id_=2))
    assert limit_at(profiles, 1, T0, None).amps == 6


def test_the_wallbox_limit_is_divided_by_those_who_charge() -> None:
    cap = installed(raw(20, purpose=MAX), connector=0)
    assert limit_at(cap, 1, T0, T0, sharing=1).amps == 20
    assert limit_at(cap, 1, T0, T0, sharing=2).amps == 10


@pytest.mark.parametrize("told", [None, 1, 2, 3])
@pytest.mark.parametrize(("phases", "amps"), [(1, 15), (3, 5)])
def test_watts_are_shared_by_the_installed_phases(told: int | None, phases: int, amps: int) -> None:
    """No more than the limit's power, though the wallbox switches no phase off for numberPhases;
    and the composite schedule says so."""
    profiles = installed(raw(3450, unit="W", phases=told))
    assert limit_at(profiles, 1, T0, T0, phases).amps == pytest.approx(amps)
    for unit, limit in (("A", amps), ("W", 3450)):
        (period,) = composite(profiles, 1, T0, 10, unit, None, 32, phases).periods
        assert (period.limit, period.number_phases) == (limit, phases)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"level": 21}, "stackLevel"),
        ({"level": -1}, "stackLevel"),
        ({"periods": [(10, 6)]}, "startPeriod"),
        ({"periods": [(0, 6), (0, 8)]}, "startPeriod"),
        ({"periods": [(i, 6) for i in range(49)]}, "chargingSchedulePeriod"),
        ({"limit": -1}, "limit"),
        ({"limit": float("nan")}, "limit"),
        ({"limit": float("inf")}, "limit"),
        ({"phases": 4}, "numberPhases"),
        ({"duration": -5}, "duration"),
        ({"duration": 10**12}, "duration"),
        ({"periods": [(0, 6), (10**12, 8)]}, "startPeriod"),
        ({"kind": "Recurring"}, "recurrencyKind"),
        ({"kind": "Recurring", "recurrency_kind": "Daily", "start": None}, "startSchedule"),
        ({"kind": "Relative", "purpose": MAX}, "chargingProfileKind"),
        ({"valid_to": "soon"}, "validTo"),
        ({"valid_to": "9999-12-31T23:59:59-10:00"}, "validTo"),
        ({"start": datetime(9998, 1, 1, tzinfo=UTC)}, "startSchedule"),
    ],
)
def test_what_cannot_be_taken_is_named(change: dict[str, Any], field: str) -> None:
    """Behaviour 57."""
    with pytest.raises(ProfileError, match=f"^{field}: came .*, allowed is "):
        parse(raw(**change), 20, 48)


@pytest.mark.parametrize("profile", [row[1][0] for row in TABLE if row[1]])
def test_stored_profiles_read_back(profile: dict[str, Any]) -> None:
    """Behaviour 58."""
    parsed = parse(profile, 20, 48)
    assert parse(to_json(parsed), 20, 48) == parsed


@pytest.mark.parametrize(
    ("connector", "change", "expected"),
    [
        (1, {"id_": 2}, True),
        (1, {"id_": 2, "level": 1}, False),
        (1, {"id_": 1, "level": 1}, True),
        (2, {"id_": 1}, False),
        (1, {"id_": 2, "purpose": TX}, False),
    ],
)
def test_replaces(connector: int, change: dict[str, Any], expected: bool) -> None:
    """Behaviour 58."""
    (old,) = installed(raw())
    (new,) = installed(raw(**change), connector=connector)
    assert replaces(new, old) is expected


def test_composite() -> None:
    """Behaviour 61: the station's own limit where no profile holds; equal neighbours merged."""
    profiles = installed(
        raw(periods=[(0, 10), (30, 10), (60, 40)], duration=100),
        raw(8, id_=2, level=1, start=at(20), duration=10),
    )
    found = composite(profiles, 1, T0, 200, "A", None, 32)
    assert [(p.start_s, p.limit, p.number_phases) for p in found.periods] == [
        (0, 10, 3),
        (20, 8, 3),
        (30, 10, 3),
        (60, 32, 3),
    ]
    in_watts = composite(profiles, 1, T0, 10, "W", None, 32)
    assert [p.limit for p in in_watts.periods] == [6900]
    assert [p.limit for p in composite([], 0, T0, 10, "A", None, 32).periods] == [32]


def test_composite_of_a_week_is_bounded() -> None:
    daily = [
        raw(
            id_=n,
            level=n,
            kind="Recurring",
            recurrency_kind="Daily",
            duration=3600 * (n + 1),
            periods=[(i * 60, 6 + i) for i in range(48)],
        )
        for n in range(20)
    ]
    found = composite(installed(*daily), 1, T0, 7 * 86400, "A", None, 32)
    starts = [period.start_s for period in found.periods]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_backoff_is_bounded(chance: float) -> None:
    """Behaviour 7: back within 30 s of the network's return, whatever came before."""
    waits = [wait_s(failures, chance) for failures in range(1, 1000)]
    assert waits == sorted(waits)
    assert waits[0] <= 1
    assert waits[0] >= 0.5
    assert max(waits) + CONNECT_TIMEOUT_S < 30
    assert max(waits) <= BACKOFF_MAX_S
    for timeouts in range(10):
        longest_s = max(wait_s(failures, chance, timeouts=timeouts) for failures in range(1, 100))
        assert longest_s > 0
        assert longest_s + patience_s(timeouts) < 30
    assert wait_s(1, chance, refused=True) == REFUSED_WAIT_S
