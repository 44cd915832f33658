"""Why a car gets what it gets: every reason has its sentences, in every language, short enough."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from custom_components.evse_ocpp.energy import why
from custom_components.evse_ocpp.energy.allowance import Allowance, Occupancy, Reason
from custom_components.evse_ocpp.energy.model import (
    Asks,
    Circuit,
    Decision,
    Grant,
    House,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from custom_components.evse_ocpp.energy.why import Outside, State, Why

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 14, 32, tzinfo=UTC)
ROOT = Path(why.__file__).parent.parent / "translations"
SITE = SiteSettings(
    25.0,
    circuits=(Circuit("c", "Garage", 20.0),),
    contract_w=6000.0,
    capacity_w=4000.0,
    unbalance_a=16.0,
)
POINTS = {"a/1": PointSettings("a/1", "Left"), "b/1": PointSettings("b/1", "Right")}
HOUSE = House(0.0, (1.0, 1.0, 1.0), {}, 500.0, 1500.0)
LONGEST: Mapping[str, str] = {
    "amps": "80.0",
    "circuit": "C" * why.NAME_CHARS,
    "others": "O" * why.NAMES_CHARS,
    "time": "01/12/2026 14:32",
    "due": "01/12/2026 14:32",
}


def texts(language: str) -> dict[str, str]:
    data: Any = json.loads((ROOT / f"{language}.json").read_text(encoding="utf-8"))
    options: dict[str, str] = data["selector"]["why"]["options"]
    return options


def explain(grant: Grant, asks: Asks = Asks.CHARGING, **more: Any) -> Why:
    now = SiteNow(
        0.0,
        AT,
        dimmed_w=4200.0,
        points={
            "a/1": PointNow(
                asks=asks,
                connected=more.pop("connected", True),
                session=more.pop("session", None),
            ),
            "b/1": PointNow(),
        },
    )
    decision = Decision(
        AT, {"a/1": grant, "b/1": Grant(6.0, Reason.USER_LIMIT)}, house=more.pop("house", HOUSE)
    )
    return why.explain("a/1", decision, now, more.pop("site", SITE), POINTS, **more)


@pytest.mark.parametrize("language", ["en", "it", "de", "es", "fr"])
def test_sentences_are_there_with_their_placeholders_and_short_enough(language: str) -> None:
    told = texts(language)
    assert told.keys() == why.keys().keys()
    longest_then = max(len(told[each].format(**LONGEST)) for each in told if "then_" in each)
    for key, needs in why.keys().items():
        assert set(re.findall(r"{(\w+)}", told[key])) == needs, key
        filled = told[key].format(**{need: LONGEST.get(need, "1234.56") for need in needs})
        assert len(filled) + 1 + longest_then <= why.MAX_CHARS, key


@pytest.mark.parametrize("limit_a", [0.0, 9.4])
@pytest.mark.parametrize("reason", [*Reason, *Outside])
def test_every_reason_has_a_sentence_with_all_its_values(
    reason: Reason | Outside, limit_a: float
) -> None:
    """With all numbers known, and with none."""
    for values in ({}, {"price": 0.3, "limit": 0.2, "need_kwh": 9.0, "due": AT.isoformat()}):
        found = why._sentence(reason, limit_a, {**values, "fuse_a": 25.0}, LATER)
        assert found.values.keys() == why.keys()[found.key]
        assert found.key.startswith("charging" if limit_a else "waiting")
        assert found.then is not None
        assert found.then.values == {"time": LATER}


@pytest.mark.parametrize(
    ("reason", "values", "key", "told"),
    [
        (Reason.FUSE, {}, "charging_fuse", {"fuse_a": 25.0}),
        (Reason.CIRCUIT, {"circuit": "c"}, "charging_circuit", {"circuit": "Garage"}),
        (Reason.CIRCUIT, {"circuit": "gone"}, "charging_circuit_plain", {}),
        (Reason.SHARING, {}, "charging_sharing", {"others": "Right"}),
        (Reason.CONTRACT, {}, "charging_contract", {"contract_kw": 6.0}),
        (Reason.CAPACITY, {}, "charging_capacity", {"capacity_kw": 4.0}),
        (Reason.GRID_OPERATOR, {}, "charging_grid_operator", {"dimmed_kw": 4.2}),
        (Reason.UNBALANCE, {}, "charging_unbalance", {"unbalance_a": 16.0}),
        (Reason.SOLAR, {}, "charging_solar", {"surplus_kw": 1.5, "needed_kw": 4.14}),
        (Reason.SOLAR, {"surplus_w": 900.0, "needed_w": 1380.0}, "charging_solar",
         {"surplus_kw": 0.9, "needed_kw": 1.38}),
        (Reason.PRICE, {"price": 0.1, "limit": 0.2}, "charging_price_limit", {"price": 0.1}),
        (Reason.PRICE, {"price": 0.1, "hours": 3.0}, "charging_price_hours", {"hours": 3.0}),
        (Reason.PLAN, {"need_kwh": 9.0, "due": LATER.isoformat()}, "charging_plan", {"due": LATER}),
        (Reason.PLAN, {"need_kwh": 9.0, "due": LATER.isoformat(), "possible_kwh": 4.0},
         "charging_plan_missed", {"possible_kwh": 4.0}),
        (Reason.PLAN, {"need_kwh": 9.0, "due": LATER.isoformat(), "overrun": 1.0},
         "charging_plan_overrun", {"need_kwh": 9.0}),
    ],
)  # fmt: skip
def test_a_grant_is_explained_with_its_numbers(
    reason: Reason, values: dict[str, float | str], key: str, told: dict[str, Any]
) -> None:
    found = explain(Grant(9.4, reason, values=values))
    assert found.key == key
    assert found.reason == reason
    assert found.values == {**found.values, **told, "amps": 9.4}
    assert found.values.keys() == why.keys()[key]


def test_a_site_without_a_house_or_names_has_plain_sentences() -> None:
    assert explain(Grant(0.0, Reason.SOLAR), house=None).key == "waiting_solar_plain"
    bare = SiteSettings(25.0)
    assert explain(Grant(0.0, Reason.CONTRACT), site=bare).key == "waiting_contract_plain"


def test_long_names_are_cut() -> None:
    site = replace(SITE, circuits=(Circuit("c", "x" * 99, 20.0),))
    found = explain(Grant(6.0, Reason.CIRCUIT, values={"circuit": "c"}), site=site)
    assert found.values["circuit"] == "x" * (why.NAME_CHARS - 1) + "…"


@pytest.mark.parametrize(
    ("limit_a", "reason", "then"),
    [
        (0.0, Reason.PRICE, why.THEN_ON),
        (8.0, Reason.PRICE, why.THEN_UNTIL),
        (8.0, Reason.FUSE, why.THEN_MORE),
    ],
)
def test_what_comes_next_is_told(limit_a: float, reason: Reason, then: str) -> None:
    found = explain(Grant(limit_a, reason, changes_at=LATER))
    assert found.then == Why(then, {"time": LATER})
    assert explain(Grant(limit_a, reason)).then is None


@pytest.mark.parametrize(
    ("grant", "more", "key"),
    [
        (Grant(9.0, Reason.FUSE), {"connected": False}, State.OFFLINE),
        (Grant(0.0, Reason.PAUSED), {"occupancy": Occupancy.FREE}, State.NO_CAR),
        (Grant(0.0, Reason.PAUSED), {"occupancy": Occupancy.OTHER}, State.OUT_OF_SERVICE),
        (Grant(0.0, Reason.PAUSED), {"asks": Asks.NOTHING}, State.NOT_STARTED),
        (Grant(0.0, Reason.PAUSED), {"asks": Asks.NOTHING, "session": "s"}, "waiting_paused"),
        (Grant(9.0, Reason.FUSE), {"asks": Asks.TO_START}, State.STARTING),
        (Grant(9.0, Reason.FUSE), {"asks": Asks.LITTLE}, State.FULL),
    ],
)
def test_what_no_limit_explains(grant: Grant, more: dict[str, Any], key: str) -> None:
    found = explain(grant, **more)
    assert found.key == key
    assert found.values.keys() == why.keys()[key]


@pytest.mark.parametrize(
    ("allowed", "more", "key"),
    [
        (Allowance(16.0, Reason.USER_LIMIT), {}, "charging_user_limit"),
        (Allowance(0.0, Reason.PAUSED), {}, "waiting_paused"),
        (Allowance(0.0, Reason.WINDOW, changes_at=LATER), {}, "waiting_window"),
        (Allowance(6.0, Reason.SITE_SILENT), {}, "charging_site_silent"),
        (Allowance(10.0, Reason.BACK_OFFICE), {}, "charging_back_office"),
        (Allowance(10.0, Reason.USER_LIMIT), {"outside": Outside.FOREIGN_LIMIT},
         "charging_foreign_limit"),
        (Allowance(16.0, Reason.USER_LIMIT), {"connected": False}, State.OFFLINE),
        (Allowance(16.0, Reason.USER_LIMIT), {"occupancy": Occupancy.FREE}, State.NO_CAR),
        (Allowance(16.0, Reason.USER_LIMIT), {"occupancy": Occupancy.OTHER}, State.OUT_OF_SERVICE),
        (Allowance(16.0, Reason.USER_LIMIT), {"occupancy": Occupancy.WAITING}, State.NOT_STARTED),
        (Allowance(16.0, Reason.USER_LIMIT, want_start=True), {"occupancy": Occupancy.WAITING},
         State.STARTING),
    ],
)  # fmt: skip
def test_a_wallbox_without_a_site_is_explained(
    allowed: Allowance, more: dict[str, Any], key: str
) -> None:
    found = why.of_allowance(allowed, **{"occupancy": Occupancy.CHARGING, **more})
    assert found.key == key
    assert found.values.keys() == why.keys()[key]
