"""Certificates of an OCPP 1.6 charger (security white paper, sections 4.2 to 4.5)."""

from typing import Any

from .charger_calls import ChargerCalls, bounded
from .commands import CommandRefused

MAX_CHAIN_CHARS = 10_000
MAX_CERTIFICATE_CHARS = 5500
KINDS = ("CentralSystemRootCertificate", "ManufacturerRootCertificate")


class CertificateCalls(ChargerCalls):
    """Calls of the security extension."""

    async def certificate_signed(self, chain_pem: str) -> None:
        """Send CertificateSigned."""
        chain = bounded("chain_pem", chain_pem, MAX_CHAIN_CHARS)
        await self._ask("CertificateSigned", {"certificateChain": chain})

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
        """Send GetInstalledCertificateIds, once for each kind that is asked for."""
        action, found = "GetInstalledCertificateIds", []
        for each in KINDS if kind is None else (_known(kind),):
            answer = await self._ask(action, {"certificateType": each}, ("Accepted", "NotFound"))
            told = answer.get("certificateHashData") or []
            if not isinstance(told, list) or not all(isinstance(entry, dict) for entry in told):
                raise CommandRefused(action, "no certificateHashData")
            found += told
        return found

    async def delete_certificate(self, hash_data: dict[str, Any]) -> None:
        """Send DeleteCertificate; `hash_data` as `installed_certificates` returned it."""
        await self._ask("DeleteCertificate", {"certificateHashData": hash_data})


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"kind: {kind[:50]!r} came, allowed are {' and '.join(KINDS)}")
    return kind
