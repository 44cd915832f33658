"""The certificate authority: what it makes, signs, renews, keeps and refuses."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from custom_components.evse_ocpp.central import authority as module
from custom_components.evse_ocpp.central.authority import (
    MAX_CERTIFICATES,
    Authority,
    AuthorityError,
    RequestError,
)
from custom_components.evse_ocpp.central.tls import (
    ask_for_certificates,
    load_certificate,
    server_context,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def new_authority(directory: Path, clock: Clock | None = None) -> Authority:
    authority = Authority(directory, clock or Clock())
    authority.open()
    return authority


def request(key=None, name: str = "anything", organisation: str | None = "Maker") -> str:
    key = key or ec.generate_private_key(ec.SECP256R1())
    names = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organisation:
        names.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
    return csr.sign(key, algorithm).public_bytes(serialization.Encoding.PEM).decode()


def der(pem: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One for all tests which change nothing: keys take time."""
    return new_authority(tmp_path_factory.mktemp("authority"))


def test_only_the_owner_reads_its_files(tmp_path):
    directory = tmp_path / "new" / "authority"
    authority = new_authority(directory)
    authority.renew_server(["192.0.2.1"])
    authority.sign(request(), "CP-1")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert set(modes) == {"root.pem", "root.key", "server.pem", "server.key", "issued.json"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_it_is_the_same_after_a_restart(tmp_path):
    first = new_authority(tmp_path)
    pem = first.sign(request(), "CP-1")
    second = new_authority(tmp_path)
    assert (second.root_pem, second.root_fingerprint) == (first.root_pem, first.root_fingerprint)
    assert second.names_in(der(pem)) == {"CP-1"}
    assert second.has_issued
    assert len(second.root_fingerprint) == 95


def test_the_server_certificate_names_all_addresses_and_is_valid_since_1970(tmp_path):
    authority = new_authority(tmp_path)
    names = ["192.0.2.1", "2001:db8::1", "homeassistant.local"]
    assert authority.renew_server(names)
    certificate, root = x509.load_pem_x509_certificates(
        authority.server_certificate_path.read_bytes()
    )
    certificate.verify_directly_issued_by(root)
    alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert [str(name.value) for name in alternative.value] == names
    assert certificate.not_valid_before_utc == datetime(1970, 1, 1, tzinfo=UTC)
    assert certificate.subject.rfc4514_string() == "CN=192.0.2.1,O=EVSE OCPP"


def test_it_is_renewed_when_addresses_change_before_its_end_and_when_damaged(tmp_path):
    clock = Clock()
    authority = new_authority(tmp_path, clock)
    assert authority.renew_server(["192.0.2.1"])
    assert not authority.renew_server(["192.0.2.1"])
    assert authority.renew_server(["192.0.2.1", "192.0.2.2"])
    assert not authority.renew_server(["192.0.2.2", "192.0.2.1"])
    clock.now += timedelta(days=module.SERVER_DAYS - module.RENEW_DAYS - 1)
    assert not authority.renew_server(["192.0.2.2", "192.0.2.1"])
    clock.now += timedelta(days=1)
    assert authority.renew_server(["192.0.2.2", "192.0.2.1"])
    authority.server_certificate_path.write_text("damaged")
    assert authority.renew_server(["192.0.2.2", "192.0.2.1"])
    authority.server_key_path.unlink()
    assert authority.renew_server(["192.0.2.2", "192.0.2.1"])


def test_a_certificate_of_another_root_is_renewed(tmp_path):
    authority, other = new_authority(tmp_path / "a"), new_authority(tmp_path / "b")
    other.renew_server(["192.0.2.1"])
    authority.server_certificate_path.write_bytes(other.server_certificate_path.read_bytes())
    authority.server_key_path.write_bytes(other.server_key_path.read_bytes())
    assert authority.renew_server(["192.0.2.1"])


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)],
    ids=["ec", "rsa"],
)
def test_a_charger_gets_a_certificate_in_our_name_for_it(made, key):
    pem = made.sign(request(key, "somebody else"), "CP-1")
    certificate = x509.load_pem_x509_certificate(pem.encode())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(made.root_pem.encode()))
    assert certificate.subject.rfc4514_string() == "CN=CP-1,O=Maker"
    assert certificate.public_key() == key.public_key()
    assert made.names_in(der(pem)) == {"CP-1"}


def test_a_request_with_escaped_line_ends_or_without_organisation(made):
    pem = made.sign(request(organisation=None).replace("\n", "\\n"), "CP-2")
    certificate = x509.load_pem_x509_certificate(pem.encode())
    assert certificate.subject.rfc4514_string() == "CN=CP-2,O=EVSE OCPP"


@pytest.mark.parametrize(
    ("csr", "why"),
    [
        ("", "no PKCS #10"),
        ("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "PKCS"),
        ("x" * 6000, "6000 characters; allowed are 5500"),
        (request(rsa.generate_private_key(65537, 1024)), "allowed are RSA from 2048"),
        (request(ec.generate_private_key(ec.SECP192R1())), "EC from 224 bits"),
        (request(ed25519.Ed25519PrivateKey.generate()), "key Ed25519PublicKey"),
    ],
    ids=["empty", "damaged", "long", "rsa", "ec", "ed25519"],
)
def test_what_is_not_signed(made, csr, why):
    with pytest.raises(RequestError, match=why):
        made.sign(csr, "CP-1")


def test_a_request_signed_by_another_key_is_refused(made):
    good = x509.load_pem_x509_csr(request().encode()).public_bytes(serialization.Encoding.DER)
    forged = bytearray(good)
    forged[good.index(b"anything")] = ord("A")
    text = ssl.DER_cert_to_PEM_cert(bytes(forged)).replace("CERTIFICATE", "CERTIFICATE REQUEST")
    with pytest.raises(RequestError, match="signature"):
        made.sign(text, "CP-1")


def test_what_was_revoked_or_never_issued_is_nobodys(tmp_path):
    authority, other = new_authority(tmp_path / "a"), new_authority(tmp_path / "b")
    pems = [authority.sign(request(), identity) for identity in ("CP-1", "CP-1", "CP-2")]
    authority.revoke("CP-1")
    authority.revoke("CP-9")
    assert [authority.names_in(der(pem)) for pem in pems] == [set(), set(), {"CP-2"}]
    again = new_authority(tmp_path / "a")
    assert [again.names_in(der(pem)) for pem in pems] == [set(), set(), {"CP-2"}]
    assert authority.names_in(der(other.sign(request(), "CP-2"))) == set()
    assert authority.names_in(b"no certificate") == set()


def test_a_charger_that_asks_without_end_has_its_last_few_certificates(made):
    first = made.sign(request(), "CP-2")
    pems = [made.sign(request(), "CP-1") for _ in range(MAX_CERTIFICATES + 2)]
    good = [bool(made.names_in(der(pem))) for pem in pems]
    assert good == [False, False] + [True] * MAX_CERTIFICATES
    assert made.names_in(der(first)) == {"CP-2"}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("root.pem", "damaged", "damaged root"),
        ("root.key", "damaged", "damaged root"),
        ("root.key", None, "No such file"),
        ("issued.json", "{", "issued.json: damaged"),
        ("issued.json", "[]", "issued.json: damaged"),
    ],
)
def test_damage_is_told_and_nothing_is_made_anew(tmp_path, name, content, why):
    """A new root would have to be brought to every charger by hand."""
    new_authority(tmp_path)
    path = tmp_path / name
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    with pytest.raises(AuthorityError, match=why):
        new_authority(tmp_path)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_a_key_of_another_root_is_told(tmp_path):
    new_authority(tmp_path / "a")
    new_authority(tmp_path / "b")
    (tmp_path / "a" / "root.key").write_bytes((tmp_path / "b" / "root.key").read_bytes())
    with pytest.raises(AuthorityError, match=r"root\.key does not belong"):
        new_authority(tmp_path / "a")


def test_it_must_be_opened_first(tmp_path):
    with pytest.raises(RuntimeError, match="not open"):
        _ = Authority(tmp_path, Clock()).root_pem


def test_a_half_written_file_of_a_power_cut_is_no_obstacle(tmp_path):
    authority = new_authority(tmp_path)
    (tmp_path / "issued.json.new").write_text("half")
    authority.sign(request(), "CP-1")
    assert new_authority(tmp_path).has_issued


def test_the_context_asks_for_certificates_only_where_they_exist(made):
    made.renew_server(["192.0.2.1"])
    context = server_context(made.server_certificate_path, made.server_key_path, made.root_pem)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_NONE
    ask_for_certificates(context, wanted=True)
    assert context.verify_mode is ssl.CERT_OPTIONAL
    ask_for_certificates(context, wanted=False)
    assert context.verify_mode is ssl.CERT_NONE
    names = {cipher["name"] for cipher in context.get_ciphers()}
    assert {"ECDHE-ECDSA-AES128-GCM-SHA256", "AES128-GCM-SHA256", "AES256-GCM-SHA384"} <= names
    assert not any("RC4" in name or "NULL" in name or "DES" in name for name in names)


def test_files_that_cannot_be_used_are_named(made, tmp_path):
    made.renew_server(["192.0.2.1"])
    context = server_context(made.server_certificate_path, made.server_key_path, made.root_pem)
    missing, junk, locked = tmp_path / "missing.pem", tmp_path / "junk.pem", tmp_path / "key.pem"
    junk.write_text("junk")
    key = ec.generate_private_key(ec.SECP256R1())
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(AuthorityError, match=r"missing\.pem"):
        load_certificate(context, missing, made.server_key_path)
    with pytest.raises(AuthorityError, match=r"junk\.pem"):
        load_certificate(context, junk, made.server_key_path)
    with pytest.raises(AuthorityError, match="the key has a password"):
        load_certificate(context, made.server_certificate_path, locked)
