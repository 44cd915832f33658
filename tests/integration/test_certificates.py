"""wss as the options say, and the certificates of wallboxes."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, create_autospec, patch

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp import certificates
from custom_components.evse_ocpp.central.authority import Authority
from custom_components.evse_ocpp.central.commands import Commands, CommandUnanswered
from custom_components.evse_ocpp.central.happenings import HappeningKind
from custom_components.evse_ocpp.central.tls import load_certificate
from custom_components.evse_ocpp.const import (
    CONF_SECURITY,
    CONF_TLS,
    CONF_TLS_CERTIFICATE,
    CONF_TLS_KEY,
    CONF_TLS_PORT,
    DOMAIN,
)
from custom_components.evse_ocpp.hub import Hub

from .support import IDENTITY, PASSWORD, connected, subentry_data, until


@pytest.fixture(autouse=True)
def directory(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Home Assistant's configuration directory of this test alone."""
    hass.config.config_dir = str(tmp_path)
    hass.config.internal_url = "http://homeassistant.local:8123"
    return tmp_path


async def set_options(hass: HomeAssistant, entry: MockConfigEntry, **options: Any) -> None:
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})
    await hass.async_block_till_done()


def issue(hass: HomeAssistant) -> ir.IssueEntry | None:
    for (domain, issue_id), each in ir.async_get(hass).issues.items():
        if domain == DOMAIN and issue_id.startswith("tls_unavailable/"):
            return each
    return None


@asynccontextmanager
async def over_wss(
    hub: Hub, context: ssl.SSLContext, password: str | None = PASSWORD
) -> AsyncIterator:
    credentials = "" if password is None else f"{IDENTITY}:{password}@"
    url = f"wss://{credentials}127.0.0.1:{hub.server.tls_port}/ocpp/{IDENTITY}"
    async with connect(url, subprotocols=["ocpp1.6"], ssl=context, proxy=None) as websocket:
        yield websocket


async def trusting(hass: HomeAssistant, entry: MockConfigEntry) -> ssl.SSLContext:
    pem = await certificates.root_certificate_pem(hass, entry)
    return ssl.create_default_context(cadata=pem)


def request() -> tuple[str, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return csr.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode(), key


async def test_wss_is_switched_on_and_off_while_ws_goes_on(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub
) -> None:
    async with connected(hub) as client:
        await client.boot()
        assert hub.server.tls_port is None
        await set_options(hass, entry, **{CONF_TLS: "own", CONF_TLS_PORT: 0})
        first = hub.server.tls_port
        assert first is not None
        await set_options(hass, entry, lease_duration=120)
        assert hub.server.tls_port == first
        await set_options(hass, entry, **{CONF_TLS: "none"})
        assert hub.server.tls_port is None
        await client.boot()  # on the connection that it had before
    assert issue(hass) is None


async def test_a_wallbox_with_our_root_connects(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, directory: Path
) -> None:
    await set_options(hass, entry, **{CONF_TLS: "own", CONF_TLS_PORT: 0})
    async with over_wss(hub, await trusting(hass, entry)) as websocket:
        await until(lambda: hub.chargers[IDENTITY].connected)
        shown = websocket.transport.get_extra_info("ssl_object").getpeercert()
    names = {value for _, value in shown["subjectAltName"]}
    assert {"127.0.0.1", "homeassistant.local"} <= names
    fingerprint = await certificates.root_fingerprint(hass, entry)
    assert len(fingerprint.split(":")) == 32
    files = directory / ".storage" / f"{DOMAIN}.{entry.entry_id}.tls"
    assert files.exists()
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not files.exists()


async def test_there_is_one_root_whoever_asks_first(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hub: Hub,
) -> None:
    """A dialogue that shows the root while the server makes it."""
    roots = await asyncio.gather(
        *(certificates.root_certificate_pem(hass, entry) for _ in range(3)),
        set_options(hass, entry, **{CONF_TLS: "own", CONF_TLS_PORT: 0}),
    )
    assert len({*roots[:3], await certificates.root_certificate_pem(hass, entry)}) == 1


async def test_given_files(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "given", dt_util.utcnow)
    other.open()
    other.renew_server(["127.0.0.1"])
    files = {
        CONF_TLS_CERTIFICATE: str(other.server_certificate_path),
        CONF_TLS_KEY: str(other.server_key_path),
    }
    await set_options(hass, entry, **{CONF_TLS: "files", CONF_TLS_PORT: 0, **files})
    async with over_wss(hub, ssl.create_default_context(cadata=other.root_pem)):
        await until(lambda: hub.chargers[IDENTITY].connected)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({CONF_TLS: "files"}, "not set"),
        (
            {CONF_TLS: "files", CONF_TLS_CERTIFICATE: "/no/cert", CONF_TLS_KEY: "/no/key"},
            "/no/cert",
        ),
    ],
)
async def test_what_cannot_be_used_is_a_repair_and_ws_goes_on(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hub: Hub,
    options: dict[str, str],
    error: str,
) -> None:
    await set_options(hass, entry, **{CONF_TLS_PORT: 0, **options})
    raised = issue(hass)
    assert raised is not None
    assert error in raised.translation_placeholders["error"]
    async with connected(hub) as client:
        await client.boot()
    await set_options(hass, entry, **{CONF_TLS: "own"})
    assert issue(hass) is None
    assert hub.server.tls_port is not None


async def test_a_port_in_use_is_a_repair(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub
) -> None:
    await set_options(hass, entry, **{CONF_TLS: "own", CONF_TLS_PORT: hub.server.port})
    assert issue(hass) is not None
    assert hub.server.tls_port is None
    await set_options(hass, entry, lease_duration=120)  # tries again, in vain
    assert issue(hass) is not None
    await hass.config_entries.async_unload(entry.entry_id)
    assert issue(hass) is None


async def test_a_renewed_certificate_is_used_without_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub
) -> None:
    await set_options(hass, entry, **{CONF_TLS: "own", CONF_TLS_PORT: 0})
    hass.config.internal_url = "http://other.local:8123"
    async_fire_time_changed(
        hass, dt_util.utcnow() + certificates.CHECK_EVERY + timedelta(seconds=1)
    )
    with patch.object(certificates, "load_certificate") as load:
        await until(lambda: load.called)
    load_certificate(*load.call_args.args)
    async with over_wss(hub, await trusting(hass, entry)) as websocket:
        shown = websocket.transport.get_extra_info("ssl_object").getpeercert()
    assert ("DNS", "other.local") in shown["subjectAltName"]


async def test_a_certificate_that_cannot_be_renewed_is_a_repair(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "given", dt_util.utcnow)
    other.open()
    other.renew_server(["127.0.0.1"])
    files = {
        CONF_TLS_CERTIFICATE: str(other.server_certificate_path),
        CONF_TLS_KEY: str(other.server_key_path),
    }
    await set_options(hass, entry, **{CONF_TLS: "files", CONF_TLS_PORT: 0, **files})
    certificate = other.server_certificate_path.read_bytes()
    for content, wrong in ((b"damaged", True), (certificate, False)):
        other.server_certificate_path.write_bytes(content)
        async_fire_time_changed(hass, dt_util.utcnow() + certificates.CHECK_EVERY * 2)
        await until(lambda wrong=wrong: (issue(hass) is not None) is wrong)


@pytest.mark.parametrize("subentries", [[subentry_data(**{CONF_SECURITY: "tls_certificate"})]])
async def test_a_wallbox_gets_a_certificate_connects_by_it_and_loses_it(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, tmp_path: Path
) -> None:
    await set_options(hass, entry, **{CONF_TLS: "own", CONF_TLS_PORT: 0})
    charger = hub.chargers[IDENTITY]
    commands: AsyncMock = create_autospec(Commands, instance=True)
    charger.link_up(commands, dt_util.utcnow())
    csr, key = request()
    charger.happened(HappeningKind.CERTIFICATE_REQUEST, 0, dt_util.utcnow(), csr=csr)
    charger.happened(HappeningKind.CERTIFICATE_REQUEST, 0, dt_util.utcnow(), csr=csr)  # impatient
    await until(lambda: commands.certificate_signed.called)
    commands.certificate_signed.assert_awaited_once()
    charger.link_down()
    (tmp_path / "charger.pem").write_text(commands.certificate_signed.await_args.args[0])
    (tmp_path / "charger.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = await trusting(hass, entry)
    with pytest.raises(InvalidStatus):
        async with over_wss(hub, context):
            pass
    context.load_cert_chain(tmp_path / "charger.pem", tmp_path / "charger.key")
    async with over_wss(hub, context, None):
        await until(lambda: charger.connected)
    [subentry_id] = entry.subentries
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.async_block_till_done()
    pem = (tmp_path / "charger.pem").read_text()
    assert hub.certificates.names_in(ssl.PEM_cert_to_DER_cert(pem)) == frozenset()


async def test_a_request_that_cannot_be_signed_or_delivered_is_logged(
    hass: HomeAssistant, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    charger = hub.chargers[IDENTITY]
    commands: AsyncMock = create_autospec(Commands, instance=True)
    commands.certificate_signed.side_effect = CommandUnanswered("CertificateSigned")
    charger.link_up(commands, dt_util.utcnow())
    for csr, text in (("junk", "no PKCS #10"), (request()[0], "did not answer")):
        charger.happened(HappeningKind.CERTIFICATE_REQUEST, 0, dt_util.utcnow(), csr=csr)
        await until(lambda text=text: text in caplog.text)
        await until(lambda: not hub.certificates._signing)


async def test_a_damaged_authority_at_removal_is_logged(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hub: Hub,
    directory: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await certificates.root_certificate_pem(hass, entry)
    root = directory / ".storage" / f"{DOMAIN}.{entry.entry_id}.tls" / "root.pem"
    root.write_text("damaged")
    [subentry_id] = entry.subentries
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.async_block_till_done()
    assert "stay valid" in caplog.text
    assert not hub.chargers


async def test_stop_while_a_request_is_signed(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub
) -> None:
    forever = asyncio.Event()
    with patch.object(certificates.Certificates, "_open", AsyncMock(side_effect=forever.wait)):
        hub.chargers[IDENTITY].happened(
            HappeningKind.CERTIFICATE_REQUEST, 0, dt_util.utcnow(), csr=request()[0]
        )
        await asyncio.sleep(0)
        assert await hass.config_entries.async_unload(entry.entry_id)
