"""What to type where at wallboxes of known brands.

The hints are texts of the translations (`selector.brand_hint`); where each comes from is said here.
"""

from typing import Final

from homeassistant.core import HomeAssistant

from .texts import async_options

CONF_BRAND: Final = "brand"
OTHER_BRAND: Final = "other"

_WORDS: Final = {
    # brand: words in the vendor's or the model's name by which it boots; source of its hint
    "autel": ("autel", "maxicharger"),  # evcc, ocpp-autel.yaml; lbbrhzn/ocpp #1523
    "easee": ("easee",),  # evcc, easee-charge-ocpp: switched on by the maker's cloud only
    "etrel": ("etrel", "inch"),  # lbbrhzn/ocpp, supported-devices.md and #1000
    "evbox": ("evbox", "elvi"),  # evcc, ocpp-evbox-elvi.yaml
    "foxess": ("foxess",),  # lbbrhzn/ocpp #1858, #2008: its 2.0.1 does not work
    "goe": ("go-e", "goe", "wattpilot"),  # goecharger/go-eCharger-API-v2, ocpp-en.md
    "schneider": ("schneider", "evlink"),  # lbbrhzn/ocpp #263, #877
    "wallbox": ("wall box chargers", "pulsar", "copper", "commander"),  # evcc, ocpp-wallbox.yaml
}
BRANDS: Final = (OTHER_BRAND, *_WORDS)


def brand_of(vendor: str | None, model: str | None) -> str:
    """Return the brand of a wallbox by what it said of itself; OTHER_BRAND when it is not known."""
    said = f"{vendor or ''} {model or ''}".casefold()
    for brand, words in _WORDS.items():
        if any(word in said for word in words):
            return brand
    return OTHER_BRAND


async def async_hint(hass: HomeAssistant, brand: str) -> str:
    """Return where to type it at wallboxes of that brand; of others, what the fields are called."""
    return (await async_options(hass, "brand_hint"))[brand]
