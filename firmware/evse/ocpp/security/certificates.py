"""What we ask of certificates (OCPP 1.6 security whitepaper, edition 3). Pure."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.x509.oid import NameOID

Certificate = x509.Certificate
Key = ec.EllipticCurvePrivateKey

_HASHES = {"SHA256": hashlib.sha256, "SHA384": hashlib.sha384, "SHA512": hashlib.sha512}

MIN_RSA_BITS = 2048  # whitepaper, 2.4

RENEW_BEFORE = timedelta(days=30)
"""A certificate is renewed so long before it ends: time for an operator to mend what fails."""


class CertificateError(ValueError):
    """A certificate that cannot be used; the text says why."""


def parse_chain(pem: str) -> list[Certificate]:
    """The certificates of a PEM text, at least one. Raises CertificateError."""
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise CertificateError(f"came no certificate in PEM: {error}") from error


def text(certificates: Iterable[Certificate]) -> str:
    """The PEM of certificates, one behind the other."""
    encoding = serialization.Encoding.PEM
    return "".join(each.public_bytes(encoding).decode() for each in certificates)


def check_validity(certificate: Certificate, now: datetime) -> None:
    """Raise CertificateError unless `now` is within its time."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begins <= now <= ends:
        raise CertificateError(f"it is valid from {begins} to {ends}, and now it is {now}")


def issued_by(certificate: Certificate, issuer: Certificate) -> bool:
    """True when `issuer` has signed it."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def check_chain(chain: Sequence[Certificate], now: datetime) -> None:
    """Raise CertificateError unless each is valid now and signed by the one behind it."""
    for certificate in chain:
        check_validity(certificate, now)
    for certificate, issuer in pairwise(chain):
        if not issued_by(certificate, issuer):
            raise CertificateError(
                f"{name(certificate)} is not signed by {name(issuer)}, which stands behind it"
            )


def check_trusted(
    chain: Sequence[Certificate], roots: Sequence[Certificate], now: datetime
) -> None:
    """Raise CertificateError unless the chain leads to one of `roots`, or begins with one."""
    check_chain(chain, now)
    last = chain[-1]
    anchors = [root for root in roots if last == root or issued_by(last, root)]
    if not anchors:
        raise CertificateError(f"{name(last)} is signed by none of the {len(roots)} roots")
    check_validity(anchors[0], now)


def name(certificate: Certificate) -> str:
    """The subject of a certificate, for messages."""
    return certificate.subject.rfc4514_string() or "a certificate without a subject"


def hash_data(
    certificate: Certificate, known: Iterable[Certificate], algorithm: str = "SHA256"
) -> dict[str, str]:
    """CertificateHashDataType of a certificate, whose issuer may be among `known`.

    The hash of the key is over the bits of the public key, as OCSP (RFC 6960, 4.1.1) has it.
    """
    hashed = _HASHES[algorithm]
    issuer = next((each for each in known if issued_by(certificate, each)), certificate)
    return {
        "hash_algorithm": algorithm,
        "issuer_name_hash": hashed(certificate.issuer.public_bytes()).hexdigest(),
        "issuer_key_hash": hashed(_key_bits(issuer)).hexdigest(),
        "serial_number": f"{certificate.serial_number:x}",
    }


def same_hash_data(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """True when both mean the same certificate; hexadecimal ignores case and leading zeros."""
    hexadecimal = ("issuer_name_hash", "issuer_key_hash")
    return all(str(one[key]).lower() == str(other[key]).lower() for key in hexadecimal) and str(
        one["serial_number"]
    ).lower().lstrip("0") == str(other["serial_number"]).lower().lstrip("0")


def _key_bits(certificate: Certificate) -> bytes:
    """The bits of subjectPublicKey, without tag and length."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def new_key() -> Key:
    """A private key on P-256 (whitepaper, 2.4): made in no time on a small computer too."""
    return ec.generate_private_key(ec.SECP256R1())


def key_text(key: Key) -> bytes:
    """The PEM of a private key, not encrypted: who may read the state folder has it anyway."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def signing_request(key: Key, serial: str, operator: str) -> str:
    """The CSR in PEM: the wallbox's serial number as common name, the operator as organisation."""
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, serial[:64])]
    if operator:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, operator))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def check_signed(
    chain: Sequence[Certificate], key: Key, roots: Sequence[Certificate], now: datetime
) -> None:
    """Raise CertificateError unless the chain is for our key, sound, and no installed root forged.

    An operator's authority for wallboxes is often another than that of the server's certificate,
    so the chain need not lead to a root that we know; where it names one, the root has signed it.
    """
    if chain[0].public_key() != key.public_key():
        raise CertificateError("it is for another key than ours")
    check_chain(chain, now)
    last = chain[-1]
    named = [root for root in roots if root.subject == last.issuer]
    if named and not any(last == root or issued_by(last, root) for root in named):
        raise CertificateError(f"{name(named[0])} has not signed it")


def renewal_due(certificate: Certificate, now: datetime) -> bool:
    """True when it is time for the next one: the last 30 days, or the last third of its time."""
    ends = certificate.not_valid_after_utc
    lifetime = ends - certificate.not_valid_before_utc
    return now >= ends - min(RENEW_BEFORE, lifetime / 3)


def signature_holds(certificate: Certificate, signature: str, digest: bytes) -> bool:
    """True when `signature` (base64) over a file of this SHA-256 is by the certificate's key.

    RSA with PSS or PKCS #1 v1.5 padding (what `openssl dgst -sign` makes), or ECDSA.
    """
    try:
        decoded = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    key, prehashed = certificate.public_key(), utils.Prehashed(hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _verifies(lambda: key.verify(decoded, digest, ec.ECDSA(prehashed)))
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MIN_RSA_BITS:
        return False
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
    return any(
        _verifies(lambda way=way: key.verify(decoded, digest, way, prehashed))
        for way in (pss, padding.PKCS1v15())
    )


def _verifies(check: Any) -> bool:
    try:
        check()
    except InvalidSignature:
        return False
    return True
