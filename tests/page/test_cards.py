"""The list of cards: learning mode, names, deletion, slots."""

from playwright.sync_api import expect

from tests.page.conftest import PHONE, Box, OpenView


def test_learning_mode_takes_a_card_names_and_deletes_it(open_view: OpenView, box: Box) -> None:
    page = open_view(size=PHONE).to("/cards")
    page.get_by_role("button", name="Learn cards").click()
    expect(page.get_by_text("Hold cards to the reader")).to_be_visible()
    box.wallbox.request(command="card", uid="04112233445566")
    expect(page.locator(".learnt")).to_contain_text("04112233445566 is on the list now")
    line = page.locator(".cards li", has_text="04112233445566")
    expect(line).to_contain_text("Without a name")
    page.get_by_role("button", name="End", exact=True).click()
    line.get_by_role("button", name="Name").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Grandma’s Zoé")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(line).to_contain_text("Grandma’s Zoé")
    page.get_by_label("Search for number or name").fill("grandma")
    expect(page.locator(".cards li")).to_have_count(1)
    line.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No card", exact=True)).to_be_visible()


def test_a_card_that_is_known_is_refused_in_words(open_view: OpenView) -> None:
    page = open_view("user").to("/cards")
    page.get_by_label("Number of the card").fill("04A1B2C3D4E5F6")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("This card is on the list already")).to_be_visible()


def test_a_card_is_read_into_a_slot(open_view: OpenView, idle_box: Box) -> None:
    idle_box.wallbox.request(command="cards-insert", tag="04A1B2C3D4E5F6", name="Anna")
    page = open_view(at=idle_box).to("/cards")
    page.get_by_role("button", name="Read a card").click()
    expect(page.get_by_text("Hold a card to the reader")).to_be_visible()
    idle_box.wallbox.request(command="card", uid="04A1B2C3D4E5F6")
    page.get_by_role("button", name="Put it into slot 2").click()
    expect(page.locator("section", has_text="Slots")).to_contain_text("Slot 2 Anna")


def test_the_manuals_button_searches(open_view: OpenView) -> None:
    page = open_view().to("/settings/WHITELIST")
    row = page.locator('[data-key="whitelist.search"]')
    row.get_by_role("textbox").fill("04A1B2C3D4E5F6")
    row.get_by_role("button").click()
    expect(page.locator(".toast")).to_contain_text("Anna")
