"""wss with real sockets: passwords, client certificates, and everything that goes wrong in TLS."""

import asyncio
import random
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.exceptions import InvalidStatus, WebSocketException

from custom_components.evse_ocpp.central import listener
from custom_components.evse_ocpp.central.admission import LinkSettings, Outcome, Security
from custom_components.evse_ocpp.central.authority import Authority
from custom_components.evse_ocpp.central.tls import (
    Tls,
    ask_for_certificates,
    load_certificate,
    server_context,
)
from scripts.harness.bare_websocket import PING, Client, Target

from .test_server import alive


class House:
    """A central system with ws and wss, and its authority."""

    def __init__(self, site, authority: Authority, directory: Path) -> None:
        self.site = site
        self.authority = authority
        self.directory = directory
        authority.renew_server(["127.0.0.1"])
        self.context = server_context(
            authority.server_certificate_path, authority.server_key_path, authority.root_pem
        )

    def client(self, certificate: str | None = None, key: Path | None = None) -> ssl.SSLContext:
        """What a charger with our root does; `certificate` (PEM) with the file of its key."""
        context = ssl.create_default_context(cadata=self.authority.root_pem)
        if certificate is not None:
            path = self.directory / "charger.pem"
            path.write_text(certificate)
            context.load_cert_chain(path, key)
        return context

    def request(self) -> tuple[str, Path]:
        """A certificate request and the file of its key."""
        key, path = ec.generate_private_key(ec.SECP256R1()), self.directory / "charger.key"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        return csr.sign(key, hashes.SHA256()).public_bytes(
            serialization.Encoding.PEM
        ).decode(), path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One root for all: it takes time to make."""
    authority = Authority(tmp_path_factory.mktemp("authority"), lambda: datetime.now(UTC))
    authority.open()
    return authority


@pytest.fixture
async def house(site, authority, tmp_path) -> House:
    house = House(site, authority, tmp_path)
    await site.central.start_tls(0, Tls(house.context, authority.names_in))
    return house


def last(site):
    return site.central.attempts[-1]


async def failed(site, until: Callable) -> str:
    """Wait for the attempt of a failed TLS handshake and return what went wrong."""
    await until(lambda: [each for each in site.central.attempts if each.tls not in (None, "tls")])
    assert last(site).outcome is Outcome.TLS_ERROR
    return last(site).tls


async def test_a_password_over_wss(house, site):
    assert await alive(await site.dial(tls=house.client()))
    assert (last(site).tls, last(site).credentials) == ("tls", "password")
    with pytest.raises(InvalidStatus):
        await site.dial("/ocpp/CP-2", user="CP-2", password="wrong", tls=house.client())
    assert last(site).outcome is Outcome.WRONG_PASSWORD
    assert await alive(await site.dial("/ocpp/CP-2", user="CP-2"))  # ws goes on beside it
    assert (last(site).tls, last(site).outcome) == (None, Outcome.ADMITTED)


async def test_a_charger_that_must_come_encrypted(house, site):
    site.settings["CP-1"] = LinkSettings(Security.TLS_PASSWORD)
    with pytest.raises(InvalidStatus) as refusal:
        await site.dial()
    assert refusal.value.response.status_code == 403
    assert site.refused[-1].outcome is Outcome.NOT_ENCRYPTED
    assert await alive(await site.dial(tls=house.client()))


async def test_a_certificate_of_ours_is_a_charger_s_credentials(house, site, until):
    site.settings["CP-1"] = LinkSettings(Security.TLS_CERTIFICATE)
    ask_for_certificates(house.context, wanted=True)
    with pytest.raises(InvalidStatus):
        await site.dial(tls=house.client())
    assert last(site).outcome is Outcome.NO_CERTIFICATE
    csr, key = house.request()
    client = house.client(house.authority.sign(csr, "CP-1"), key)
    assert await alive(await site.dial(password=None, tls=client))
    assert (last(site).credentials, last(site).tls) == ("certificate", "tls")
    site.settings["CP-2"] = LinkSettings(Security.TLS_CERTIFICATE)
    with pytest.raises(InvalidStatus):  # of another charger
        await site.dial("/ocpp/CP-2", password=None, tls=client)
    house.authority.revoke("CP-1")
    with pytest.raises(InvalidStatus):
        await site.dial(password=None, tls=client)
    assert last(site).outcome is Outcome.NO_CERTIFICATE


async def test_a_certificate_of_a_stranger_s_root_is_refused_in_tls(house, site, until, tmp_path):
    other = Authority(tmp_path / "other", lambda: datetime.now(UTC))
    other.open()
    csr, key = house.request()
    client = house.client(other.sign(csr, "CP-1"), key)
    assert await alive(await site.dial(tls=client))  # nobody asks for one: a maker's is no harm
    ask_for_certificates(house.context, wanted=True)
    with pytest.raises((OSError, EOFError, TimeoutError, WebSocketException)):
        await alive(await site.dial(tls=client))
    assert "certificate verify failed" in await failed(site, until)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_old_tls_is_refused_and_told(house, site, until):
    client = house.client()
    client.minimum_version = ssl.TLSVersion.TLSv1
    client.maximum_version = ssl.TLSVersion.TLSv1_1
    client.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(OSError):
        await site.dial(tls=client)
    reason = await failed(site, until)
    assert "unsupported protocol" in reason or "no protocols" in reason


async def test_a_client_that_does_not_know_our_root(house, site, until):
    """Some tell by an alert, some just go away."""
    with pytest.raises(ssl.SSLCertVerificationError):
        await site.dial(tls=ssl.create_default_context())
    assert await failed(site, until) == "tls_error: closed by the client"

    def blocking() -> None:
        with socket.create_connection(("127.0.0.1", site.central.tls_port)) as plain:
            ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")

    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(blocking)
    await until(lambda: "unknown ca" in last(site).tls)


@pytest.mark.parametrize("cipher", ["AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"])
async def test_a_charger_with_one_old_cipher(house, site, cipher):
    """The suites which the white paper demands of a central system."""
    client = house.client()
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers(cipher)
    assert await alive(await site.dial(tls=client))


async def test_plain_http_on_the_port_for_wss(house, site, until):
    reader, writer = await asyncio.open_connection("127.0.0.1", site.central.tls_port)
    writer.write(b"GET /ocpp/CP-1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n")
    await asyncio.wait_for(reader.read(), 8)
    writer.close()
    assert await failed(site, until) == "tls_error: http request"
    assert last(site).address == "127.0.0.1"


async def test_nothing_is_written_after_the_end_of_a_flood(house, site, until, caplog):
    """TLS would log each pong; it keeps the end to itself while reading is held."""
    site.settings["CP-2"] = LinkSettings(passwordless=True)
    target = Target("127.0.0.1", site.central.port, site.central.tls_port, "CP-2")
    client = Client(random.Random(7), target)
    reader, writer = await client.open(tls=True)
    writer.write(client.handshake(Sec_WebSocket_Protocol="ocpp1.6"))
    await reader.readuntil(b"\r\n\r\n")
    await until(lambda: site.chargers["CP-2"].connected)
    writer.write(client.frame(PING, b"p") * 10_000)
    writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
    await until(lambda: not site.chargers["CP-2"].connected)
    client.abort()
    assert "SSL connection is closed" not in caplog.text


async def test_tls_on_the_port_for_ws(house, site, until):
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", site.central.port, ssl=house.client())
    assert await failed(site, until) == "tls_error: TLS on the port for ws"


async def test_a_client_that_never_speaks_tls(house, site, until, monkeypatch):
    monkeypatch.setattr(listener, "OPEN_TIMEOUT_S", 0.2)
    reader, _ = await asyncio.open_connection("127.0.0.1", site.central.tls_port)
    assert await alive(await site.dial(tls=house.client()))
    assert await asyncio.wait_for(reader.read(), 8) == b""
    await failed(site, until)
    assert len(site.central.waiting) == 0


async def test_a_renewed_certificate_counts_from_the_next_connection_on(house, site):
    old = await site.dial(tls=house.client())
    house.authority.renew_server(["127.0.0.1", "192.0.2.1"])
    load_certificate(
        house.context, house.authority.server_certificate_path, house.authority.server_key_path
    )
    new = await site.dial("/ocpp/CP-2", user="CP-2", tls=house.client())
    names = new.websocket.transport.get_extra_info("ssl_object").getpeercert()["subjectAltName"]
    assert ("IP Address", "192.0.2.1") in names
    assert await alive(old)


async def test_wss_can_be_closed_and_opened_while_ws_and_connections_stay(house, site):
    over_wss, over_ws = (
        await site.dial(tls=house.client()),
        await site.dial("/ocpp/CP-2", user="CP-2"),
    )
    port = site.central.tls_port
    site.central.stop_tls()
    assert site.central.tls_port is None
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)
    assert await alive(over_wss)
    assert await alive(over_ws)
    await site.central.start_tls(port, Tls(house.context, house.authority.names_in))
    assert await alive(await site.dial(tls=house.client()))
    assert await over_wss.closed() == 1012


async def test_stop_closes_wss_too(house, site):
    wallbox = await site.dial(tls=house.client())
    idle, _ = await asyncio.open_connection("127.0.0.1", site.central.tls_port)
    await site.central.stop()
    assert await wallbox.closed() == 1012
    assert await asyncio.wait_for(idle.read(), 8) == b""
    assert site.central.tls_port is None
