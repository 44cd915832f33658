"""Actions on the root certificates that a wallbox trusts: install, list and delete.

OCPP 1.6 has them in its security extension, 2.0.1 in section M of its use cases.
"""

from typing import Any, Final

import voluptuous as vol
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv

from .actions import async_hub_of, device_action, wrong
from .central.authority import AuthorityError
from .certificates import root_certificate_pem
from .devices import Place
from .entity import commands_of

CENTRAL_SYSTEM: Final = "central_system"
MANUFACTURER: Final = "manufacturer"
_MANUFACTURER_KIND = "ManufacturerRootCertificate"
_HASH = ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")


def _kind(place: Place, use: str) -> str:
    """Return the name of a use in the OCPP version of the wallbox."""
    if use == MANUFACTURER:
        return _MANUFACTURER_KIND
    old = place.wallbox.charger.ocpp_version != "2.0.1"
    return "CentralSystemRootCertificate" if old else "CSMSRootCertificate"


async def install_certificate(call: ServiceCall, place: Place) -> ServiceResponse:
    """Install a root; without one given, that of our own server."""
    commands = commands_of(place.wallbox, "InstallCertificate")
    pem: str | None = call.data.get("certificate")
    if pem is None:
        hub = async_hub_of(call.hass, place)
        try:
            pem = await root_certificate_pem(call.hass, hub.entry)
        except AuthorityError as error:
            raise wrong("wrong_value", error=error) from error
    await commands.install_certificate(_kind(place, call.data["use"]), pem)
    return None


async def list_certificates(_: ServiceCall, place: Place) -> ServiceResponse:
    """Return the installed roots as the wallbox names them."""
    commands = commands_of(place.wallbox, "GetInstalledCertificateIds")
    certificates: list[Any] = await commands.installed_certificates()
    return {"certificates": certificates}


async def delete_certificate(call: ServiceCall, place: Place) -> ServiceResponse:
    """Delete a root, named as `list_certificates` does."""
    given: dict[str, Any] = call.data["certificate"]
    missing = [key for key in _HASH if not isinstance(given.get(key), str)]
    if missing:
        raise wrong("wrong_value", error=f"certificate: {', '.join(missing)} missing")
    commands = commands_of(place.wallbox, "DeleteCertificate")
    await commands.delete_certificate({key: given[key] for key in _HASH})
    return None


ACTIONS = (
    device_action(
        "install_certificate",
        install_certificate,
        {
            vol.Optional("use", default=CENTRAL_SYSTEM): vol.In((CENTRAL_SYSTEM, MANUFACTURER)),
            vol.Optional("certificate"): cv.string,
        },
    ),
    device_action("list_certificates", list_certificates, response=SupportsResponse.ONLY),
    device_action("delete_certificate", delete_certificate, {vol.Required("certificate"): dict}),
)
