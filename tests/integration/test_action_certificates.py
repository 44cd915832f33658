"""The root certificates that a wallbox trusts: installed, listed and deleted by actions."""

from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from custom_components.evse_ocpp.central.authority import AuthorityError
from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import act

HASH_DATA = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "ab",
    "issuerKeyHash": "cd",
    "serialNumber": "1",
}


@pytest.mark.parametrize(
    ("version", "use", "kind"),
    [
        ("1.6", "central_system", "CentralSystemRootCertificate"),
        ("2.0.1", "central_system", "CSMSRootCertificate"),
        ("1.6", "manufacturer", "ManufacturerRootCertificate"),
        ("2.0.1", "manufacturer", "ManufacturerRootCertificate"),
    ],
)
async def test_a_given_root_is_installed(
    hass: HomeAssistant,
    wallbox: Wallbox,
    commands: AsyncMock,
    device_id: str,
    version: str,
    use: str,
    kind: str,
) -> None:
    wallbox.charger.ocpp_version = version
    await act(hass, "install_certificate", device_id=device_id, use=use, certificate="PEM")
    commands.install_certificate.assert_awaited_once_with(kind, "PEM")


async def test_without_one_it_is_our_own(
    hass: HomeAssistant, commands: AsyncMock, device_id: str
) -> None:
    await act(hass, "install_certificate", device_id=device_id)
    kind, pem = commands.install_certificate.await_args.args
    assert kind == "CentralSystemRootCertificate"
    assert pem.startswith("-----BEGIN CERTIFICATE-----")


async def test_an_unreadable_root_of_ours_is_told(
    hass: HomeAssistant, commands: AsyncMock, device_id: str
) -> None:
    with (
        patch(
            "custom_components.evse_ocpp.action_certificates.root_certificate_pem",
            side_effect=AuthorityError("root.pem: damaged"),
        ),
        pytest.raises(ServiceValidationError, match=r"root\.pem: damaged"),
    ):
        await act(hass, "install_certificate", device_id=device_id)
    assert not commands.install_certificate.await_count


async def test_what_the_wallbox_refuses_is_told_in_its_words(
    hass: HomeAssistant, commands: AsyncMock, device_id: str
) -> None:
    commands.install_certificate.side_effect = CommandRefused("InstallCertificate", "Failed")
    with pytest.raises(HomeAssistantError, match="Failed"):
        await act(hass, "install_certificate", device_id=device_id, certificate="PEM")


async def test_roots_are_listed_and_deleted_by_what_was_listed(
    hass: HomeAssistant, commands: AsyncMock, device_id: str
) -> None:
    commands.installed_certificates.return_value = [HASH_DATA]
    listed = await act(hass, "list_certificates", device_id=device_id)
    assert listed == {"certificates": [HASH_DATA]}
    await act(
        hass, "delete_certificate", device_id=device_id, certificate=listed["certificates"][0]
    )
    commands.delete_certificate.assert_awaited_once_with(HASH_DATA)


async def test_a_certificate_named_in_part_is_refused(
    hass: HomeAssistant, commands: AsyncMock, device_id: str
) -> None:
    with pytest.raises(ServiceValidationError, match="issuerKeyHash, serialNumber"):
        await act(
            hass,
            "delete_certificate",
            device_id=device_id,
            certificate={"hashAlgorithm": "SHA256", "issuerNameHash": "ab"},
        )
    assert not commands.delete_certificate.await_count
