"""The pages of settings: search, change, errors at the field, import and export, undo."""

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.page.conftest import PHONE, OpenView


def row(page: Page, key: str) -> Locator:
    """A row by its key."""
    return page.locator(f'[data-key="{key}"]')


def save(page: Page) -> None:
    """Press Save."""
    page.get_by_role("button", name="Save", exact=True).click()


def test_search_finds_by_every_word_and_changes_in_place(open_view: OpenView) -> None:
    page = open_view(size=PHONE).to("/settings")
    page.get_by_label("Search all settings").fill("output current limit")
    found = row(page, "installation.output_current_limit_a")
    expect(found).to_be_visible()
    expect(row(page, "network.ssid")).to_have_count(0)
    found.get_by_role("textbox").fill("20")
    expect(page.locator(".savebar")).to_be_visible()


def test_a_number_out_of_range_is_told_at_its_field(open_view: OpenView) -> None:
    page = open_view().to("/settings/INSTALLATION")
    field = row(page, "installation.output_current_limit_a")
    before = field.get_by_role("textbox").input_value()
    field.get_by_role("textbox").fill("4000")
    save(page)
    expect(field.locator(".error")).to_contain_text("A number is needed")
    expect(field.get_by_role("textbox")).to_be_focused()
    page.get_by_role("button", name="Discard").click()
    expect(field.get_by_role("textbox")).to_have_value(before)
    expect(page.locator(".savebar")).to_have_count(0)


def test_what_the_wallbox_refuses_is_told_at_its_field(open_view: OpenView) -> None:
    page = open_view().to("/settings/BACKEND")
    field = row(page, "ocpp.url")
    field.get_by_role("textbox").fill("http://wrong.example")
    row(page, "ocpp.heartbeat_interval_s").get_by_role("textbox").fill("600")
    save(page)
    expect(field.get_by_role("alert")).to_contain_text("ws://")
    expect(page.locator(".savebar")).to_contain_text("2")  # all or nothing
    page.get_by_role("button", name="Discard").click()


def test_save_is_kept_by_the_wallbox(open_view: OpenView) -> None:
    view = open_view()
    page = view.to("/settings/AUTHORIZATION")
    field = row(page, "authorization.time_delay_s").get_by_role("textbox")
    field.fill("120")
    save(page)
    expect(page.locator(".savebar")).to_have_count(0)
    page.reload()
    view.settled()
    expect(field).to_have_value("120")
    view.to("/audit")
    entry = page.locator(".audit li").first
    expect(entry).to_contain_text("600")
    entry.get_by_role("button", name="Undo").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.locator(".audit li").get_by_text("undone").first).to_be_visible()
    view.to("/settings/AUTHORIZATION")
    expect(field).to_have_value("600")


def test_a_switch_says_what_it_is_and_one_change_can_be_taken_back(open_view: OpenView) -> None:
    page = open_view().to("/settings/AUTHORIZATION")
    field = row(page, "authorization.restart_after_power_loss")
    switch = field.get_by_role("switch")
    expect(switch).not_to_be_checked()
    switch.check()
    field.get_by_role("button", name="undo").click()
    expect(switch).not_to_be_checked()
    expect(page.locator(".savebar")).to_have_count(0)


def test_what_can_harm_is_asked_for_first(open_view: OpenView) -> None:
    page = open_view().to("/settings/LOADMANAGEMENT")
    field = row(page, "dlb.maximum_current_a")
    expect(field.locator(".mark.warn")).to_be_visible()
    field.get_by_role("textbox").fill("24")
    save(page)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("electrician")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator(".savebar")).to_be_visible()
    save(page)
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".savebar")).to_have_count(0)
    field.get_by_role("textbox").fill("25")
    save(page)
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".savebar")).to_have_count(0)


def test_a_secret_is_never_shown(open_view: OpenView) -> None:
    page = open_view().to("/settings/SYSTEM")
    field = row(page, "system.log_password").locator("input")
    expect(field).to_have_attribute("placeholder", "not set")
    field.fill("a password of the log")
    save(page)
    expect(field).to_have_attribute("placeholder", "set")
    expect(field).to_have_value("")
    expect(page.get_by_role("link", name="Download the log")).to_be_visible()


def test_import_shows_the_difference_first(open_view: OpenView) -> None:
    view = open_view()
    page = view.to("/settings")
    page.get_by_role("button", name="Import & export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Readable file").click()
    content = download.value.path().read_text()
    text = content.replace("time_delay_s = 600", "time_delay_s = 90")
    assert text != content
    file: FilePayload = {"name": "mine.toml", "mimeType": "text/plain", "buffer": text.encode()}
    page.get_by_label("File with settings").set_input_files(file)
    difference = page.get_by_role("dialog").locator("tbody tr")
    expect(difference).to_have_count(1)
    expect(difference).to_contain_text("90")
    page.get_by_role("button", name="Take all of it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    view.to("/settings/AUTHORIZATION")
    field = row(page, "authorization.time_delay_s").get_by_role("textbox")
    expect(field).to_have_value("90")
    field.fill("600")
    save(page)
    expect(page.locator(".savebar")).to_have_count(0)


def test_a_broken_file_is_refused_in_words(open_view: OpenView) -> None:
    page = open_view().to("/settings")
    page.get_by_role("button", name="Import & export").click()
    file: FilePayload = {"name": "broken.json", "mimeType": "application/json", "buffer": b'{"a":'}
    page.get_by_label("File with settings").set_input_files(file)
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="Take all of it")).to_be_disabled()


def test_a_factory_reset_offers_the_export_first(open_view: OpenView) -> None:
    page = open_view().to("/settings/SYSTEM")
    row(page, "system.factory_reset").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Export the settings first")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
