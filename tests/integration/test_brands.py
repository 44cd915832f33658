"""Hints of known brands: found by what a wallbox calls itself, and there in every language."""

import pytest
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.brands import BRANDS, OTHER_BRAND, async_hint, brand_of
from custom_components.evse_ocpp.texts import async_options


@pytest.mark.parametrize(
    ("vendor", "model", "brand"),
    [
        ("Autel", "MaxiCharger AC", "autel"),
        ("AUTEL", None, "autel"),
        ("go-e", "go-eCharger V3", "goe"),
        ("Fronius", "Wattpilot", "goe"),
        ("Schneider Electric", "MONOBLOCK", "schneider"),
        ("Wall Box Chargers", "PLP1", "wallbox"),
        ("EVSE", "One", OTHER_BRAND),
        (None, None, OTHER_BRAND),
    ],
)
def test_brand_by_what_a_wallbox_says(vendor: str | None, model: str | None, brand: str) -> None:
    assert brand_of(vendor, model) == brand


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("language", ["en", "it", "de", "es", "fr"])
async def test_every_brand_has_a_name_and_a_hint(hass: HomeAssistant, language: str) -> None:
    for selector in ("brand", "brand_hint"):
        assert (await async_options(hass, selector, language)).keys() == set(BRANDS)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_hint_is_in_the_language_of_this_home_assistant(hass: HomeAssistant) -> None:
    hass.config.language = "de"
    assert "Reiter" in await async_hint(hass, "goe")
