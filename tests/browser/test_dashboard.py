"""The dashboard “Charging” in a house with sun, battery, prices, two wallboxes and months past.

The options have made it (tests/browser/test_dashboards_step.py); here are its views.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect
from pypdf import PdfReader

from scripts.harness.show import ANNA, BEN, DASHBOARD, FIRST_NAME, Show

from .conftest import logged_in
from .flow import film
from .test_pages import settle
from .test_views import PHONE, picture

LIMIT_MS = 90_000
"""Cards ask again each minute."""
PATIENT_MS = 30_000
"""Two Home Assistants and a browser share a small machine."""
DESKTOP = {"width": 1400, "height": 1000}
KWH = re.compile(r"\d kWh")


@pytest.fixture(scope="module")
def page(chromium: Browser, show: Show) -> Iterator[Page]:
    with logged_in(chromium, show.page, viewport=DESKTOP) as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        expect.set_options(timeout=PATIENT_MS)
        yield page
        expect.set_options(timeout=5_000)
        assert not [each for each in errors if "evse" in each]


def open_view(page: Page, show: Show, view: str, card: str) -> Locator:
    """Open a view of the dashboard; return a card of it, that shows something."""
    page.goto(f"{show.page.url}{DASHBOARD}/{view}")
    found = page.locator(f"evse-ocpp-{card}").first
    expect(found).to_contain_text(re.compile(r"\w"), timeout=LIMIT_MS)
    return found


def opened(download: Download) -> tuple[str, bytes]:
    return download.suggested_filename, Path(download.path()).read_bytes()


def assert_same_sums(statement: str, line: str) -> None:
    """What a statement says is what the line of its owner on the dashboard says."""
    assert f"Charged by\n{BEN.person}\n" in statement

    def number(pattern: str, text: str) -> float:
        found = re.search(pattern, text)
        assert found is not None, f"{pattern} is not in {text}"
        return float(found[1].replace(",", ""))

    kwh = number(r"([\d.,]+)\skWh", line)
    assert round(number(r"Energy\n([\d.,]+) kWh", statement), 1) == kwh
    # Each session's amount is rounded in a statement.
    rounded = 0.005 * number(r"(\d+) sessions", line) + 0.005
    amount = number(r"€([\d.,]+)", line)
    assert abs(number(r"Amount\n([\d.,]+) EUR", statement) - amount) <= rounded


def test_the_overview(page: Page, show: Show, pictures: Path, edition: str) -> None:
    open_view(page, show, "overview", "card")
    for name in show.names:
        heading = page.locator("evse-ocpp-card").get_by_role("heading", name=name)
        expect(heading).to_be_visible()
    expect(page.locator("evse-ocpp-phases-card")).to_contain_text("L3")
    expect(page.get_by_text("Price now").first).to_be_visible()
    picture(page, pictures / f"dashboard-overview{edition}.png")


def test_from_view_to_view(chromium: Browser, show: Show, pictures: Path) -> None:
    with logged_in(chromium, show.page, viewport=DESKTOP) as page:
        open_view(page, show, "overview", "card")
        settle(page)
        with film(page, pictures / "flow-dashboard.webp"):
            for name, card in (
                ("Sessions", "sessions-card"),
                ("Months", "month-card"),
                ("Costs and sun", "energy-card"),
                ("Faults", "faults-card"),
                ("Overview", "card"),
            ):
                page.get_by_role("tab", name=name).click()
                shown = page.locator(f"hui-view evse-ocpp-{card}").first
                expect(shown).to_contain_text(re.compile(r"\w"), timeout=LIMIT_MS)
                settle(page)


def test_sessions_are_filtered_turned_over_and_downloaded(
    page: Page, show: Show, pictures: Path
) -> None:
    card = open_view(page, show, "sessions", "sessions-card")
    expect(card).to_contain_text(KWH)
    expect(card.get_by_role("row")).to_have_count(13)
    picture(page, pictures / "dashboard-sessions.png")

    card.get_by_label("Older sessions").click()
    expect(card).to_contain_text("13–24 of")
    card.get_by_label("Person or card").select_option(label=str(BEN.person))
    expect(card).to_contain_text("1–12 of")
    expect(card.locator(".who", has_text=str(ANNA.person))).to_have_count(0)
    with page.expect_download() as table:
        card.get_by_role("button", name="CSV").click()
    name, content = opened(table.value)
    assert name.endswith(".csv")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["person"] for row in rows} == {BEN.person}
    with page.expect_download() as document:
        card.get_by_role("button", name="PDF").click()
    assert opened(document.value)[1].startswith(b"%PDF")

    card.get_by_label("Period").select_option("custom")
    card.get_by_label("From", exact=True).fill("2026-02-02")
    card.get_by_label("To", exact=True).fill("2026-02-01")
    expect(card.get_by_role("alert")).to_contain_text("must be before")
    card.get_by_label("To", exact=True).fill("2026-02-02")
    expect(card).to_contain_text("No session fits.")


def test_a_month_and_its_statements(page: Page, show: Show, pictures: Path) -> None:
    card = open_view(page, show, "months", "month-card")
    card.get_by_label("Month before").click()
    expect(card.locator("li", has_text=str(ANNA.person))).to_contain_text("sessions")
    expect(page.locator("evse-ocpp-energy-card")).to_contain_text("%", timeout=LIMIT_MS)
    with page.expect_download() as statement:
        card.get_by_role("button", name=f"Statement of {BEN.person} as PDF").click()
    name, content = opened(statement.value)
    assert name.startswith("statement-")
    line = card.locator("li", has_text=str(BEN.person)).text_content() or ""
    pages = PdfReader(io.BytesIO(content)).pages
    assert_same_sums(" ".join(page.extract_text() for page in pages), line)
    # A browser would stop all but the first of several.
    card.get_by_role("button", name="Statement of all as CSV").click()
    expect(card.get_by_role("status").get_by_role("link")).to_have_count(3)
    picture(page, pictures / "dashboard-months.png")


def test_costs_and_sun(page: Page, show: Show, pictures: Path) -> None:
    card = open_view(page, show, "costs", "energy-card")
    expect(card.locator(".figures")).to_contain_text("%", timeout=LIMIT_MS)
    bars = card.locator(".bars")
    bars.focus()
    bars.press("End")
    bars.press("ArrowLeft")
    expect(card.locator(".told")).to_contain_text("kWh")
    picture(page, pictures / "dashboard-costs.png")
    card.get_by_text("As a table").click()
    expect(card.locator("tr")).to_have_count(30)
    card.get_by_role("radio", name="12 months").click()
    expect(card.locator("tr")).to_have_count(12)


def test_faults(page: Page, show: Show, pictures: Path) -> None:
    show.household.wallbox.request(command="fault", fault="OverTemperature", connector=1)
    try:
        card = open_view(page, show, "faults", "faults-card")
        first = card.get_by_role("listitem").first
        expect(first).to_contain_text("Fault since", timeout=LIMIT_MS)
        expect(first).to_contain_text(FIRST_NAME)
        picture(page, pictures / "dashboard-faults.png")
    finally:
        show.household.wallbox.request(command="clear", fault="OverTemperature", connector=1)


def test_on_a_phone_in_the_dark(chromium: Browser, show: Show, pictures: Path) -> None:
    with logged_in(chromium, show.page, viewport=PHONE, color_scheme="dark") as page:
        for view, card, name in (
            ("sessions", "sessions-card", "dashboard-sessions-phone.png"),
            ("costs", "energy-card", "dashboard-costs-phone.png"),
        ):
            found = open_view(page, show, view, card)
            expect(found).to_contain_text(KWH)
            settle(page)
            wide = page.evaluate("document.scrollingElement.scrollWidth")
            assert wide <= PHONE["width"], f"{view} is wider than a phone"
            picture(page, pictures / name)


def test_a_mistake_in_the_configuration_is_told(page: Page, show: Show) -> None:
    """A second dashboard, as somebody writes it by hand."""
    show.page.websocket(
        type="lovelace/dashboards/create", url_path="by-hand", title="By hand", mode="storage"
    )
    strategy = {"type": "custom:evse-ocpp", "views": ["faults", "garden"]}
    show.page.websocket(
        type="lovelace/config/save", url_path="by-hand", config={"strategy": strategy}
    )
    page.goto(f"{show.page.url}/by-hand")
    told = page.locator("hui-markdown-card").first
    expect(told).to_contain_text("garden")
    expect(told).to_contain_text("overview, sessions, months, costs, faults")


def test_it_is_offered_among_new_dashboards(page: Page, show: Show) -> None:
    if str(show.page.api("GET", "/api/config")["version"]).startswith("2025"):
        pytest.skip("before 2026 Home Assistant lists no dashboards of integrations")
    page.goto(f"{show.page.url}/config/lovelace/dashboards")
    page.get_by_text("Add dashboard").first.click()
    page.get_by_text("All wallboxes and your house").first.click()
    title = page.locator("dialog-lovelace-dashboard-detail input").first
    expect(title).to_have_value("Charging")
