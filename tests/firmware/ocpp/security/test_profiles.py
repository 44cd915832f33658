"""Security profiles: raised, tried, never lowered; TLS as it has to be (behaviours 68, 69, 76)."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from ocpp.v16 import call

from evse.ocpp.security.store import CertificateStore, Use
from evse.ocpp.security.tls import address, client_context, security_event
from evse.ocpp.security.trial import TRIAL_S
from evse.ocpp.timing import CONNECT_TIMEOUT_S, RECONNECT_DELAY_S, TRIAL_WAIT_S
from tests.firmware.ocpp.security.authority import Authority
from tests.firmware.ocpp.security.conftest import PASSWORD
from tests.firmware.ocpp.security.test_management import asked_for


async def raised(central: Any, profile: int | str) -> str:
    answer = await central.ask(call.ChangeConfiguration("SecurityProfile", str(profile)))
    return str(answer.status)


async def shown(central: Any) -> str:
    answer = await central.ask(call.GetConfiguration(["SecurityProfile"]))
    return str(answer.configuration_key[0]["value"])


@pytest.mark.parametrize(
    ("url", "profile", "expected"),
    [
        ("ws://h:1/p", 1, "ws://h:1/p"),
        ("wss://h/p", 1, "wss://h/p"),
        ("ws://h:1/p", 2, "wss://h:1/p"),
        ("ws://h/p", 3, "wss://h/p"),
        ("wss://h/p", 0, "wss://h/p"),
    ],
)
def test_the_profile_decides_on_tls(url: str, profile: int, expected: str) -> None:
    assert address(url, profile) == expected


async def test_raised_to_tls_with_the_same_address(
    central: Any, secured: Any, eventually: Any, stop: Any, restart: Any, tmp_path: Path
) -> None:
    """Behaviour 69, 76: Accepted, then a connection over TLS which the installed root vouches for,
    with the password."""
    root = Authority()
    installed = await central.ask(call.InstallCertificate("CentralSystemRootCertificate", root.pem))
    assert installed.status == "Accepted"
    assert await raised(central, 2) == "Accepted"
    central.tls = root.server_tls(tmp_path)
    await stop(central)
    central.requests.clear()
    await restart(central)
    await eventually(lambda: secured.client.connected and central.requests)
    assert central.requests[-1].headers["Authorization"].startswith("Basic ")
    assert await shown(central) == "2"
    assert not secured.client._security.trial.under_way


async def test_back_to_the_old_profile_when_the_new_one_does_not_connect(
    central: Any, secured: Any, eventually: Any, monkeypatch: Any
) -> None:
    """Behaviour 69: the key says so too."""
    monkeypatch.setattr("evse.ocpp.link.TRIAL_S", 1.0)
    before = secured.client.counters.connections
    assert await raised(central, 2) == "Accepted"  # and there is no TLS here
    await eventually(lambda: secured.settings["ocpp.security_profile"] == 2)
    await eventually(lambda: secured.client.counters.connections == before + 1)
    await eventually(lambda: secured.client.connected)
    assert await shown(central) == "1"
    assert not secured.client._security.trial.under_way


def test_the_trial_leaves_time_for_the_old_profile() -> None:
    """Behaviour 69: within 30 s, at the worst."""
    longest_s = 2 * RECONNECT_DELAY_S + TRIAL_S + TRIAL_WAIT_S + CONNECT_TIMEOUT_S
    assert longest_s < 30


async def test_a_trial_goes_on_after_a_power_cut(
    central: Any, secured: Any, make_wallbox: Any, eventually: Any, monkeypatch: Any
) -> None:
    """Nobody is left with a profile that has never worked."""
    monkeypatch.setattr("evse.ocpp.link.TRIAL_S", 0.5)
    assert await raised(central, 2) == "Accepted"
    await secured.kill()
    again = await make_wallbox(f"ocpp.password={PASSWORD}", speed=1)
    assert again.settings["ocpp.security_profile"] == 2
    again.start()
    await eventually(lambda: again.client.connected)
    assert again.settings["ocpp.security_profile"] == 1


@pytest.mark.parametrize("profile", ["0", "3", "4", "x", "-1"])
async def test_a_profile_that_cannot_be(central: Any, secured: Any, profile: str) -> None:
    """Lower than now, without a certificate of ours, or none at all."""
    assert await raised(central, profile) == "Rejected"
    assert await shown(central) == "1"


async def test_no_password_no_profile_with_one(central: Any, wallbox: Any) -> None:
    for profile in (1, 2):
        assert await raised(central, profile) == "Rejected"
    assert await shown(central) == "0"
    assert not wallbox.client._security.trial.under_way


async def test_the_wallbox_itself_may_lower_it(central: Any, secured: Any, eventually: Any) -> None:
    """Whoever stands in front of it; the next connection has no trial."""
    await secured.settings.set("ocpp.security_profile", 0, "test")
    await eventually(lambda: secured.client.counters.connections == 2)
    await eventually(lambda: secured.client.connected)


@pytest.mark.parametrize("key", ["", "short", "x" * 41])
async def test_a_password_that_cannot_be(central: Any, secured: Any, key: str) -> None:
    """Behaviour 68: 16 to 40 characters."""
    answer = await central.ask(call.ChangeConfiguration("AuthorizationKey", key))
    assert answer.status == "Rejected"
    assert secured.settings["ocpp.password"] == PASSWORD


@pytest.mark.parametrize("wrong", ["root", "host", "self-signed"])
async def test_a_server_that_is_not_ours_gets_no_connection(
    central: Any,
    make_wallbox: Any,
    eventually: Any,
    stop: Any,
    restart: Any,
    tmp_path: Path,
    wrong: str,
) -> None:
    """Behaviour 76; what happened is kept for the next connection (behaviour 73)."""
    root = Authority()
    central.tls = (Authority() if wrong == "root" else root).server_tls(tmp_path)
    await stop(central)
    await restart(central)
    if wrong != "self-signed":
        CertificateStore(tmp_path).add_root(Use.CENTRAL_SYSTEM, root.certificate)
    url = central.url.replace("127.0.0.1", "localhost") if wrong == "host" else central.url
    wallbox = await make_wallbox(
        f"ocpp.url={url}", f"ocpp.password={PASSWORD}", "ocpp.security_profile=2", speed=1
    )
    wallbox.start()
    log = wallbox.client._security.events
    kept: list[str] = []

    async def look() -> None:
        kept[:] = [event.type for event in await log.all()]

    for _ in range(3000):
        await look()
        if "InvalidCentralSystemCertificate" in kept:
            break
        await _pause()
    assert kept.count("InvalidCentralSystemCertificate") == 1
    assert central.requests == []


async def _pause() -> None:
    import asyncio

    await asyncio.sleep(0.02)


def test_tls_is_new_enough() -> None:
    context = client_context((), None)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (ssl.SSLCertVerificationError("no"), "InvalidCentralSystemCertificate"),
        (ssl.SSLError(1, "[SSL: UNSUPPORTED_PROTOCOL] x"), "InvalidTLSVersion"),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] x"), "InvalidTLSVersion"),
        (ssl.SSLError(1, "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] x"), "InvalidTLSCipherSuite"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] x"), None),
        (ConnectionRefusedError(), None),
    ],
)
def test_the_event_of_a_failed_handshake(error: Exception, event: str | None) -> None:
    assert security_event(error) == event


async def test_profile_3_with_a_certificate_and_the_one_before(
    central: Any, secured: Any, eventually: Any, stop: Any, restart: Any, tmp_path: Path
) -> None:
    """The client's certificate is asked for; a renewed one that does not get in is passed over."""
    root = Authority()
    await central.ask(call.InstallCertificate("CentralSystemRootCertificate", root.pem))
    csr = await asked_for(central, eventually)
    assert (await central.ask(call.CertificateSigned(root.sign(csr)))).status == "Accepted"
    assert await raised(central, 3) == "Accepted"
    central.tls = root.server_tls(tmp_path, clients=root)
    await stop(central)
    central.requests.clear()
    await restart(central)
    await eventually(lambda: secured.client.connected and central.requests)
    assert "Authorization" not in central.requests[-1].headers
    assert await shown(central) == "3"
    # By another authority, which this server does not know.
    csr = await asked_for(central, eventually)
    answer = await central.ask(call.CertificateSigned(Authority("other").sign(csr)))
    assert answer.status == "Accepted"
    count = len(central.requests)
    await eventually(lambda: len(central.requests) > count and secured.client.connected)
    assert CertificateStore(tmp_path).previous_identity() is not None
