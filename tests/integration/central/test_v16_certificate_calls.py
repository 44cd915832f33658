"""Certificates of the security white paper: calls, and answers that are no certificates."""

from typing import Any

import pytest

from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.central.v16_certificate_calls import KINDS

from .rig16 import Rig

HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "aa",
    "issuerKeyHash": "bb",
    "serialNumber": "01",
}


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_all_kinds_are_listed(rig: Rig) -> None:
    rig.link.answers["GetInstalledCertificateIds"] = lambda payload: (
        {"status": "Accepted", "certificateHashData": [HASH]}
        if payload["certificateType"] == KINDS[0]
        else {"status": "NotFound"}
    )
    assert await rig.commands.installed_certificates() == [HASH]
    assert [payload["certificateType"] for _, payload in rig.calls] == list(KINDS)
    assert await rig.commands.installed_certificates(KINDS[1]) == []


@pytest.mark.parametrize("told", ["x", {"a": 1}, ["x"]])
async def test_what_is_no_list_of_hashes(rig: Rig, told: Any) -> None:
    answer = {"status": "Accepted", "certificateHashData": told}
    rig.link.answers["GetInstalledCertificateIds"] = answer
    with pytest.raises(CommandRefused, match="no certificateHashData"):
        await rig.commands.installed_certificates(KINDS[0])


async def test_install_sign_and_delete(rig: Rig) -> None:
    await rig.commands.certificate_signed("CHAIN")
    await rig.commands.install_certificate(KINDS[0], "ROOT")
    await rig.commands.delete_certificate(HASH)
    assert rig.calls == [
        ("CertificateSigned", {"certificateChain": "CHAIN"}),
        ("InstallCertificate", {"certificateType": KINDS[0], "certificate": "ROOT"}),
        ("DeleteCertificate", {"certificateHashData": HASH}),
    ]


async def test_a_kind_of_another_version_is_refused_by_name(rig: Rig) -> None:
    with pytest.raises(ValueError, match="kind: 'CSMSRootCertificate' came, allowed are Central"):
        await rig.commands.install_certificate("CSMSRootCertificate", "ROOT")
    assert rig.calls == []
