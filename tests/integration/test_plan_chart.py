"""The picture of a plan."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy.plan import Plan, PlanSlot
from custom_components.evse_ocpp.energy.prices import Prices, Slot
from custom_components.evse_ocpp.plan_chart import ChartTexts, draw

NOW = datetime(2026, 3, 2, 18, 20, tzinfo=UTC)
START = NOW.replace(minute=0)
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
TEXTS = ChartTexts("Plan of <Garage>", "EUR/kWh", "No prices", "ready by")
SVG = "{http://www.w3.org/2000/svg}"
PLAN = Plan(
    "CP-1/1",
    "work",
    START + 12 * HOUR,
    (PlanSlot(START + 3 * HOUR, START + 5 * HOUR, 11_000.0, 2.2),),
)


def prices(*values: float) -> Prices:
    return Prices(
        tuple(Slot(START + n * HOUR, START + (n + 1) * HOUR, v) for n, v in enumerate(values))
    )


def drawn(known: Prices, plan: Plan | None, now: datetime = NOW) -> ET.Element:
    return ET.fromstring(draw(known, plan, now, BERLIN, TEXTS))


def texts(picture: ET.Element) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{SVG}text")]


def bars(picture: ET.Element, colour: str) -> list[ET.Element]:
    return [each for each in picture.iter(f"{SVG}rect") if each.get("fill") == colour]


def test_planned_hours_are_filled_and_the_due_is_a_line() -> None:
    picture = drawn(prices(*[0.3, 0.2, 0.25, 0.1, 0.12, *[0.3] * 10]), PLAN)
    assert len(bars(picture, "#9aa5b1")) == 15
    assert len(bars(picture, "#0b84f3")) == 3  # two hours, and the strip of the run
    assert "Plan of <Garage>" in texts(picture)
    assert "ready by 07:00" in texts(picture)
    assert "EUR/kWh" in texts(picture)
    assert "20:00" in texts(picture)


@pytest.mark.parametrize(
    "values", [[], [0.0], [-0.05, -0.02, 0.1], [0.3] * 200, [300.0, 812.5], [1e-7]]
)
def test_all_stays_on_the_picture(values: list[float]) -> None:
    """Negative prices hang below a line at nothing; more than two days are cut."""
    picture = drawn(prices(*values), PLAN)
    for rect in picture.iter(f"{SVG}rect"):
        x, y, width, height = (float(rect.get(key, "")) for key in ("x", "y", "width", "height"))
        assert 0 <= x <= x + width <= 720
        assert 0 <= y <= y + height <= 300
    labels = [each for each in texts(picture) if each.count(":") == 1]
    assert 0 < len(labels) <= 14


def test_without_prices_and_plan_it_says_so() -> None:
    assert "No prices" in texts(drawn(Prices(), None))


def test_local_hours_are_labelled_on_the_day_of_25_hours() -> None:
    picture = drawn(Prices(), None, datetime(2026, 10, 24, 21, 30, tzinfo=UTC))
    assert texts(picture).count("02:00") in (1, 2)
    assert "25.10." in texts(picture)


@pytest.mark.parametrize("due_in_h", [1, 3, 20, 40, 47])
def test_no_text_leaves_the_picture(due_in_h: int) -> None:
    """Also the last hour's label, and that of a departure near an edge."""
    plan = Plan("CP-1/1", "work", NOW + due_in_h * HOUR, ())
    for each in drawn(prices(*[0.3] * 48), plan).iter(f"{SVG}text"):
        width = 0.55 * 16 * len(each.text or "")
        before = {"start": 0.0, "middle": 0.5, "end": 1.0}[each.get("text-anchor", "")]
        left = float(each.get("x", "")) - before * width
        assert left >= -3
        assert left + width <= 723
