"""Certificates of an OCPP 2.0.1 charger (part 2, functional block M and A02)."""

from typing import Any

from .charger_calls import bounded
from .commands import CommandRefused
from .v201_calls import Calls201

MAX_CHAIN_CHARS = 10_000
MAX_CERTIFICATE_CHARS = 5500
KINDS = (
    "CSMSRootCertificate",
    "ManufacturerRootCertificate",
    "MORootCertificate",
    "V2GRootCertificate",
)
"""What InstallCertificate installs; a chain (V2GCertificateChain) can only be asked for."""


class CertificateCalls201(Calls201):
    """Installing, listing and deleting roots; handing over the certificate that was asked for."""

    async def certificate_signed(self, chain_pem: str) -> None:
        """Send CertificateSigned for the station's own certificate."""
        await self._ask(
            "CertificateSigned",
            {
                "certificateChain": bounded("chain_pem", chain_pem, MAX_CHAIN_CHARS),
                "certificateType": "ChargingStationCertificate",
            },
        )

    async def install_certificate(self, kind: str, pem: str) -> None:
        """Send InstallCertificate; `kind` is one of `KINDS`."""
        await self._ask(
            "InstallCertificate",
            {
                "certificateType": _known(kind),
                "certificate": bounded("pem", pem, MAX_CERTIFICATE_CHARS),
            },
        )

    async def installed_certificates(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Send GetInstalledCertificateIds; of chains only the uppermost certificate is returned."""
        action = "GetInstalledCertificateIds"
        wanted = {} if kind is None else {"certificateType": [_known(kind)]}
        answer = await self._ask(action, wanted, ("Accepted", "NotFound"))
        told = answer.get("certificateHashDataChain") or []
        try:
            found = [each["certificateHashData"] for each in told]
        except (KeyError, TypeError) as error:
            raise CommandRefused(action, "no certificateHashData") from error
        if not all(isinstance(each, dict) for each in found):
            raise CommandRefused(action, "no certificateHashData")
        return found

    async def delete_certificate(self, hash_data: dict[str, Any]) -> None:
        """Send DeleteCertificate; `hash_data` as `installed_certificates` returned it."""
        await self._ask("DeleteCertificate", {"certificateHashData": hash_data})


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"kind: {kind[:50]!r} came, allowed are {', '.join(KINDS)}")
    return kind
