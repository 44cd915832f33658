"""Network, update, meters, access: also what a simulated board cannot show, told by its answers.

Where a machine without NetworkManager, slots or a car has nothing to say, the answers of the API
are put in the browser's way as the API's schemas have them.
"""

import json
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, WebSocketRoute, expect

from tests.page.conftest import DESKTOP, PHONE, Box, OpenView
from tests.page.test_pictures import picture

NETWORK: dict[str, Any] = {
    "available": True,
    "reason": "",
    "hostname": "wallbox-garage",
    "ethernet": {"enabled": True, "state": "connected", "ip": "192.168.1.20"},
    "wifi": {
        "mode": "client",
        "ssid": "House",
        "signal_percent": 72,
        "ip": "192.168.1.21",
        "joined": True,
    },
    "cellular": {
        "state": "registered",
        "operator": "TIM",
        "signal_percent": 55,
        "ip": "10.20.30.40",
    },
    "hotspot": {
        "open": False,
        "ssid": None,
        "address": None,
        "closes_in_s": None,
        "client": None,
    },
    "trial": None,
    "last_trial": None,
}
NETWORKS = [
    {"ssid": "Neighbour", "security": "WPA2", "signal_percent": 31, "dbm": -84},
    {"ssid": "House", "security": "WPA2/WPA3", "signal_percent": 78, "dbm": -61},
    {"ssid": "Café at the corner", "security": "open", "signal_percent": 12, "dbm": -94},
]
UPDATE: dict[str, Any] = {
    "version": "1.4.0",
    "installed_at": "2026-10-02T08:00:00+00:00",
    "available": {"version": "1.5.0", "url": "https://updates.example/1.5.0.evse"},
    "phase": "idle",
    "progress_percent": None,
    "code": None,
    "message": "",
    "slots": [
        {
            "slot": "a",
            "version": "1.3.2",
            "at": "2026-06-01T08:00:00+00:00",
            "healthy": True,
            "running": False,
        },
        {
            "slot": "b",
            "version": "1.4.0",
            "at": "2026-10-02T08:00:00+00:00",
            "healthy": True,
            "running": True,
        },
    ],
    "next_check_at": "2026-11-27T00:17:00+00:00",
}
CHECK: dict[str, Any] = {
    "connector": 1,
    "steps": 6,
    "most_steps": 12,
    "wanted_a": 10,
    "silent": False,
    "result": {
        "good": False,
        "findings": ["phases_swapped", "transformer_reversed"],
        "car_phases": [1, 2, 3],
        "following": [1, 2, 3],
        "reversed": [2],
        "missing": [],
        "carries": {"1": 2, "2": 1, "3": 3},
        "gains": [1, 1, 1],
        "confidence": 1.0,
    },
    "to_set": {"meter.dlb.phase_order": "213", "meter.dlb.inverted": "100"},
}


def answer(page: Page, path: str, body: Any, status: int = 200) -> list[Any]:
    """Let the browser get `body` for a path; what it sent there."""
    sent: list[Any] = []

    def fulfil(route: Any) -> None:
        sent.append(route.request)
        route.fulfill(status=status, json=body)

    page.route(f"**/api/v1/{path}?*", fulfil)
    return sent


def alter_live(page: Page, **parts: Any) -> None:
    """Let the live state say something else in `parts`; takes hold with the next load."""

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def from_server(message: str | bytes) -> None:
            socket.send(json.dumps(json.loads(message) | parts))

        server.on_message(from_server)

    page.route_web_socket("**/api/v1/live?*", between)
    page.reload()
    page.locator("main h1").wait_for()


def test_wifi_is_chosen_from_those_in_the_air(open_view: OpenView) -> None:
    view = open_view(size=PHONE)
    alter_live(view.page, network=NETWORK)
    answer(view.page, "network/scan", {"available": True, "reason": "", "networks": NETWORKS})
    page = view.to("/settings/NETWORK")
    page.get_by_role("button", name="Search", exact=True).click()
    networks = page.locator(".networks button")
    expect(networks).to_have_count(3)
    expect(networks.first).to_contain_text("House")  # the strongest first
    expect(networks.first.get_by_role("img", name="Signal 78 %")).to_be_visible()
    picture(view, "wifi-phone-en", PHONE)
    networks.first.click()
    ssid = page.locator('[data-key="network.ssid"] input')
    expect(ssid).to_have_value("House")
    expect(page.locator('[data-key="network.ssid_password"] input')).to_be_focused()


def test_a_network_on_trial_is_counted_down_and_confirmed(open_view: OpenView) -> None:
    view = open_view(size=PHONE)
    alter_live(view.page, network=NETWORK | {"trial": {"ends_in_s": 118, "applied": True}})
    sent = answer(view.page, "network/confirm", {"available": True, "reason": ""})
    banner = view.to("/settings/NETWORK").locator(".banners [role=alert]")
    expect(banner).to_contain_text("confirm within 11")
    picture(view, "network-trial-phone-en", PHONE)
    banner.get_by_role("button", name="It works: keep it").click()
    expect(view.page.locator(".toast")).to_contain_text("The network stays as it is now")
    assert len(sent) == 1


def test_no_network_manager_is_said_clearly(open_view: OpenView) -> None:
    page = open_view().to("/settings/NETWORK")
    expect(page.get_by_text("Not available here")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_update_is_offered_and_installed(open_view: OpenView, language: str) -> None:
    view = open_view(size=PHONE, language=language)
    page = view.page
    answer(page, "update", UPDATE)
    sent = answer(page, "update/url", UPDATE, 202)
    view.to("/update")
    expect(page.get_by_text("1.5.0")).to_be_visible()
    picture(view, f"update-available-phone-{language}", PHONE)
    page.locator(".notice .primary").click()
    with page.expect_response("**/api/v1/update/url?*"):
        page.get_by_role("dialog").locator(".primary").click()
    assert sent[0].post_data_json == {"url": "https://updates.example/1.5.0.evse"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("100 UP", "success"),
        ("E01", "installer"),
        ("E02", "checksum"),
        ("E03", "network"),
        ("E04", "signed"),
    ],
)
def test_the_codes_of_the_display_are_explained(open_view: OpenView, code: str, words: str) -> None:
    """Cabur manual, chapter 12: 100 UP, E01 to E04."""
    view = open_view("operator")
    answer(view.page, "update", UPDATE | {"phase": "failed", "code": code})
    expect(view.to("/update").locator(".notice", has_text=code)).to_contain_text(words)


def test_a_bundle_is_sent_with_its_checksum(open_view: OpenView) -> None:
    view = open_view(size=PHONE)
    answer(view.page, "update", UPDATE)
    sent = answer(view.page, "update/upload", UPDATE, 202)
    page = view.to("/update")
    file: FilePayload = {
        "name": "evse-1.5.evse",
        "mimeType": "application/zip",
        "buffer": b"x" * 100_000,
    }
    page.get_by_label("Bundle", exact=True).set_input_files(file)
    page.get_by_label("Upgrade file checksum").fill("0123456789abcdef0123456789abcdef")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".toast")).to_contain_text("is there")
    headers = sent[0].headers
    assert headers["x-file-name"] == "evse-1.5.evse"
    assert headers["x-md5"] == "0123456789abcdef0123456789abcdef"
    assert headers["x-csrf-token"]


def test_an_upload_that_is_refused_says_why(open_view: OpenView) -> None:
    view = open_view()
    page = view.to("/update")
    file: FilePayload = {"name": "photo.evse", "mimeType": "image/png", "buffer": b"no bundle"}
    page.get_by_label("Bundle", exact=True).set_input_files(file)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".toast.bad")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_the_check_of_the_meter_found(open_view: OpenView, language: str) -> None:
    view = open_view(size=PHONE, language=language)
    answer(view.page, "meters", {"meters": {}, "check": CHECK})
    page = view.to("/meters")
    finding = page.locator(".notice.warn")
    expect(finding).to_contain_text("L2")
    expect(finding).to_contain_text("213")
    picture(view, f"meter-check-phone-{language}", PHONE)


def test_the_check_of_the_meter_runs(open_view: OpenView) -> None:
    page = open_view("operator").to("/meters")
    page.get_by_role("button", name="Begin the check").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="End the check").click()
    expect(page.get_by_role("button", name="Begin the check")).to_be_visible()


def test_a_token_is_made_shown_once_and_revoked(open_view: OpenView, box: Box) -> None:
    page = open_view("operator", PHONE).to("/access")
    page.get_by_role("button", name="New token").click()
    dialog = page.get_by_role("dialog")
    roles = dialog.get_by_label("It may do what this role may").locator("option")
    assert roles.all_inner_texts() == ["Operator", "User"]  # no more than whoever makes it
    dialog.get_by_label("Name of the program").fill("Energy manager")
    dialog.get_by_role("button", name="Make").click()
    token = dialog.locator("code").inner_text()
    assert len(token) > 20
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.locator("code", has_text=token)).to_have_count(0)
    page.get_by_role("button", name="Revoke: Energy manager").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No tokens")).to_be_visible()


def test_a_password_is_changed_by_who_proves_to_be_themselves(
    open_view: OpenView, idle_box: Box
) -> None:
    view = open_view("user", PHONE, at=idle_box)
    page = view.to("/access")
    page.get_by_role("button", name="Change: User").click()
    dialog = page.get_by_role("dialog")
    fields = dialog.locator("input")
    fields.nth(0).fill("another-good-password")
    fields.nth(1).fill("not mine at all")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_have_text("This is not your password")
    fields.nth(1).fill("garden-bicycle-tea-93")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("The password is changed")
    expect(page.locator("nav.main")).to_be_visible()  # still logged in


def test_reports_come_as_files(open_view: OpenView) -> None:
    page = open_view("user", DESKTOP).to("/reports")
    for name, start in (("PDF", b"%PDF"), ("CSV", b"\xef\xbb\xbf")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.path().read_bytes().startswith(start)


def test_charges_are_filtered_by_card(open_view: OpenView) -> None:
    view = open_view("user")
    page = view.to("/charges")
    everything = page.locator("tbody tr")
    expect(everything.first).to_be_visible()
    before = everything.count()
    page.get_by_label("Card").fill("1A2B3C4D")
    expect(everything.first).to_contain_text("Golf")
    expect(page.get_by_text("goes on")).to_have_count(0)
    assert 0 < everything.count() < before


def test_a_swipe_is_simulated_by_the_manufacturer(open_view: OpenView) -> None:
    page = open_view().to("/settings/MANUFACTURER")
    row = page.locator('[data-key="manufacturer.simulate_swipe_card"]')
    row.get_by_role("textbox").fill("04A1B2C3D4E5F6")
    row.get_by_role("button").click()
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator(".toast.bad")).to_have_count(0)


def test_a_pin_for_home_assistant_is_counted_down(open_view: OpenView, idle_box: Box) -> None:
    page = open_view("user", PHONE, at=idle_box).to("/access")
    page.get_by_role("button", name="Show a PIN on the wallbox").click()
    expect(page.get_by_text("The PIN is on the panel for")).to_be_visible()
    assert idle_box.get("pairing")["pin_ends_in_s"] > 0


def test_the_hotspot_is_opened_with_its_key(open_view: OpenView) -> None:
    view = open_view(size=PHONE)
    hotspot = NETWORK["hotspot"] | {"open": True, "ssid": "EVSE-1234", "closes_in_s": 600}
    alter_live(view.page, network=NETWORK)
    told = {"available": True, "reason": "", **hotspot, "key": "pine-lake-74"}
    sent = answer(view.page, "network/hotspot", told)
    page = view.to("/settings/NETWORK")
    page.get_by_role("button", name="Open the hotspot").click()
    expect(page.get_by_text("pine-lake-74")).to_be_visible()
    assert sent[0].post_data_json == {"on": True}


def test_an_open_hotspot_is_counted_down(open_view: OpenView) -> None:
    view = open_view(size=PHONE)
    hotspot = NETWORK["hotspot"] | {"open": True, "ssid": "EVSE-1234", "closes_in_s": 600}
    alter_live(view.page, network=NETWORK | {"hotspot": hotspot})
    page = view.to("/settings/NETWORK")
    expect(page.get_by_text("“EVSE-1234” is open")).to_be_visible()
    expect(page.get_by_role("button", name="Close the hotspot")).to_be_visible()


def test_the_log_comes_encrypted_once_it_has_a_password(open_view: OpenView, idle_box: Box) -> None:
    page = open_view("operator", at=idle_box).to("/settings/SYSTEM")
    expect(page.get_by_role("link", name="Download the log")).to_have_count(0)
    page.locator('[data-key="system.log_password"] input').fill("a password of the log")
    page.get_by_role("button", name="Save", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the log").click()
    content = download.value.path().read_bytes()
    assert content.startswith(b"PK")
    assert b"evse.app" not in content
