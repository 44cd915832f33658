"""Certificates installed, listed, deleted and signed over OCPP (behaviours 71 and 72)."""

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ocpp.v16 import call, call_result

from evse.ocpp.security.certificates import new_key
from evse.ocpp.security.store import CertificateStore, Use
from tests.firmware.ocpp.security.authority import Authority, pem

CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"


async def install(central: Any, certificate: str, use: str = CENTRAL) -> str:
    return str((await central.ask(call.InstallCertificate(use, certificate))).status)


async def listed(central: Any, use: str = CENTRAL) -> list[dict[str, str]]:
    answer = await central.ask(call.GetInstalledCertificateIds(use))
    assert (answer.status == "Accepted") == bool(answer.certificate_hash_data)
    return answer.certificate_hash_data or []


async def asked_for(central: Any, eventually: Any) -> str:
    """The signing request of the wallbox."""
    before = len(central.of("SignCertificate"))
    answer = await central.ask(call.ExtendedTriggerMessage("SignChargePointCertificate"))
    assert answer.status == "Accepted"
    await eventually(lambda: len(central.of("SignCertificate")) > before)
    return str(central.of("SignCertificate")[-1]["csr"])


@pytest.mark.parametrize("use", [CENTRAL, MANUFACTURER])
async def test_a_root_is_installed_listed_and_deleted(
    central: Any, secured: Any, events: Any, eventually: Any, use: str
) -> None:
    """Behaviour 72: Accepted, then NotFound."""
    assert await listed(central, use) == []
    root = Authority()
    assert await install(central, root.pem, use) == "Accepted"
    assert await install(central, root.pem, use) == "Accepted"  # it is there once all the same
    (data,) = await listed(central, use)
    assert data["hash_algorithm"] == "SHA256"
    assert data["serial_number"] == f"{root.certificate.serial_number:x}"
    wanted = {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": data["issuer_name_hash"],
        "issuerKeyHash": data["issuer_key_hash"],
        "serialNumber": data["serial_number"],
    }
    assert (await central.ask(call.DeleteCertificate(wanted))).status == "Accepted"
    assert (await central.ask(call.DeleteCertificate(wanted))).status == "NotFound"
    assert await listed(central, use) == []
    await eventually(lambda: events().count("ReconfigurationOfSecurityParameters") == 3)


@pytest.mark.parametrize(
    "certificate",
    ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
)
async def test_no_certificate_is_rejected(central: Any, secured: Any, certificate: str) -> None:
    """Behaviour 72."""
    assert await install(central, certificate) == "Rejected"
    assert await listed(central) == []


async def test_an_ended_certificate_and_one_too_many_are_rejected(
    central: Any, secured: Any, monkeypatch: Any
) -> None:
    """CertificateStoreMaxLength."""
    ended = Authority(ends=timedelta(hours=-1))
    assert await install(central, ended.pem) == "Rejected"
    answer = await central.ask(call.GetConfiguration(["CertificateStoreMaxLength"]))
    assert answer.configuration_key[0]["value"] == "16"
    monkeypatch.setitem(secured.settings._values, "ocpp.certificate_store_max_length", 2)
    assert await install(central, Authority().pem) == "Accepted"
    assert await install(central, Authority().pem, MANUFACTURER) == "Accepted"
    assert await install(central, Authority().pem) == "Rejected"


async def test_a_disk_that_fails_is_told(central: Any, secured: Any, monkeypatch: Any) -> None:
    def fails(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("evse.ocpp.security.store.write_private", fails)
    assert await install(central, Authority().pem) == "Failed"
    assert await listed(central) == []


async def test_a_new_root_is_signed_by_the_one_before(central: Any, make_wallbox: Any) -> None:
    """AdditionalRootCertificateCheck: the one before stays to fall back on, older ones go."""
    wallbox = await make_wallbox("ocpp.additional_root_certificate_check=true", speed=1)
    wallbox.start()
    await _connected(wallbox)
    first = Authority()
    second, stranger = Authority("second", first), Authority("stranger")
    third = Authority("third", second)
    assert await install(central, first.pem) == "Accepted"
    assert await install(central, stranger.pem) == "Rejected"
    assert await install(central, second.pem) == "Accepted"
    assert await install(central, third.pem) == "Accepted"
    serials = [data["serial_number"] for data in await listed(central)]
    assert serials == [f"{each.certificate.serial_number:x}" for each in (second, third)]


async def _connected(wallbox: Any) -> None:
    from tests.firmware.ocpp.conftest import eventually

    await eventually(lambda: wallbox.client.connected)


async def test_a_certificate_with_our_key_is_taken(
    central: Any, secured: Any, eventually: Any, tmp_path: Path
) -> None:
    """Behaviour 71; the key is readable by the wallbox alone."""
    await secured.settings.set("ocpp.cpo_name", "Operator", "test")
    csr = await asked_for(central, eventually)
    chain = Authority().sign(csr)
    assert (await central.ask(call.CertificateSigned(chain))).status == "Accepted"
    store = CertificateStore(tmp_path)
    identity = store.identity()
    assert identity is not None
    assert "O=Operator" in identity.certificate.subject.rfc4514_string()
    assert stat.S_IMODE(identity.path.stat().st_mode) == 0o600
    assert store.next_key() is None
    assert (await central.ask(call.CertificateSigned(chain))).status == "Rejected"  # once is enough


async def test_any_other_certificate_is_rejected(
    central: Any, secured: Any, eventually: Any, events: Any, tmp_path: Path
) -> None:
    """Behaviour 71."""
    root = Authority()
    other = pem(root.issue(new_key().public_key()), root.certificate)
    assert (await central.ask(call.CertificateSigned(other))).status == "Rejected"  # none asked for
    csr = await asked_for(central, eventually)
    for chain in (other, "nonsense", root.sign(csr, ends=timedelta(hours=-1))):
        assert (await central.ask(call.CertificateSigned(chain))).status == "Rejected"
    assert CertificateStore(tmp_path).identity() is None
    await eventually(lambda: events().count("InvalidChargePointCertificate") == 4)
    assert (await central.ask(call.CertificateSigned(root.sign(csr)))).status == "Accepted"


async def test_a_root_of_that_name_must_have_signed_it(
    central: Any, secured: Any, eventually: Any
) -> None:
    assert await install(central, Authority().pem) == "Accepted"
    csr = await asked_for(central, eventually)
    forged = Authority().sign(csr).split("-----END CERTIFICATE-----\n")[0]
    answer = await central.ask(call.CertificateSigned(forged + "-----END CERTIFICATE-----\n"))
    assert answer.status == "Rejected"


async def test_the_key_outlasts_a_power_cut(
    central: Any, secured: Any, make_wallbox: Any, eventually: Any
) -> None:
    csr = await asked_for(central, eventually)
    await secured.kill()
    again = await make_wallbox(speed=1)
    again.start()
    await eventually(lambda: again.client.connected)
    assert (await central.ask(call.CertificateSigned(Authority().sign(csr)))).status == "Accepted"


async def test_a_refused_request_is_no_harm(central: Any, secured: Any, eventually: Any) -> None:
    central.answers["SignCertificate"] = lambda _: call_result.SignCertificate("Rejected")
    await asked_for(central, eventually)
    assert (await central.ask(call.TriggerMessage("Heartbeat"))).status == "Accepted"
    await eventually(lambda: central.of("Heartbeat"))


async def test_renewed_before_it_ends(
    central: Any, secured: Any, make_wallbox: Any, eventually: Any
) -> None:
    """A certificate in its last days is renewed without being asked, by every new connection."""
    csr = await asked_for(central, eventually)
    ending = Authority().sign(csr, ends=timedelta(hours=3))
    assert (await central.ask(call.CertificateSigned(ending))).status == "Accepted"
    await secured.kill()
    again = await make_wallbox(speed=1)
    again.start()
    await eventually(lambda: len(central.of("SignCertificate")) == 2)


def test_a_damaged_file_is_left_out(tmp_path: Path, caplog: Any) -> None:
    store = CertificateStore(tmp_path)
    first, second = Authority(), Authority()
    store.add_root(Use.CENTRAL_SYSTEM, first.certificate)
    store.add_root(Use.CENTRAL_SYSTEM, second.certificate)
    oldest = min((tmp_path / "certificates" / CENTRAL).iterdir())
    oldest.write_bytes(b"\xff\x00")
    assert store.roots(Use.CENTRAL_SYSTEM) == [second.certificate]
    assert "damaged" in caplog.text
    (tmp_path / "certificates" / "charge-point.pem").write_bytes(b"half a fi")
    (tmp_path / "certificates" / "next-key.pem").write_bytes(b"half a fi")
    assert store.identity() is None
    assert store.next_key() is None


def test_the_root_of_the_configuration_is_installed(tmp_path: Path, caplog: Any) -> None:
    """Behaviour 78: the root certificate comes from outside."""
    from evse.ocpp.security.extension import _install_root

    file = tmp_path / "root.pem"
    root = Authority()
    file.write_text(root.pem)
    store = CertificateStore(tmp_path)
    for _ in range(2):
        _install_root(store, str(file))
    assert store.roots(Use.CENTRAL_SYSTEM) == [root.certificate]
    _install_root(store, str(tmp_path / "none.pem"))
    assert "cannot be used" in caplog.text
