"""What is asked of certificates (behaviours 71, 72, 75), against real ones."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from evse.ocpp.security.certificates import (
    CertificateError,
    check_signed,
    check_trusted,
    hash_data,
    new_key,
    parse_chain,
    renewal_due,
    same_hash_data,
    signature_holds,
    signing_request,
)
from tests.firmware.ocpp.security.authority import Authority, pem

NOW = datetime.now(UTC)
FILE = b"firmware" * 1000
DIGEST = hashlib.sha256(FILE).digest()


@pytest.mark.parametrize("bits", [0, 2048])
def test_hash_data_is_that_of_ocsp(bits: int) -> None:
    """Behaviour 72: SHA-256 of issuer name and issuer key, by an independent implementation."""
    root = Authority(rsa_bits=bits)
    below = Authority("below", root)
    for certificate in (root.certificate, below.certificate):
        request = ocsp.OCSPRequestBuilder().add_certificate(
            certificate, root.certificate, hashes.SHA256()
        )
        asked = request.build()
        data = hash_data(certificate, [below.certificate, root.certificate])
        assert data["issuer_name_hash"] == asked.issuer_name_hash.hex()
        assert data["issuer_key_hash"] == asked.issuer_key_hash.hex()
        assert int(data["serial_number"], 16) == certificate.serial_number
        assert not data["serial_number"].startswith("0")


def test_hexadecimal_ignores_case_and_leading_zeros() -> None:
    data = hash_data(Authority().certificate, [])
    other = {key: value.upper() for key, value in data.items()}
    other["serial_number"] = "00" + other["serial_number"]
    assert same_hash_data(data, other)
    assert not same_hash_data(data, other | {"serial_number": "1"})
    assert not same_hash_data(data, other | {"issuer_key_hash": "ab"})


def test_a_signing_request_names_wallbox_and_operator() -> None:
    """Behaviour 71: a CSR in PEM."""
    request = x509.load_pem_x509_csr(signing_request(new_key(), "SER1", "Operator").encode())
    assert request.is_signature_valid
    names = {attribute.oid: attribute.value for attribute in request.subject}
    assert names == {NameOID.COMMON_NAME: "SER1", NameOID.ORGANIZATION_NAME: "Operator"}
    alone = x509.load_pem_x509_csr(signing_request(new_key(), "SER1", "").encode())
    assert alone.subject.rfc4514_string() == "CN=SER1"


def test_a_signed_chain_is_for_our_key_and_sound() -> None:
    """Behaviour 71."""
    root, other, key = Authority(), Authority(), new_key()
    below = Authority("below", root)
    leaf = below.issue(key.public_key())
    for chain in ([leaf], [leaf, below.certificate], [leaf, below.certificate, root.certificate]):
        check_signed(chain, key, [root.certificate], NOW)
    check_signed([leaf], key, [], NOW)
    check_signed([Authority("apart").issue(key.public_key())], key, [root.certificate], NOW)
    with pytest.raises(CertificateError, match="another key"):
        check_signed([leaf], new_key(), [], NOW)
    with pytest.raises(CertificateError, match="not signed by"):
        check_signed([leaf, root.certificate], key, [], NOW)
    with pytest.raises(CertificateError, match="has not signed it"):
        check_signed([other.issue(key.public_key())], key, [root.certificate], NOW)
    for when in (NOW - timedelta(days=2), NOW + timedelta(days=400)):
        with pytest.raises(CertificateError, match="valid from"):
            check_signed([leaf], key, [], when)


def test_trust_comes_from_a_root() -> None:
    """Behaviour 75: the signing certificate against the manufacturer's root."""
    root = Authority()
    below = Authority("below", root)
    leaf = below.issue(new_key().public_key())
    check_trusted([leaf, below.certificate], [root.certificate], NOW)
    check_trusted([root.certificate], [root.certificate], NOW)
    for chain, roots in (
        ([leaf], [root.certificate]),
        ([leaf, below.certificate], []),
        ([leaf, below.certificate], [Authority().certificate]),
    ):
        with pytest.raises(CertificateError, match="none of the"):
            check_trusted(chain, roots, NOW)


@pytest.mark.parametrize("text", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n", "é"])
def test_what_is_no_certificate(text: str) -> None:
    with pytest.raises(CertificateError, match="no certificate"):
        parse_chain(text)


def test_a_chain_is_read_in_its_order() -> None:
    root = Authority()
    leaf = root.issue(new_key().public_key())
    assert parse_chain(pem(leaf, root.certificate)) == [leaf, root.certificate]


@pytest.mark.parametrize(
    ("lifetime_days", "left_days", "due"),
    [(365, 31, False), (365, 29, True), (9, 3.1, False), (9, 2.9, True), (365, -1, True)],
)
def test_renewal(lifetime_days: float, left_days: float, due: bool) -> None:
    """30 days before the end, or in the last third of a short life."""
    certificate = Authority(ends=timedelta(days=lifetime_days - 1)).certificate
    now = certificate.not_valid_after_utc - timedelta(days=left_days)
    assert renewal_due(certificate, now) is due


def _signed(key: Any, way: str) -> bytes:
    match way:
        case "ecdsa":
            return key.sign(FILE, ec.ECDSA(hashes.SHA256()))
        case "pss":
            salted = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            return key.sign(FILE, salted, hashes.SHA256())
    return key.sign(FILE, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(("bits", "way"), [(0, "ecdsa"), (2048, "pss"), (2048, "pkcs1")])
def test_a_signature_over_the_file(bits: int, way: str) -> None:
    """Behaviour 75: base64, over the file."""
    signer = Authority(rsa_bits=bits)
    signature = base64.b64encode(_signed(signer.key, way)).decode()
    assert signature_holds(signer.certificate, signature, DIGEST)
    assert not signature_holds(signer.certificate, signature, hashlib.sha256(b"x").digest())
    assert not signature_holds(Authority(rsa_bits=bits).certificate, signature, DIGEST)
    for broken in ("", "no base64!", signature[:-8], base64.b64encode(b"x").decode()):
        assert not signature_holds(signer.certificate, broken, DIGEST)


def test_a_short_rsa_key_signs_nothing() -> None:
    """Whitepaper, 2.4."""
    signer = Authority(rsa_bits=1024)
    assert isinstance(signer.key, rsa.RSAPrivateKey)
    signature = base64.b64encode(_signed(signer.key, "pkcs1")).decode()
    assert not signature_holds(signer.certificate, signature, DIGEST)
