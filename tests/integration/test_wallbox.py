"""What is read from a wallbox's subentry: also from one of an older version."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentry

from custom_components.evse_ocpp.central.control import Method, Purpose
from custom_components.evse_ocpp.commissioning_leftovers import Leftovers
from custom_components.evse_ocpp.energy.allowance import Mode
from custom_components.evse_ocpp.steering import SteeringSettings
from custom_components.evse_ocpp.wallbox import RelaySettings, Wallbox, WallboxSettings

from .support import subentry_data


def _settings(**data: Any) -> WallboxSettings:
    stored = subentry_data("CP-1", "Garage", **data)
    stored["data"] = MappingProxyType(stored["data"])
    return WallboxSettings.of(ConfigSubentry(**stored))


def test_a_subentry_of_the_first_version_holds_the_defaults() -> None:
    settings = _settings()
    assert (settings.security, settings.ocpp_version) == ("any", "auto")
    assert (settings.close_hard, settings.energy_unit, settings.relay) == (False, "auto", None)


def test_everything_that_is_set_is_read() -> None:
    settings = _settings(
        security="tls_password", ocpp_version="2.0.1", close_hard=True, energy_unit="kWh"
    )
    assert (settings.security, settings.ocpp_version) == ("tls_password", "2.0.1")
    assert (settings.close_hard, settings.energy_unit) == (True, "kWh")


@pytest.mark.parametrize(
    ("data", "relay"),
    [
        ({"relay_url": ""}, None),
        (
            {"relay_url": "wss://office.test/ocpp"},
            RelaySettings("wss://office.test/ocpp", "CP-1", None, "read_only"),
        ),
        (
            {
                "relay_url": "wss://office.test/ocpp",
                "relay_identity": "NL-1",
                "relay_password": "secret",
                "relay_mode": "full",
            },
            RelaySettings("wss://office.test/ocpp", "NL-1", "secret", "full"),
        ),
    ],
)
def test_second_back_office(data: dict[str, Any], relay: RelaySettings | None) -> None:
    assert _settings(**data).relay == relay


async def test_i31_what_a_cut_off_test_left_outlives_a_restart() -> None:
    def wallbox(stored: dict[str, Any] | None) -> Wallbox:
        return Wallbox(
            "1",
            "CP-1",
            _settings(),
            SteeringSettings(),
            stored=stored,
            choices_changed=lambda: None,
        )

    left = Leftovers(1, blocked=True)
    left.used(Method(Purpose.TX_DEFAULT_PROFILE, stack_level=3), None)
    left.used(Method(Purpose.KEY, key="Station-MaxCurrent"), "10")
    fresh = wallbox(None)
    assert fresh.to_dict()["leftovers"] is None
    stored = json.loads(json.dumps(fresh.to_dict() | {"leftovers": left.to_dict()}))
    assert wallbox(stored).commissioning.left == left
    assert wallbox(stored | {"stopped": [[1, 7], [2, "tx"]]}).to_dict()["stopped"] == [
        [1, 7],
        [2, "tx"],
    ]
    del stored["leftovers"], stored["stopped"]  # of an earlier version
    assert wallbox(stored).commissioning.left is None


@pytest.mark.parametrize(
    ("vendor", "chosen", "close_hard"),
    [(None, False, False), ("EVSE", False, False), ("EVSE", True, True), ("FOXESS", False, True)],
)
async def test_quirk_1_brands_known_for_it_get_no_close_frame(
    vendor: str | None, chosen: bool, close_hard: bool
) -> None:
    """Quirk row 1: they do not dial again after one (lbbrhzn/ocpp #1975)."""
    settings = _settings(close_hard=chosen)
    wallbox = Wallbox(
        "1", "CP-1", settings, SteeringSettings(), stored=None, choices_changed=lambda: None
    )
    wallbox.charger.vendor = vendor
    assert wallbox.link_settings.close_hard is close_hard


@pytest.mark.parametrize(
    ("kept", "mode"),
    [
        ({"window_enabled": True}, Mode.WINDOW),  # before there were modes
        ({"window_enabled": False}, Mode.FAST),
        ({"mode": "solar"}, Mode.SOLAR),
    ],
)
async def test_choices_outlive_a_restart(kept: dict[str, Any], mode: Mode) -> None:
    def wallbox(stored: dict[str, Any] | None) -> Wallbox:
        return Wallbox(
            "1",
            "CP-1",
            _settings(),
            SteeringSettings(),
            stored=stored,
            choices_changed=lambda: None,
        )

    until = datetime(2026, 5, 1, 12, tzinfo=UTC)
    fresh = wallbox(None)
    fresh.steering.choices = replace(fresh.steering.choices, boost_until=until, limit_a=9.0)
    stored = json.loads(json.dumps(fresh.to_dict()))
    assert wallbox(stored).steering.choices == fresh.steering.choices
    del stored["choices"]["mode"], stored["choices"]["boost_until"]
    stored["choices"] |= kept
    choices = wallbox(stored).steering.choices
    assert (choices.mode, choices.boost_until, choices.limit_a) == (mode, None, 9.0)


@pytest.mark.parametrize("stored", [None, {"charger": "damaged"}])
async def test_i50_without_a_record_ids_of_transactions_go_on(
    stored: dict[str, Any] | None, freezer: Any
) -> None:
    """The wallbox may still run one that was given before the record was lost."""
    freezer.move_to("2026-03-01T12:00:00+00:00")
    wallbox = Wallbox(
        "1", "CP-1", _settings(), SteeringSettings(), stored=stored, choices_changed=lambda: None
    )
    assert wallbox.charger.books.next_id == 68_299_200
    kept = json.loads(json.dumps(wallbox.to_dict()))
    freezer.move_to("2026-03-01T11:00:00+00:00")
    wallbox = Wallbox(
        "1", "CP-1", _settings(), SteeringSettings(), stored=kept, choices_changed=lambda: None
    )
    assert wallbox.charger.books.next_id == 68_299_200
