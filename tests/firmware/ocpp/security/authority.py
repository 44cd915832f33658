"""A certificate authority for the tests: real certificates, valid since yesterday."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

YEAR = timedelta(days=365)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def pem(*certificates: x509.Certificate) -> str:
    return "".join(c.public_bytes(serialization.Encoding.PEM).decode() for c in certificates)


class Authority:
    """A root, or with `issuer` an authority below it."""

    def __init__(
        self,
        name: str = "Test root",
        issuer: "Authority | None" = None,
        ends: timedelta = YEAR,
        rsa_bits: int = 0,
    ) -> None:
        self.key: Any = (
            rsa.generate_private_key(65537, rsa_bits)
            if rsa_bits
            else ec.generate_private_key(ec.SECP256R1())
        )
        self.certificate = (issuer or self)._issue(
            named(name), self.key.public_key(), ends, ca=True, issuer=issuer and issuer.certificate
        )

    @property
    def pem(self) -> str:
        return pem(self.certificate)

    def _issue(
        self,
        subject: x509.Name,
        public_key: Any,
        ends: timedelta,
        *,
        ca: bool = False,
        issuer: x509.Certificate | None = None,
        serial: int | None = None,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        host = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(public_key)
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([host]), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def issue(
        self, public_key: Any, name: str = "127.0.0.1", ends: timedelta = YEAR
    ) -> x509.Certificate:
        """A certificate for a key, signed by this authority."""
        return self._issue(named(name), public_key, ends, issuer=self.certificate)

    def sign(self, csr: str, ends: timedelta = YEAR) -> str:
        """The chain that answers a signing request."""
        request = x509.load_pem_x509_csr(csr.encode())
        assert request.is_signature_valid
        leaf = self._issue(request.subject, request.public_key(), ends, issuer=self.certificate)
        return pem(leaf, self.certificate)

    def server_tls(self, folder: Path, clients: "Authority | None" = None) -> ssl.SSLContext:
        """TLS of a server at 127.0.0.1; with `clients` it demands a certificate by them."""
        key = ec.generate_private_key(ec.SECP256R1())
        file = folder / f"server-{id(self)}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.write_bytes(private + pem(self.issue(key.public_key())).encode())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        if clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=clients.pem)
        return context
