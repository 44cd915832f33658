"""What is read from a wallbox's subentry: also from one of an older version."""

from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentry

from custom_components.evse_ocpp.wallbox import RelaySettings, WallboxSettings

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
