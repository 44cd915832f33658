"""A product profile lies under file, saved values and command line, and over the defaults."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evse.products import PRODUCTS
from evse.settings.table import BY_KEY
from evse.settings.values import ConfigurationError, Origin, Settings

REAL = sorted(PRODUCTS.keys() - {"generic"})


class Memory:
    """A store that forgets with the test."""

    def __init__(self, saved: dict[str, Any] | None = None) -> None:
        self.saved = saved or {}

    async def saved_settings(self) -> dict[str, Any]:
        return self.saved

    async def save_settings(self, values: Mapping[str, object], forgotten: Any = ()) -> None:
        self.saved |= values
        for key in forgotten:
            self.saved.pop(key, None)


def config_of(folder: Path, text: str) -> Path:
    path = folder / "evse.toml"
    path.write_text(text)
    return path


def product_in(layer: str, name: str, folder: Path) -> dict[str, Any]:
    """The arguments of `load` with a product chosen in one of the layers."""
    return {
        "file": {
            "store": Memory(),
            "config_file": config_of(folder, f'[installation]\nproduct = "{name}"\n'),
        },
        "saved": {"store": Memory({"installation.product": name})},
        "command line": {"store": Memory(), "overrides": [f"installation.product={name}"]},
    }[layer]


@pytest.mark.parametrize("layer", ["file", "saved", "command line"])
@pytest.mark.parametrize("name", REAL)
async def test_a_product_sets_defaults_wherever_it_is_chosen(
    tmp_path: Path, layer: str, name: str
) -> None:
    settings = await Settings.load(**product_in(layer, name, tmp_path))
    product = PRODUCTS[name]
    assert {key: settings[key] for key in product.settings} == dict(product.settings)
    assert {settings.origin(key) for key in product.settings} == {Origin.PRODUCT}
    others = BY_KEY.keys() - product.settings.keys() - {"installation.product"}
    made = {"ocpp.identity", "manufacturer.serial"}
    assert {key: settings[key] for key in others - made} == {
        key: BY_KEY[key].default for key in others - made
    }


async def test_the_generic_product_leaves_the_origins_alone() -> None:
    settings = await Settings.load(Memory(), overrides=["installation.product=generic"])
    keys = PRODUCTS["generic"].settings
    assert {settings.origin(key) for key in keys} == {Origin.DEFAULT}


@pytest.mark.parametrize(
    ("text", "saved", "overrides", "amps", "origin"),
    [
        ("", {}, [], 32.0, Origin.PRODUCT),
        ("max_output_current_a = 20\n", {}, [], 20.0, Origin.FILE),
        ("", {"installation.max_output_current_a": 16}, [], 16.0, Origin.RUNTIME),
        ("", {}, ["MaxOutputCurrent=13"], 13.0, Origin.COMMAND_LINE),
        (
            "max_output_current_a = 20\n",
            {"installation.max_output_current_a": 16},
            [],
            16.0,
            Origin.RUNTIME,
        ),
        (
            "max_output_current_a = 20\n",
            {"installation.max_output_current_a": 16},
            ["MaxOutputCurrent=13"],
            13.0,
            Origin.COMMAND_LINE,
        ),
    ],
)
async def test_everything_else_lies_over_the_product(
    tmp_path: Path,
    text: str,
    saved: dict[str, Any],
    overrides: list[str],
    amps: float,
    origin: Origin,
) -> None:
    config = config_of(tmp_path, f'[installation]\nproduct = "EVPLUS22C"\n{text}')
    settings = await Settings.load(Memory(saved), config, overrides)
    assert settings["installation.max_output_current_a"] == amps
    assert settings.origin("installation.max_output_current_a") is origin
    assert settings["manufacturer.model"] == "EVPLUS22C"


@pytest.mark.parametrize(
    ("file", "saved", "override", "model"),
    [
        ("EVPLUS7C", None, None, "EVPLUS7C"),
        ("EVPLUS7C", "EVPLUS22S", None, "EVPLUS22S"),
        ("EVPLUS7C", "EVPLUS22S", "EKEPC3-C", "EKEPC3-C"),
        ("EVPLUS7C", None, "generic", "Simulated"),
    ],
)
async def test_the_last_choice_counts_and_nothing_of_the_others_stays(
    tmp_path: Path, file: str, saved: str | None, override: str | None, model: str
) -> None:
    settings = await Settings.load(
        Memory({"installation.product": saved} if saved else {}),
        config_of(tmp_path, f'[installation]\nproduct = "{file}"\n'),
        [f"installation.product={override}"] if override else [],
    )
    product = PRODUCTS[settings["installation.product"]]
    assert settings["manufacturer.model"] == model
    assert {key: settings[key] for key in product.settings} == dict(product.settings)


async def test_a_product_is_found_in_any_case(tmp_path: Path) -> None:
    settings = await Settings.load(Memory(), overrides=["installation.product=evplus7c"])
    assert settings["installation.product"] == "EVPLUS7C"
    assert settings["authorization.whitelist_capacity"] == 3


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["installation.product=EVPLUS11"], ["installation.product: came 'EVPLUS11', allowed is"]),
        (
            ["installation.product=EVPLUS7C", "installation.phases=3P+N400V"],
            ["installation.phases: came '3P+N400V', allowed is 1P+N230V for EVPLUS7C"],
        ),
        (
            ["installation.product=EVPLUS22C", "MaxOutputCurrent=40"],
            [
                (
                    "installation.max_output_current_a: came 40.0, allowed is at most "
                    "installation.cable_rating_a, which is 32 A"
                ),
                "installation.max_output_current_a: came 40.0, allowed is at most 32 A for",
            ],
        ),
        (
            ["installation.product=EKEPC3-S", "installation.power_system=IT"],
            ["installation.power_system: came 'IT', allowed is TN/TT for EKEPC3-S"],
        ),
    ],
)
async def test_what_a_product_cannot_be_is_named(overrides: list[str], expected: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        await Settings.load(Memory(), overrides=overrides)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(expected)
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start)


async def test_a_saved_product_of_another_version_does_not_stop_the_wallbox(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = await Settings.load(Memory({"installation.product": "EVPLUS99"}))
    assert settings["installation.product"] == "generic"
    assert "came 'EVPLUS99'" in caplog.text


@pytest.mark.parametrize(
    "name",
    [
        name
        if 3 in PRODUCTS[name].phases
        else pytest.param(
            name,
        )
        for name in REAL
    ],
)
async def test_a_product_can_be_chosen_while_the_wallbox_runs(name: str) -> None:
    """It holds from the next start on."""
    store = Memory()
    settings = await Settings.load(store)
    await settings.set("installation.product", name, "test")
    again = await Settings.load(store)
    assert {key: again[key] for key in PRODUCTS[name].settings} == dict(PRODUCTS[name].settings)
