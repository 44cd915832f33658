"""The configuration keys of the security extension, and its triggers (behaviours 64, 68, 70)."""

import base64
import contextlib
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ocpp.v16 import call, call_result

from tests.firmware.ocpp.security.authority import Authority
from tests.firmware.ocpp.security.conftest import PASSWORD


@pytest.mark.parametrize(
    ("key", "value", "readonly"),
    [
        ("CpoName", "", False),
        ("SecurityProfile", "1", False),
        ("AdditionalRootCertificateCheck", "false", True),
        ("CertificateSignedMaxChainSize", "10000", True),
        ("CertificateStoreMaxLength", "16", True),
        ("DisableSecurityEventNotifications", "false", False),
        ("SupportedFileTransferProtocols", None, True),
        ("AuthorizationKey", "", False),
    ],
)
async def test_the_keys_can_be_read(
    central: Any, secured: Any, key: str, value: str | None, readonly: bool
) -> None:
    """Behaviour 70; a secret comes without its value."""
    (entry,) = (await central.ask(call.GetConfiguration([key]))).configuration_key
    assert entry["readonly"] is readonly
    if value is None:
        assert entry["value"].split(",")[:4] == ["HTTP", "HTTPS", "FTP", "FTPS"]
    else:
        assert entry.get("value", "") == value
    answer = await central.ask(call.ChangeConfiguration(key, "x" * 65))
    assert answer.status == "Rejected"


async def test_the_operators_name_can_be_set(central: Any, secured: Any) -> None:
    """Behaviour 70."""
    answer = await central.ask(call.ChangeConfiguration("CpoName", "Operator"))
    assert answer.status == "Accepted"
    (entry,) = (await central.ask(call.GetConfiguration(["CpoName"]))).configuration_key
    assert entry["value"] == "Operator"


@pytest.mark.parametrize("status", ["Accepted", "Pending"])
@pytest.mark.parametrize("key", ["fedcba9876543210", "not hexadecimal: ü", "x" * 40])
async def test_a_new_password_is_that_of_the_next_connection(
    central: Any, make_wallbox: Any, eventually: Any, status: str, key: str
) -> None:
    """Behaviour 68: while Pending too; the password of HTTP basic authentication."""
    central.answers["BootNotification"] = lambda _: call_result.BootNotification(
        "2026-01-01T00:00:00Z", 600, status
    )
    wallbox = await make_wallbox(f"ocpp.password={PASSWORD}", "ocpp.security_profile=1")
    wallbox.start()
    await eventually(lambda: central.of("BootNotification"))
    answer = await central.ask(call.ChangeConfiguration("AuthorizationKey", key))
    assert answer.status == "Accepted"
    await eventually(lambda: len(central.requests) == 2)
    token = base64.b64encode(f"box1:{key}".encode()).decode()
    assert central.requests[1].headers["Authorization"] == f"Basic {token}"


@pytest.mark.parametrize(
    ("trigger", "action"),
    [
        (call.TriggerMessage("DiagnosticsStatusNotification"), "DiagnosticsStatusNotification"),
        (call.TriggerMessage("FirmwareStatusNotification"), "FirmwareStatusNotification"),
        (
            call.ExtendedTriggerMessage("FirmwareStatusNotification"),
            "SignedFirmwareStatusNotification",
        ),
        (call.ExtendedTriggerMessage("LogStatusNotification"), "LogStatusNotification"),
    ],
)
async def test_idle_when_nothing_is_going_on(
    central: Any, secured: Any, eventually: Any, trigger: Any, action: str
) -> None:
    """Behaviour 64."""
    assert (await central.ask(trigger)).status == "Accepted"
    await eventually(lambda: central.of(action) == [{"status": "Idle"}])


@pytest.mark.parametrize(
    "action", ["BootNotification", "Heartbeat", "MeterValues", "StatusNotification"]
)
async def test_the_extended_trigger_knows_the_others_too(
    central: Any, secured: Any, eventually: Any, action: str
) -> None:
    await eventually(lambda: len(central.of("StatusNotification")) == 2)
    before = len(central.of(action))
    assert (await central.ask(call.ExtendedTriggerMessage(action, 1))).status == "Accepted"
    await eventually(lambda: len(central.of(action)) == before + 1)
    assert (await central.ask(call.ExtendedTriggerMessage(action, 7))).status == "Rejected"


@contextlib.contextmanager
def old_server(tls: ssl.SSLContext) -> Iterator[int]:
    """A server of TLS 1.1 at the port that is returned."""
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1_1
    with tls.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True) as server:

        def shake_hands() -> None:
            with contextlib.suppress(OSError):
                while True:
                    with contextlib.suppress(ssl.SSLError):
                        server.accept()

        thread = threading.Thread(target=shake_hands, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


async def test_a_server_with_an_old_tls_gets_no_connection(
    make_wallbox: Any, eventually: Any, tmp_path: Path
) -> None:
    """Whitepaper, 2.4: TLS 1.2 or newer."""
    root = Authority()
    (tmp_path / "root.pem").write_text(root.pem)
    with old_server(root.server_tls(tmp_path)) as port:
        wallbox = await make_wallbox(
            f"ocpp.url=ws://127.0.0.1:{port}/",
            f"ocpp.root_certificate={tmp_path / 'root.pem'}",
            f"ocpp.password={PASSWORD}",
            "ocpp.security_profile=2",
            speed=1,
        )
        recorded: list[str] = []

        async def record(type_: str, _: str = "") -> None:
            recorded.append(type_)

        wallbox.client._security.events.record = record
        wallbox.start()
        await eventually(lambda: recorded == ["InvalidTLSVersion"])
        assert wallbox.client.counters.connections == 0
        await wallbox.kill()
