"""Profile 3 with a certificate renewed over OCPP: a real authority, a real `evse run` process."""

import asyncio
import contextlib
import signal
import ssl
import stat
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from ocpp.v16 import call

from tests.firmware.ocpp.conftest import Central, eventually, start_central, stop_central
from tests.firmware.ocpp.security.authority import Authority

PASSWORD = "0123456789abcdef"
START_S = 120.0


class Process:
    """`evse run` on a state folder, with its log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log.txt"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "evse", "run"),
                *("--state", str(self.folder / "state"), "--config", str(self.folder / "box.toml")),
                stdout=log,
                stderr=log,
            )

    async def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
            await self._process.wait()


@pytest.fixture
async def tls_central(tmp_path: Path, root: Authority) -> AsyncIterator[Central]:
    """It asks for the client's certificate, and takes those who have none too."""
    central = Central()
    central.tls = root.server_tls(tmp_path, clients=root)
    central.tls.verify_mode = ssl.CERT_OPTIONAL
    await start_central(central)
    yield central
    await stop_central(central)


@pytest.fixture
def root() -> Authority:
    return Authority()


@pytest.fixture
async def process(tmp_path: Path, tls_central: Central, root: Authority) -> AsyncIterator[Process]:
    """A wallbox as an installer sets it up: password and root certificate, profile 2."""
    (tmp_path / "root.pem").write_text(root.pem)
    (tmp_path / "box.toml").write_text(
        f"""
        [ocpp]
        url = "{tls_central.url}"
        identity = "box1"
        password = "{PASSWORD}"
        security_profile = 2
        cpo_name = "Operator"
        root_certificate = "{tmp_path / "root.pem"}"
        [manufacturer]
        serial = "SER1"
        """
    )
    process = Process(tmp_path)
    await process.start()
    yield process
    await process.end()


def serial_of_client(central: Central) -> int | None:
    """The serial number of the certificate with which the wallbox came, None without one."""
    assert central.side is not None
    tls: Any = central.side._connection.transport.get_extra_info("ssl_object")
    der = tls.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(der).serial_number if der else None


async def signed(central: Central, root: Authority, number: int, ends: timedelta) -> int:
    """Answer the wallbox's request of that number; the serial number of its new certificate."""
    await eventually(lambda: len(central.of("SignCertificate")) >= number)
    csr = central.of("SignCertificate")[number - 1]["csr"]
    subject = x509.load_pem_x509_csr(csr.encode()).subject.rfc4514_string()
    assert subject == "CN=SER1,O=Operator"
    chain = root.sign(csr, ends)
    assert (await central.ask(call.CertificateSigned(chain))).status == "Accepted"
    return x509.load_pem_x509_certificate(chain.encode()).serial_number


async def comes_with(central: Central, serial: int, connections: int) -> None:
    await eventually(lambda: len(central.requests) > connections, START_S)
    await eventually(lambda: serial_of_client(central) == serial)


async def test_profile_3_with_a_renewed_certificate(
    tls_central: Central, process: Process, root: Authority
) -> None:
    """Behaviours 69, 71, 76; issue 5, show 5."""
    central = tls_central
    await eventually(lambda: central.of("BootNotification"), START_S)
    assert central.requests[0].headers["Authorization"].startswith("Basic ")
    assert serial_of_client(central) is None

    # A first certificate, which ends soon; then profile 3 with it.
    trigger = call.ExtendedTriggerMessage("SignChargePointCertificate")
    assert (await central.ask(trigger)).status == "Accepted"
    first = await signed(central, root, 1, timedelta(hours=2))
    answer = await central.ask(call.ChangeConfiguration("SecurityProfile", "3"))
    assert answer.status == "Accepted"
    await comes_with(central, first, 1)
    assert "Authorization" not in central.requests[-1].headers

    # It asks for the next one by itself, and takes it into use.
    second = await signed(central, root, 2, timedelta(days=365))
    await comes_with(central, second, 2)

    # Killed, it comes back with profile 3 and the new certificate.
    await process.end(signal.SIGKILL)
    connections = len(central.requests)
    await process.start()
    await comes_with(central, second, connections)
    await eventually(lambda: len(central.of("BootNotification")) == 2)
    key = await central.ask(call.GetConfiguration(["SecurityProfile"]))
    assert key.configuration_key[0]["value"] == "3"
    down = await central.ask(call.ChangeConfiguration("SecurityProfile", "2"))
    assert down.status == "Rejected"

    starts = {"type": "StartupOfTheDevice"}.items()
    await eventually(
        lambda: (
            sum(starts <= event.items() for event in central.of("SecurityEventNotification")) == 2
        )
    )
    _nothing_secret(process)


def _nothing_secret(process: Process) -> None:
    """Keys are readable by the wallbox alone, and neither they nor the password are in the log."""
    for file in (process.folder / "state" / "certificates").rglob("*.pem"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    log = process.log.read_text()
    assert "PRIVATE KEY" not in log
    assert PASSWORD not in log
