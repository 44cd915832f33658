"""The certificate of the page: the wallbox's own, or one that somebody has installed."""

import errno
import ipaddress
import logging
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from evse.ocpp.security.certificates import CertificateError, parse_chain
from evse.web import certificate as module
from evse.web.certificate import FOLDER, OWN, RENEW_BEFORE, USERS, VALID, Certificate

NOW = datetime.now(UTC)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

ED25519 = ed25519.Ed25519PrivateKey.generate()
KEY = ec.generate_private_key(ec.SECP256R1())
AUTHORITY_KEY = ec.generate_private_key(ec.SECP256R1())


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def pem(
    key: PrivateKey = KEY,
    issuer_key: PrivateKey = AUTHORITY_KEY,
    begins: timedelta = -timedelta(days=1),
    ends: timedelta = timedelta(days=90),
    subject: str = "wallbox.example",
    issuer: str = "authority",
) -> str:
    made = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + begins)
        .not_valid_after(NOW + ends)
        .sign(issuer_key, None if issuer_key is ED25519 else hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: PrivateKey = KEY, password: bytes = b"") -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption(),
    ).decode()


def own(folder: Path) -> x509.Certificate:
    return parse_chain((folder / "web" / OWN).read_text())[0]


def test_our_own_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    first, second = Certificate(tmp_path, "evse-1a2b"), Certificate(tmp_path, "evse-1a2b")
    assert first.shown == second.shown
    assert first.shown.own
    assert stat.S_IMODE((tmp_path / "web" / OWN).stat().st_mode) == 0o600
    made = own(tmp_path)
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["evse-1a2b", "evse-1a2b.local"]
    assert ipaddress.ip_address("127.0.0.1") in names.get_values_for_type(x509.IPAddress)
    assert made.not_valid_after_utc - made.not_valid_before_utc == VALID
    assert isinstance(made.public_key(), ec.EllipticCurvePublicKey)


def test_every_wallbox_has_another_key(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Certificate(tmp_path / name, "evse")
    assert own(tmp_path / "a").public_key() != own(tmp_path / "b").public_key()


@pytest.mark.parametrize(
    ("later", "renewed"),
    [
        (timedelta(), False),
        (VALID - RENEW_BEFORE - timedelta(days=2), False),
        (VALID - RENEW_BEFORE, True),
        (2 * VALID, True),
        (-timedelta(days=3000), True),  # the clock was wrong when it was made
    ],
)
def test_it_is_renewed_in_time(
    later: timedelta, renewed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Certificate(tmp_path, "evse").shown
    _let_it_be(NOW + later, monkeypatch)
    assert (Certificate(tmp_path, "evse").shown != before) is renewed


def _let_it_be(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    class Calendar(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return now

    monkeypatch.setattr(module, "datetime", Calendar)


def test_another_name_needs_another_certificate(tmp_path: Path) -> None:
    before = Certificate(tmp_path, "evse").shown
    assert Certificate(tmp_path, "garage").shown != before


@pytest.mark.parametrize("damaged", [b"", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_damaged_one_is_made_anew(damaged: bytes, tmp_path: Path) -> None:
    Certificate(tmp_path, "evse")
    (tmp_path / "web" / OWN).write_bytes(damaged)
    assert Certificate(tmp_path, "evse").shown.own


def open_files() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


@pytest.mark.parametrize("before", [None, b"nonsense"])
async def test_a_full_disk_keeps_no_wallbox_from_starting(
    before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It serves its page by a certificate of this run, and has files as before."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if before is not None:
        (tmp_path / FOLDER).mkdir()
        (tmp_path / FOLDER / OWN).write_bytes(before)
    monkeypatch.setattr("evse.web.certificate.write_private", full)
    files = open_files()
    certificate = Certificate(tmp_path, "box")
    await certificate.refresh()
    assert open_files() == files
    assert certificate.shown.own
    with pytest.raises(OSError, match="No space"):
        await certificate.install(pem(), key_pem())


@pytest.mark.parametrize("name", [FOLDER, f"{FOLDER}/{OWN}", f"{FOLDER}/{USERS}"])
def test_what_cannot_be_read_keeps_no_wallbox_from_starting(name: str, tmp_path: Path) -> None:
    if name == FOLDER:
        (tmp_path / name).write_bytes(b"")
    else:
        (tmp_path / name).mkdir(parents=True)
    assert Certificate(tmp_path, "box").shown.own


async def test_one_that_is_installed_is_served_until_it_is_removed(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path, "evse")
    own_one = certificate.shown
    await certificate.install(pem(), key_pem())
    assert certificate.shown.subject == "CN=wallbox.example"
    assert certificate.shown.issuer == "CN=authority"
    assert not certificate.shown.own
    assert Certificate(tmp_path, "evse").shown == certificate.shown  # after a restart
    assert stat.S_IMODE((tmp_path / "web" / USERS).stat().st_mode) == 0o600
    await certificate.remove()
    assert certificate.shown == own_one
    assert Certificate(tmp_path, "evse").shown == own_one


async def test_when_the_installed_one_has_ended_our_own_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = Certificate(tmp_path, "evse")
    await certificate.install(pem(), key_pem())
    _let_it_be(NOW + timedelta(days=91), monkeypatch)
    with caplog.at_level(logging.WARNING):
        await certificate.refresh()
    assert certificate.shown.own
    assert "has ended" in caplog.text


WEAK = rsa.generate_private_key(65537, 1024)
OTHER = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    ("certificate", "key", "match"),
    [
        ("", key_pem(), "certificate: came no certificate"),
        ("nonsense", key_pem(), "certificate: came no certificate"),
        (pem(), "", "key: came no private key"),
        (pem(), key_pem(password=b"secret"), "key: came no private key in PEM without password"),
        (pem(), key_pem(OTHER), "key: it is not the certificate's"),
        (pem(ends=-timedelta(hours=1)), key_pem(), "certificate: it is valid from"),
        (pem(begins=timedelta(days=1)), key_pem(), "certificate: it is valid from"),
        (pem(ED25519), key_pem(ED25519), "key: allowed is an RSA key or"),
        (pem(WEAK), key_pem(WEAK), "key: came 1024 bits, allowed 2048 or more"),
        (pem() + pem(subject="another authority"), key_pem(), "is not signed by"),
    ],
)
async def test_what_cannot_be_served_is_refused_and_changes_nothing(
    certificate: str, key: str, match: str, tmp_path: Path
) -> None:
    served = Certificate(tmp_path, "evse")
    before = served.shown
    with pytest.raises(CertificateError, match=match) as error:
        await served.install(certificate, key)
    assert "PRIVATE" not in str(error.value)
    assert served.shown == before
    assert sorted(path.name for path in (tmp_path / "web").iterdir()) == [OWN]


async def test_a_chain_is_served_whole(tmp_path: Path) -> None:
    authority = pem(AUTHORITY_KEY, subject="authority")
    served = Certificate(tmp_path, "evse")
    await served.install(pem() + authority, key_pem())
    assert len(parse_chain((tmp_path / "web" / USERS).read_text())) == 2
    assert isinstance(served.context, ssl.SSLContext)
