"""Firmware that is fetched, checked and handed over (behaviours 64, 65, 67, 75, 80)."""

import asyncio
import base64
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from ocpp.exceptions import OCPPError
from ocpp.v16 import call

from evse.ocpp import maintenance
from evse.ocpp.installer import InstallationError, NoInstaller
from evse.ocpp.security.store import CertificateStore, Use
from tests.firmware.ocpp.file_servers import CREDENTIALS, Files, ftp_files, http_files
from tests.firmware.ocpp.security.authority import Authority

IMAGE = b"firmware " * 5000
DONE = ["Downloading", "Downloaded", "Installing", "Installed"]
SIGNED = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed"]
PLAIN, SECURE = "FirmwareStatusNotification", "SignedFirmwareStatusNotification"


class FakeInstaller:
    """Does what the test says, and keeps what it was given."""

    def __init__(self) -> None:
        self.images: list[bytes] = []
        self.error: InstallationError | None = None
        self.was: bool | None = None

    async def install(self, image: Path) -> None:
        self.images.append(image.read_bytes())  # noqa: ASYNC240 (a test)
        if self.error:
            raise self.error

    async def outcome(self) -> bool | None:
        return self.was


@pytest.fixture
def installer(monkeypatch: pytest.MonkeyPatch) -> FakeInstaller:
    fake = FakeInstaller()
    monkeypatch.setattr(maintenance, "installer_of", lambda _: fake)
    return fake


@pytest.fixture
def http() -> Any:
    with http_files() as files:
        files.stored["fw/image"] = IMAGE
        yield files


def ago(seconds: float = 60.0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def statuses(central: Any, action: str = PLAIN) -> list[str]:
    return [payload["status"] for payload in central.of(action)]


class Signer:
    """A manufacturer: its root, and a certificate which signs."""

    def __init__(self, tmp_path: Path) -> None:
        self.root = Authority("Manufacturer")
        self.signer = Authority("Signer", self.root)
        CertificateStore(tmp_path).add_root(Use.MANUFACTURER, self.root.certificate)

    def order(self, url: str, request_id: int = 7, **changes: Any) -> call.SignedUpdateFirmware:
        signature = self.signer.key.sign(IMAGE, ec.ECDSA(hashes.SHA256()))
        firmware = {
            "location": url,
            "retrieveDateTime": ago(),
            "signingCertificate": self.signer.pem,
            "signature": base64.b64encode(signature).decode(),
        }
        retries = {k: changes.pop(k) for k in ("retries", "retry_interval") if k in changes}
        return call.SignedUpdateFirmware(request_id, firmware | changes, **retries)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(tmp_path)


async def test_firmware_by_ftp(
    central: Any, wallbox: Any, eventually: Any, events: Any, tmp_path: Path
) -> None:
    """Behaviours 65 and 80: with user and password in the url, installed without effect."""
    with ftp_files() as files:
        files.stored["fw/image"] = IMAGE
        await central.ask(call.UpdateFirmware(files.url("fw/image", "ftp", CREDENTIALS), ago()))
        await eventually(lambda: statuses(central) == DONE)
    await eventually(lambda: "FirmwareUpdated" in events())
    assert not (tmp_path / "firmware" / "image").exists()
    answer = await central.ask(call.TriggerMessage(PLAIN))
    assert answer.status == "Accepted"
    await eventually(lambda: statuses(central) == [*DONE, "Idle"])


async def test_firmware_by_http(
    central: Any, installer: FakeInstaller, wallbox: Any, eventually: Any, http: Files
) -> None:
    await central.ask(call.UpdateFirmware(http.url("fw/image"), ago()))
    await eventually(lambda: statuses(central) == DONE)
    assert installer.images == [IMAGE]


async def test_it_waits_for_its_date(
    central: Any, wallbox: Any, eventually: Any, http: Files
) -> None:
    """Behaviour 65: at retrieveDate."""
    at = wallbox.clock.utcnow() + timedelta(seconds=20)  # of the fast clock
    await central.ask(call.UpdateFirmware(http.url("fw/image"), at.isoformat()))
    await eventually(lambda: statuses(central))
    assert wallbox.clock.utcnow() >= at
    await eventually(lambda: statuses(central) == DONE)


async def test_it_cannot_be_fetched(
    central: Any, wallbox: Any, eventually: Any, http: Files
) -> None:
    """Behaviours 65 and 67: each attempt reports, and nothing comes after the last."""
    order = call.UpdateFirmware(http.url("none"), ago(), retries=2, retry_interval=1)
    await central.ask(order)
    await eventually(lambda: statuses(central) == ["Downloading", "DownloadFailed"] * 3)
    await central.ask(call.TriggerMessage(PLAIN))
    await eventually(lambda: len(statuses(central)) == 7)
    assert statuses(central)[-1] == "Idle"
    assert len([line for line in http.requests if line == "GET /none"]) == 3


async def test_it_cannot_be_installed(
    central: Any, installer: FakeInstaller, wallbox: Any, eventually: Any, events: Any, http: Files
) -> None:
    installer.error = InstallationError("no room")
    await central.ask(call.UpdateFirmware(http.url("fw/image"), ago()))
    await eventually(lambda: statuses(central) == [*DONE[:-1], "InstallationFailed"])
    assert "FirmwareUpdated" not in events()


async def test_a_charge_is_not_ended_by_it(
    central: Any,
    installer: FakeInstaller,
    wallbox: Any,
    eventually: Any,
    http: Files,
    begun: Any,
    ended: Any,
) -> None:
    """5.19: it is installed when the last transaction is over."""
    record = begun()
    await wallbox.client.transaction_started(record)
    await central.ask(call.UpdateFirmware(http.url("fw/image"), ago()))
    await eventually(lambda: statuses(central) == DONE[:2])
    await wallbox.clock.sleep(5.0)
    assert installer.images == []
    await wallbox.client.transaction_stopped(ended(record))
    await eventually(lambda: statuses(central) == DONE)


async def test_signed_firmware(
    central: Any,
    installer: FakeInstaller,
    signer: Signer,
    wallbox: Any,
    eventually: Any,
    http: Files,
) -> None:
    """Behaviour 75, with the requestId."""
    answer = await central.ask(signer.order(http.url("fw/image")))
    assert answer.status == "Accepted"
    await eventually(lambda: statuses(central, SECURE) == SIGNED)
    assert {payload["request_id"] for payload in central.of(SECURE)} == {7}
    assert statuses(central) == []
    assert installer.images == [IMAGE]
    async with asyncio.timeout(60.0):  # the order is off the disk a moment after it was told
        while central.of(SECURE)[-1] != {"status": "Idle"}:
            await central.ask(call.ExtendedTriggerMessage(PLAIN))
            await asyncio.sleep(0.05)


async def test_signed_firmware_waits_for_its_dates(
    central: Any, signer: Signer, wallbox: Any, eventually: Any, http: Files
) -> None:
    now = wallbox.clock.utcnow()
    order = signer.order(
        http.url("fw/image"),
        retrieveDateTime=(now + timedelta(seconds=15)).isoformat(),
        installDateTime=(now + timedelta(seconds=40)).isoformat(),
    )
    await central.ask(order)
    await eventually(lambda: statuses(central, SECURE)[-1:] == ["Installed"])
    assert statuses(central, SECURE) == [
        "DownloadScheduled", *SIGNED[:3], "InstallScheduled", *SIGNED[3:]
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", ["signature", "file"])
async def test_a_signature_that_does_not_hold(
    central: Any,
    installer: FakeInstaller,
    signer: Signer,
    wallbox: Any,
    eventually: Any,
    events: Any,
    http: Files,
    wrong: str,
) -> None:
    changes = {"signature": base64.b64encode(b"no").decode()} if wrong == "signature" else {}
    if wrong == "file":
        http.stored["fw/image"] = IMAGE + b"!"
    assert (await central.ask(signer.order(http.url("fw/image"), **changes))).status == "Accepted"
    expected = ["Downloading", "Downloaded", "InvalidSignature"]
    await eventually(lambda: statuses(central, SECURE) == expected)
    await eventually(lambda: "InvalidFirmwareSignature" in events())
    assert installer.images == []


@pytest.mark.parametrize("wrong", ["stranger", "nonsense"])
async def test_a_signing_certificate_without_the_manufacturer(
    central: Any,
    signer: Signer,
    wallbox: Any,
    eventually: Any,
    events: Any,
    http: Files,
    wrong: str,
) -> None:
    certificate = Authority("Signer").pem if wrong == "stranger" else "nonsense"
    answer = await central.ask(signer.order(http.url("fw/image"), signingCertificate=certificate))
    assert answer.status == "InvalidCertificate"
    await eventually(lambda: "InvalidFirmwareSigningCertificate" in events())
    assert http.requests == []


async def test_a_second_order_takes_the_place_of_the_first(
    central: Any,
    installer: FakeInstaller,
    signer: Signer,
    wallbox: Any,
    eventually: Any,
    http: Files,
) -> None:
    """AcceptedCanceled."""
    order = signer.order(http.url("none"), 1, retries=5, retry_interval=3600)
    await central.ask(order)
    await eventually(lambda: "DownloadFailed" in statuses(central, SECURE))
    answer = await central.ask(signer.order(http.url("fw/image"), 2))
    assert answer.status == "AcceptedCanceled"
    await eventually(lambda: statuses(central, SECURE)[-1] == "Installed")
    assert [p["request_id"] for p in central.of(SECURE)] == [1, 1, 2, 2, 2, 2, 2]


async def test_it_goes_on_after_a_power_cut(
    central: Any,
    installer: FakeInstaller,
    wallbox: Any,
    make_wallbox: Any,
    eventually: Any,
    http: Files,
) -> None:
    """An order is on disk before it is answered."""
    at = wallbox.clock.utcnow() + timedelta(seconds=30)
    await central.ask(call.UpdateFirmware(http.url("fw/image"), at.isoformat()))
    await wallbox.kill()
    assert statuses(central) == []
    again = await make_wallbox(speed=100)
    again.start()
    await eventually(lambda: statuses(central) == DONE)
    assert installer.images == [IMAGE]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [(True, ["Installed"]), (False, ["InstallationFailed"]), (None, ["Installing", "Installed"])],
)
async def test_what_the_installation_came_to_is_told_after_the_restart(
    central: Any,
    installer: FakeInstaller,
    wallbox: Any,
    make_wallbox: Any,
    eventually: Any,
    events: Any,
    http: Files,
    monkeypatch: Any,
    outcome: bool | None,
    told: list[str],
) -> None:
    """An update that restarts the wallbox is reported by the program that comes up."""

    async def restarts(_: Path) -> None:
        import asyncio

        await asyncio.sleep(3600)

    monkeypatch.setattr(installer, "install", restarts)
    await central.ask(call.UpdateFirmware(http.url("fw/image"), ago()))
    await eventually(lambda: statuses(central) == DONE[:3])
    await wallbox.kill()
    monkeypatch.undo()
    monkeypatch.setattr(maintenance, "installer_of", lambda _: installer)
    installer.was = outcome
    central.calls.clear()
    again = await make_wallbox()
    again.start()
    await eventually(lambda: statuses(central) == told)
    await eventually(lambda: ("FirmwareUpdated" in events()) == (outcome is not False))


async def test_nothing_disturbs_an_installation(
    central: Any,
    installer: FakeInstaller,
    signer: Signer,
    wallbox: Any,
    eventually: Any,
    http: Files,
    monkeypatch: Any,
) -> None:
    import asyncio

    go = asyncio.Event()

    async def waits(_: Path) -> None:
        await go.wait()

    monkeypatch.setattr(installer, "install", waits)
    await central.ask(signer.order(http.url("fw/image"), 1))
    await eventually(lambda: statuses(central, SECURE)[-1:] == ["Installing"])
    assert (await central.ask(signer.order(http.url("fw/image"), 2))).status == "Rejected"
    await central.ask(call.UpdateFirmware(http.url("fw/image"), ago()))
    await central.ask(call.ExtendedTriggerMessage(PLAIN))
    await eventually(lambda: len(central.of(SECURE)) == 5)
    assert central.of(SECURE)[-1] == {"status": "Installing", "request_id": 1}
    go.set()
    await eventually(lambda: statuses(central, SECURE)[-1] == "Installed")
    assert statuses(central) == []


async def test_a_wallbox_without_an_installer_says_so(
    central: Any, make_wallbox: Any, eventually: Any, http: Files, monkeypatch: Any, caplog: Any
) -> None:
    """A real board is never told to be installed while nothing was."""
    monkeypatch.setattr(maintenance, "installer_of", lambda _: NoInstaller())
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    await central.ask(call.UpdateFirmware(http.url("fw/image"), ago()))
    await eventually(lambda: statuses(central) == [*DONE[:-1], "InstallationFailed"])
    assert re.search("nothing that installs", caplog.text)


async def test_a_date_that_is_none(central: Any, wallbox: Any) -> None:
    with pytest.raises(OCPPError) as refused:
        await central.ask(call.UpdateFirmware("http://h/", "tomorrow"))
    assert refused.value.code == "PropertyConstraintViolation"
