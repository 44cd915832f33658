"""What is known of brands before anything was tried: the first guess of how they take a limit.

Data only. The commissioning test overrides all of it by what it measures at this very charger. Each
row names the public thread it comes from.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from .control import (
    Control,
    Kind,
    Method,
    PauseBy,
    Purpose,
    Unit,
)


class Quirk(StrEnum):
    """What is to be done otherwise at a charger, or what its owner is to know."""

    NO_CHANGE_AVAILABILITY = "no_change_availability"
    RESTART_NEEDS_REPLUG = "restart_needs_replug"
    NEEDS_LOCAL_SETTING = "needs_local_setting"
    NO_PHASE_SWITCHING = "no_phase_switching"
    SLOW_METER = "slow_meter"
    CLOCK_DRIFTS = "clock_drifts"
    CLOSE_HARD = "close_hard"


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand or model: `pattern` is searched for in "vendor model", without regard to case."""

    name: str
    pattern: str
    thread: str
    control: Control = field(default_factory=Control)
    quirks: frozenset[Quirk] = frozenset()


_RELATIVE_DEFAULT = Method(Purpose.TX_DEFAULT_PROFILE, kind=Kind.RELATIVE)


def _standing(method: Method, pause_by: PauseBy = PauseBy.NOTHING) -> Control:
    """Return the control of a charger with one place for a limit: no lease is possible."""
    return Control(method, method, pause_by, lease_ends_itself=False)


BRANDS: tuple[Brand, ...] = (
    Brand("ABB Terra AC", r"\babb\b|terra ?ac", "lbbrhzn/ocpp #1737"),  # stack level 0 only
    Brand(
        "Autel MaxiCharger",
        r"autel|maxicharger",
        "lbbrhzn/ocpp #1565, PR #2154",
        quirks=frozenset({Quirk.RESTART_NEEDS_REPLUG}),
    ),
    Brand(
        "BS-EV, Ocular",
        r"bs-?ev|ocular",
        "lbbrhzn/ocpp #2075",
        quirks=frozenset({Quirk.RESTART_NEEDS_REPLUG}),
    ),
    Brand(
        "EN+, Caro, cord",
        r"en\+|en-?plus|enplus|\bcaro\b|\bcord\b",
        "evcc #14673, lbbrhzn/ocpp #1851",
        quirks=frozenset({Quirk.NO_CHANGE_AVAILABILITY, Quirk.RESTART_NEEDS_REPLUG}),
    ),
    Brand("EVBox Elvi", r"elvi|evbox|ev-box", "lbbrhzn/ocpp #221, #870"),  # level 0 only
    Brand("FoxESS", r"foxess|fox ess", "lbbrhzn/ocpp #2008", quirks=frozenset({Quirk.CLOSE_HARD})),
    Brand("go-e", r"go-?e(charger)?\b", "goecharger/go-eCharger-API-v2 #187, #190"),
    Brand(
        "Huawei SCharger",
        r"huawei|scharger",
        "lbbrhzn/ocpp #1810, evcc #29272",
        Control(
            Method(Purpose.TX_PROFILE, Unit.W),
            Method(Purpose.TX_DEFAULT_PROFILE, Unit.W),
            PauseBy.REMOTE_STOP,
            switches_phases=False,
        ),
        frozenset({Quirk.NO_PHASE_SWITCHING}),
    ),
    Brand("JIGU", r"jigu|wegood", "lbbrhzn/ocpp #1975", quirks=frozenset({Quirk.CLOSE_HARD})),
    Brand(
        "Mennekes 4You",
        r"mennekes|amtron",
        "evcc #19271, #19735",
        quirks=frozenset({Quirk.SLOW_METER}),
    ),
    Brand(
        "NEcharge",
        r"necharge|ne-?charge",
        "evcc ocpp-necharge.yaml",
        Control(steps_a=(6.0, 8.0, 10.0, 13.0, 16.0)),
    ),
    Brand(
        "Schneider EVlink",
        r"schneider|evlink",
        "lbbrhzn/ocpp #263, #918",
        quirks=frozenset({Quirk.NEEDS_LOCAL_SETTING, Quirk.RESTART_NEEDS_REPLUG}),
    ),
    Brand("SyncEV", r"sync ?ev|bg sync", "lbbrhzn/ocpp docs", quirks=frozenset({Quirk.SLOW_METER})),
    Brand("Teison", r"teison", "lbbrhzn/ocpp docs", quirks=frozenset({Quirk.CLOSE_HARD})),
    Brand("Timxon", r"timxon", "lbbrhzn/ocpp #2158", _standing(_RELATIVE_DEFAULT)),
    Brand("Vestel EVC04", r"vestel|evc04", "evcc #15726", quirks=frozenset({Quirk.SLOW_METER})),
    Brand(
        "Wallbox Pulsar",
        r"wall ?box chargers|pulsar|copper sb",
        "evcc #15581, ocpp-wallbox.yaml, lbbrhzn/ocpp #1245",
        Control(
            Method(Purpose.TX_PROFILE, kind=Kind.RELATIVE),
            Method(Purpose.TX_DEFAULT_PROFILE, kind=Kind.RELATIVE),
        ),
    ),
    Brand(
        "ZJ Beny",
        r"\bbeny\b|zjbeny",
        "evcc #12861, LeoAlioth/Load-Juggler #18",
        quirks=frozenset({Quirk.RESTART_NEEDS_REPLUG, Quirk.CLOCK_DRIFTS}),
    ),
)

CURRENT_KEYS = {
    "Station-MaxCurrent": 1.0,  # Alfen
    "chargingALimitConn1": 1.0,  # Wallbox; ConnectorIO/connectorio-addons PR #155
    "G_MaxCurrent": 1.0,  # Growatt; lbbrhzn/ocpp #1293
    "MaxEVCurrentOffered": 1.0,  # steve-community/steve #1272
}
"""Configuration keys of vendors that limit the current, with their units per ampere. The last rung:
they are kept in flash and know no end."""


TOLD = (
    Quirk.NEEDS_LOCAL_SETTING,
    Quirk.RESTART_NEEDS_REPLUG,
    Quirk.SLOW_METER,
    Quirk.CLOCK_DRIFTS,
)
"""Those which the owner is told before a test (selector `commissioning_quirk`)."""


def brand_of(vendor: str | None, model: str | None) -> Brand | None:
    """Return the brand which a charger's own words name; None if it is none of these."""
    words = f"{vendor or ''} {model or ''}"
    return next((each for each in BRANDS if re.search(each.pattern, words, re.IGNORECASE)), None)


def first_control(vendor: str | None, model: str | None) -> Control:
    """Return the first guess for a charger."""
    brand = brand_of(vendor, model)
    return brand.control if brand else Control()


def quirks_of(vendor: str | None, model: str | None) -> frozenset[Quirk]:
    """Return what is to be done otherwise at a charger."""
    brand = brand_of(vendor, model)
    return brand.quirks if brand else frozenset()
