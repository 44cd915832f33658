"""The products against the tables of their manuals, and against the settings they are to set."""

import pytest

from evse.products import PHASES_CONNECTED, PRODUCTS, PowerSystem, product
from evse.settings.table import BY_KEY

EARTHED = {PowerSystem.TN, PowerSystem.TT}
ANY = EARTHED | {PowerSystem.IT}


@pytest.mark.parametrize(
    ("name", "phases", "captive_cable", "power_kw", "systems", "cards"),
    [
        # Cabur EV PLUS manual: 5 (model, power, case C or B), 6.7, 8.1.2-11.
        ("EVPLUS7C", (1,), True, 7.4, ANY, 3),
        ("EVPLUS7S", (1,), False, 7.4, ANY, 3),
        ("EVPLUS22C", (3, 1), True, 22.0, EARTHED, 3),
        ("EVPLUS22S", (3, 1), False, 22.0, EARTHED, 3),
        # ETEK EKEPC3 manual: 5.8.1.3 (1P+N230V on the page, 32 A), 5.8.1.7.
        ("EKEPC3-C", (1, 3), True, 7.4, EARTHED, 1000),
        ("EKEPC3-S", (1, 3), False, 7.4, EARTHED, 1000),
        ("generic", (3, 1), False, 22.0, EARTHED, 100_000),
    ],
)
def test_products_are_those_of_the_manuals(
    name, phases, captive_cable, power_kw, systems, cards
) -> None:
    found = product(name)
    assert found.phases == phases
    assert found.captive_cable is captive_cable
    assert found.socket_lock is not captive_cable
    assert found.maximum_a * 230.0 * phases[0] / 1000 == pytest.approx(power_kw, abs=0.1)
    assert found.power_systems == systems
    assert found.cards == cards


def test_seven_products() -> None:
    assert set(PRODUCTS) == {
        *("generic", "EKEPC3-C", "EKEPC3-S"),
        *("EVPLUS7C", "EVPLUS7S", "EVPLUS22C", "EVPLUS22S"),
    }


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("EVPLUS22S", ("Cabur", "EVPLUS22S", "3P+N400V", "Socket", 32.0, 3, "cabur")),
        ("EVPLUS7C", ("Cabur", "EVPLUS7C", "1P+N230V", "Cable", 32.0, 3, "cabur")),
        ("EKEPC3-C", ("ETEK", "EKEPC3-C", "1P+N230V", "Cable", 32.0, 1000, "etek")),
    ],
)
def test_the_defaults_it_gives(name, settings) -> None:
    keys = (
        "manufacturer.vendor",
        "manufacturer.model",
        "installation.phases",
        "installation.cable",
        "installation.max_output_current_a",
        "authorization.whitelist_capacity",
        "panel.look",
    )
    assert product(name).settings == dict(zip(keys, settings, strict=True))


@pytest.mark.parametrize("name", PRODUCTS)
def test_its_settings_can_be_taken(name: str) -> None:
    for key, value in product(name).settings.items():
        assert BY_KEY[key].parse(value) == value


def test_the_generic_product_changes_nothing() -> None:
    for key, value in product("generic").settings.items():
        assert value == BY_KEY[key].default, key


def test_phases_are_the_choices_of_the_setting() -> None:
    assert set(PHASES_CONNECTED.values()) == set(BY_KEY["installation.phases"].choices)


def test_an_unknown_product_is_named() -> None:
    with pytest.raises(ValueError, match=r"product: came 'EVPLUS11', allowed is generic, EVPLUS7C"):
        product("EVPLUS11")
