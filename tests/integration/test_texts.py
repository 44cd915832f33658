"""Sentences of our own: by language, with English as the last resort."""

import pytest
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.texts import async_options, plain, text, text_in
from custom_components.evse_ocpp.wallbox import Wallbox

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "An Garage ist kein Auto angesteckt."),
        ("de-AT", "An Garage ist kein Auto angesteckt."),
        ("nl", "No car is plugged in at Garage."),
    ],
)
async def test_language(hass: HomeAssistant, language: str, said: str) -> None:
    assert await text_in(hass, language, "assist", "idle", wallbox="Garage") == said


async def test_a_text_that_is_missing_is_its_key(hass: HomeAssistant, wallbox: Wallbox) -> None:
    assert await text_in(hass, "en", "assist", "nothing") == "nothing"
    assert text(hass, "assist", "nothing") == "nothing"


async def test_texts_of_a_selector(hass: HomeAssistant, wallbox: Wallbox) -> None:
    texts = await async_options(hass, "calendar")
    assert texts["window"] == text(hass, "calendar", "window") == "Charging window"


def test_what_came_from_the_network_is_no_markdown() -> None:
    told = plain("![x](http://evil/p.png) [here](https://evil) <img src=x> | `a`\nb Zappi")
    assert not set("[]<>|`\n") & set(told)
    assert "://" not in told
    assert told.endswith("b Zappi")
