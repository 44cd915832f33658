"""The ways of an update as far as it can come without a restart, and all that ends it before."""

import asyncio
import hashlib
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evse.ocpp.installer import InstallationError, SimulatedInstaller
from evse.ocpp.transfer import TransferError
from evse.update import inbox as inbox_module
from evse.update import launcher
from evse.update import updater as updater_module
from evse.update.bundle import MAX_BUNDLE_BYTES
from evse.update.codes import Busy, Code, Mismatch, NoRoom, NoSlots, TooLarge, UpdateError
from evse.update.inbox import RESUMED, WAITING, Inbox
from evse.update.launcher import Outcome
from evse.update.slots import Slots
from evse.update.trust import OWN
from evse.update.updater import Updater
from tests.firmware.update.bundles import Maker
from tests.firmware.update.conftest import OLD
from tests.firmware.virtual_clock import VirtualClock

NEWER = "2.0.0"
STATUS = ("phase", "code")


class Box:
    """A wallbox as the updater sees it: cars, the net, and what starts it again."""

    def __init__(self, maker: Maker, folder: Path, slots: Slots | None, version: str = OLD) -> None:
        self.folder = folder
        self.clock = VirtualClock()
        self.available = True
        self.restarted = asyncio.Event()
        self.feed_url = ""
        self.files: dict[str, bytes] = {}
        self.fetched: list[str] = []
        maker.trusted_in(folder / OWN)
        self.updater = Updater(
            self.clock,
            slots,
            Inbox(folder / "update", (folder / OWN,), version),
            version,
            lambda: self.available,
            self.restarted.set,
            self.fetch,
            lambda: self.feed_url,
            SimulatedInstaller(),
        )

    async def fetch(self, url: str, target: Path) -> None:
        self.fetched.append(url)
        if url not in self.files:
            raise TransferError(f"{url}: there is no such file")
        target.write_bytes(self.files[url])  # noqa: ASYNC240 (a test)

    @property
    def told(self) -> tuple[str, str | None]:
        snapshot = self.updater.snapshot()
        return snapshot["phase"], snapshot["code"]

    @property
    def left(self) -> list[str]:
        return sorted(file.name for file in (self.folder / "update").iterdir())


MakeBox = Callable[..., Awaitable[Box]]


@pytest.fixture
async def make_box(maker: Maker, tmp_path: Path, slots: Slots) -> AsyncIterator[MakeBox]:
    """Boxes that run, on the real slots unless it is said otherwise."""
    tasks: list[asyncio.Task[None]] = []

    async def make(slots: Slots | None = slots, **rest: Any) -> Box:
        box = Box(maker, tmp_path, slots, **rest)
        tasks.append(asyncio.create_task(box.updater.run()))
        await asyncio.sleep(0.05)
        return box

    yield make
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def box(make_box: MakeBox) -> Box:
    return await make_box()


async def stream(content: bytes, block: int = 50_000) -> AsyncIterator[bytes]:
    for at in range(0, len(content), block):
        yield content[at : at + block]


async def until(condition: Callable[[], bool], timeout_s: float = 120.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 (real processes work meanwhile)
            await asyncio.sleep(0.02)


# ------------------------------------------------------------------------------ upload


async def test_an_upload_waits_for_the_car_and_is_put_on_trial(
    box: Box, maker: Maker, slots: Slots
) -> None:
    """Never while charging: neither the installation nor the restart."""
    content = maker.real(NEWER).read_bytes()
    box.available = False
    md5 = hashlib.md5(content).hexdigest().upper()
    snapshot = await box.updater.upload(stream(content), "2.evse", md5, len(content))
    assert snapshot["phase"] in {"verifying", "waiting"}
    await until(lambda: box.told == ("waiting", None))
    assert box.left == [WAITING]
    with pytest.raises(Busy):
        await box.updater.upload(stream(content), "2.evse")
    box.available = True
    await box.clock.pass_time(3.0)
    await until(lambda: box.told[0] == "installing")
    box.available = False  # a car comes meanwhile
    await until(lambda: box.told[0] == "waiting")
    assert slots.state.trial is None
    assert not box.restarted.is_set()
    box.available = True
    await box.clock.pass_time(3.0)
    await until(box.restarted.is_set)
    assert box.told == ("restarting", None)
    assert slots.state.trial == launcher.Trial("b", hashlib.sha256(content).hexdigest(), 60)


async def test_a_car_that_comes_while_the_trial_is_written_down_keeps_its_charge(
    box: Box, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_trial = Slots.put_on_trial

    def slowly(slots: Slots, *arguments: Any) -> None:
        put_on_trial(slots, *arguments)
        box.available = False

    monkeypatch.setattr(Slots, "put_on_trial", slowly)
    content = maker.real(NEWER).read_bytes()
    await box.updater.upload(stream(content), "2.evse", "", len(content))
    await until(lambda: not box.available)
    await until(lambda: box.told[0] == "waiting")
    assert not box.restarted.is_set()
    box.available = True
    await box.clock.pass_time(3.0)
    await until(box.restarted.is_set)


async def test_the_progress_of_an_upload_is_told(box: Box, maker: Maker) -> None:
    content, told = maker.small().read_bytes(), []

    async def watched() -> AsyncIterator[bytes]:
        async for block in stream(content, 10_000):
            yield block
            told.append(box.updater.snapshot()["progress_percent"])

    box.available = False
    await box.updater.upload(watched(), "x.evse", "", len(content))
    assert told == sorted(told)
    assert told[0] > 0
    assert told[-1] == 100


@pytest.mark.parametrize(
    ("md5", "words"),
    [("0" * 32, "the MD5 of the file is"), ("12", "md5: came '12', allowed are 32")],
)
async def test_e02_the_checksum_is_not_that_of_the_file(
    box: Box, maker: Maker, md5: str, words: str
) -> None:
    """Cabur manual: "Checksum error"."""
    with pytest.raises(UpdateError, match=words) as caught:
        await box.updater.upload(stream(maker.small().read_bytes()), "x.evse", md5)
    assert caught.value.code is Code.CHECKSUM
    assert box.left == []


async def test_e03_no_data_for_15_s(
    box: Box, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cabur manual: "No valid data received within 15s"."""
    assert inbox_module.SILENCE_S == 15.0
    monkeypatch.setattr(inbox_module, "SILENCE_S", 0.1)

    async def stalls() -> AsyncIterator[bytes]:
        yield maker.small().read_bytes()[:1000]
        await asyncio.sleep(30)

    with pytest.raises(UpdateError, match="no more data came within") as caught:
        await box.updater.upload(stalls(), "x.evse")
    assert (caught.value.code, caught.value.status) == (Code.TIMEOUT, 408)
    assert box.told == ("failed", "E03")
    assert box.left == []


async def test_an_upload_that_trickles_ends_too(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "RECEIVE_S", 0.3)

    async def trickles() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.05)

    with pytest.raises(UpdateError, match=r"no more data came within 0\.3 s"):
        await box.updater.upload(trickles(), "x.evse")
    assert box.left == []


def other_product(content: bytes) -> bytes:
    return content.replace(b"evse-firmware", b"other-product")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: b"no bundle" * 1000,
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"wwww", b"wwwx", 1),
        other_product,
    ],
    ids=["empty", "no zip", "cut off", "changed", "other product"],
)
async def test_e04_what_is_not_for_this_wallbox(
    box: Box, maker: Maker, spoil: Callable[[bytes], bytes]
) -> None:
    """Cabur manual: "Upgrade file does not match the AC Charger"."""
    with pytest.raises(Mismatch):
        await box.updater.upload(stream(spoil(maker.small().read_bytes())), "x.evse")
    assert box.told == ("failed", "E04")
    assert box.left == []


async def test_e01_what_cannot_be_installed(box: Box, maker: Maker, slots: Slots) -> None:
    """Cabur manual: "Failed to write flash"; the wheels of the small bundle are none."""
    await box.updater.upload(stream(maker.small("3.0.0").read_bytes()), "x.evse")
    await until(lambda: box.told == ("failed", "E01"))
    assert "cannot be installed" in box.updater.snapshot()["message"]
    assert box.left == []
    assert set(slots.state.slots) == {"a"}


async def test_an_older_version_is_refused(make_box: MakeBox, maker: Maker) -> None:
    box = await make_box(version="9.9.1")
    with pytest.raises(Mismatch, match="only a roll-back goes back"):
        await box.updater.upload(stream(maker.small("9.9.0").read_bytes()), "x.evse")


@pytest.mark.parametrize("announced", [2_000_000_000, None])
async def test_2_gb_are_refused(
    box: Box, announced: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first byte when they are announced, else while they come."""
    monkeypatch.setattr(inbox_module, "MAX_BUNDLE_BYTES", 1_000_000)
    came = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal came
        while True:
            came += 100_000
            yield bytes(100_000)

    with pytest.raises(TooLarge) as caught:
        await box.updater.upload(endless(), "x.evse", "", announced)
    assert caught.value.status == 413
    assert came == (0 if announced else 1_100_000)
    assert box.left == []
    assert MAX_BUNDLE_BYTES == 200_000_000


async def test_a_full_disk(box: Box, maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(NoRoom, match="the disk is too full") as caught:
        await box.updater.upload(stream(maker.small().read_bytes()), "x.evse")
    assert (caught.value.status, caught.value.code) == (507, Code.WRITE)
    assert box.left == []


async def test_a_sender_that_goes_away_leaves_nothing(box: Box, maker: Maker) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield maker.small().read_bytes()[:1000]
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        await box.updater.upload(breaks(), "x.evse")
    assert box.left == []
    sending = asyncio.create_task(box.updater.upload(silent(), "x.evse"))
    await until(lambda: box.told == ("receiving", None))
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert box.told == ("idle", None)
    assert box.left == []


async def silent() -> AsyncIterator[bytes]:
    yield b"x"
    await asyncio.sleep(30)


async def test_a_wallbox_that_trusts_nobody(box: Box, maker: Maker) -> None:
    shutil.rmtree(box.folder / OWN)
    with pytest.raises(Mismatch, match="trusts nobody's signature yet"):
        await box.updater.upload(stream(maker.small().read_bytes()), "x.evse")


async def test_a_key_that_is_none_is_named(box: Box, maker: Maker) -> None:
    (box.folder / OWN / "x.pem").write_text("no key")
    with pytest.raises(UpdateError, match=r"x\.pem: not a public key"):
        await box.updater.upload(stream(maker.small().read_bytes()), "x.evse")


# ------------------------------------------------------------------------ other ways


async def test_from_a_url(box: Box, maker: Maker) -> None:
    box.available = False
    box.files["https://example.org/3.evse"] = maker.small("3.0.0").read_bytes()
    assert (await box.updater.from_url("https://example.org/3.evse"))["phase"] == "receiving"
    await until(lambda: box.told == ("waiting", None))
    assert box.left == [WAITING]


async def test_a_url_without_file(box: Box) -> None:
    await box.updater.from_url("https://example.org/none.evse")
    await until(lambda: box.told == ("failed", "E03"))
    assert box.left == []


async def test_from_a_file_of_this_computer(box: Box, maker: Maker) -> None:
    box.available = False
    file = maker.small("3.0.0")
    await box.updater.from_file(file)
    await until(lambda: box.told == ("waiting", None))
    assert file.exists()  # a copy is taken


async def test_a_file_that_is_not_there(box: Box, tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match=r"path: .*No such file"):
        await box.updater.from_file(tmp_path / "none.evse")
    assert box.told == ("idle", None)


@pytest.mark.parametrize(
    "url", ["", "x", "file:///etc/passwd", "https://", "sftp://h/x", "http://[x/"]
)
async def test_a_url_that_is_none(box: Box, url: str) -> None:
    with pytest.raises(UpdateError, match=r"url: came .*, allowed is a host and http, https, ftp"):
        await box.updater.from_url(url)
    assert box.told == ("idle", None)


async def test_over_ocpp_our_signature_counts_too(box: Box, maker: Maker, tmp_path: Path) -> None:
    """SignedUpdateFirmware says who has sent it, ours who has made it."""
    image = tmp_path / "image"
    image.write_bytes(maker.small("3.0.0", signed=False).read_bytes())
    assert box.updater.installer is not None
    with pytest.raises(InstallationError, match=r"manifest\.sig is missing"):
        await box.updater.installer.install(image)
    assert box.told == ("failed", "E04")
    assert image.exists()  # it is not ours
    assert await box.updater.installer.outcome() is None


async def test_without_slots_the_system_updates_it(make_box: MakeBox, maker: Maker) -> None:
    box = await make_box(slots=None)
    assert "updated by its system" in box.updater.snapshot()["message"]
    assert isinstance(box.updater.installer, SimulatedInstaller)
    for way in (
        box.updater.upload(stream(b"x"), "x.evse"),
        box.updater.from_url("https://example.org/x.evse"),
        box.updater.rollback(),
    ):
        with pytest.raises(NoSlots) as caught:
            await way
        assert caught.value.status == 409


# ------------------------------------------------------------------------- by itself

FEED = "https://example.org/feed.json"
OFFERED = "https://example.org/2.evse"


def offer(box: Box, content: bytes, version: str = NEWER, sha256: str = "") -> None:
    box.feed_url = FEED
    digest = sha256 or hashlib.sha256(content).hexdigest()
    feed = {"version": version, "url": "2.evse", "sha256": digest}
    box.files |= {FEED: json.dumps(feed).encode(), OFFERED: content}


@asynccontextmanager
async def day(box: Box) -> AsyncIterator[None]:
    """After the start and past one midnight, in steps so that the files can be read."""
    await box.clock.pass_time(61.0)
    await until(lambda: box.updater.snapshot()["next_check_at"] is not None)
    yield
    for _ in range(26 * 60):
        await box.clock.pass_time(60.0)
    await asyncio.sleep(0.1)


async def test_it_looks_after_the_start_and_after_midnight(box: Box) -> None:
    offer(box, b"", version=OLD)
    async with day(box):
        assert box.fetched == [FEED]
        due = datetime.fromisoformat(box.updater.snapshot()["next_check_at"]).astimezone()
        assert due.hour == 0
    assert box.fetched == [FEED, FEED]
    assert box.updater.snapshot()["available"] is None


async def test_what_is_newer_is_fetched_and_waits(box: Box, maker: Maker) -> None:
    box.available = False
    offer(box, maker.small("3.0.0").read_bytes(), version="3.0.0")
    await box.clock.pass_time(61.0)
    await until(lambda: box.told == ("waiting", None))
    assert box.updater.snapshot()["available"] == {"version": "3.0.0", "url": OFFERED}


async def test_a_file_that_is_not_the_one_of_the_feed(box: Box, maker: Maker) -> None:
    offer(box, maker.small("3.0.0").read_bytes(), sha256="0" * 64)
    await box.clock.pass_time(61.0)
    await until(lambda: box.told == ("failed", "E02"))


async def test_a_version_that_was_taken_back_is_not_tried_again(
    make_box: MakeBox, slots: Slots
) -> None:
    state = launcher.State(slots.state.slots, None, Outcome(NEWER, "", False, "not healthy"))
    launcher.save(slots.root, state)
    box = await make_box()
    assert box.told == ("failed", "E01")
    assert "was taken back: not healthy" in box.updater.snapshot()["message"]
    offer(box, b"x")
    await box.clock.pass_time(61.0)
    await asyncio.sleep(0.2)
    assert box.fetched == [FEED]


async def test_without_a_feed_nothing_is_asked(box: Box) -> None:
    async with day(box):
        pass
    assert box.fetched == []
    with pytest.raises(UpdateError, match="feed_url is empty"):
        await box.updater.check()


@pytest.mark.parametrize("content", [b"", b"{}", b"x" * 100_000, None])
async def test_a_feed_that_cannot_be_read(box: Box, content: bytes | None) -> None:
    box.feed_url = FEED
    if content is not None:
        box.files[FEED] = content
    with pytest.raises(UpdateError, match="the list of updates cannot be read") as caught:
        await box.updater.check()
    assert caught.value.status == 409
    assert box.left == []


# -------------------------------------------------------------------- after a restart


async def test_a_verified_bundle_survives_a_restart_once(
    make_box: MakeBox, maker: Maker, tmp_path: Path
) -> None:
    """Power cut while it waited: it goes on. Twice: it may be what interrupts."""
    folder = tmp_path / "update"
    folder.mkdir()
    (folder / WAITING).write_bytes(maker.small("3.0.0").read_bytes())
    first = await make_box()
    first.available = False
    first.updater.healthy()
    await until(lambda: first.told == ("waiting", None))
    assert first.left == [RESUMED]
    second = await make_box()
    second.updater.healthy()
    await asyncio.sleep(0.2)
    assert second.told == ("idle", None)
    assert second.left == []


async def test_what_was_tried_already_is_not_resumed(
    make_box: MakeBox, maker: Maker, tmp_path: Path, slots: Slots
) -> None:
    content = maker.small("3.0.0").read_bytes()
    last = Outcome("3.0.0", hashlib.sha256(content).hexdigest(), False, "not healthy")
    launcher.save(slots.root, launcher.State(slots.state.slots, None, last))
    (tmp_path / "update").mkdir()
    (tmp_path / "update" / WAITING).write_bytes(content)
    box = await make_box()
    box.updater.healthy()
    await until(lambda: box.left == [])
    assert box.told == ("failed", "E01")


async def test_the_remains_of_an_upload_are_cleared(make_box: MakeBox, tmp_path: Path) -> None:
    (tmp_path / "update").mkdir()
    for name in ("incoming", "incoming.part", "feed", "feed.part"):
        (tmp_path / "update" / name).write_bytes(b"half")
    assert (await make_box()).left == []


async def test_a_version_on_trial_begins_nothing_and_becomes_healthy(
    make_box: MakeBox, maker: Maker, slots: Slots
) -> None:
    """100 UP: the display's word for a success."""
    state = slots.state
    new = launcher.Slot(NEWER, datetime.now(UTC).isoformat(), healthy=False)
    trial = launcher.Trial("b", "cafe", 60)
    launcher.save(slots.root, launcher.State({**state.slots, "b": new}, trial))
    box = await make_box(slots=Slots(slots.root, "b"), version=NEWER)
    assert box.told == ("trial", None)
    with pytest.raises(UpdateError, match="still on trial"):
        await box.updater.upload(stream(b"x"), "x.evse")
    assert box.updater.installer is not None
    asking = asyncio.create_task(box.updater.installer.outcome())  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    assert not asking.done()  # it waits for the end of the trial
    box.updater.healthy()
    await until(lambda: box.told == ("idle", "100 UP"))
    assert await asking is None  # the central system had not ordered it
    assert launcher.linked(slots.root) == "b"
    snapshot = box.updater.snapshot()
    assert snapshot["installed_at"] == new.at
    assert [each["running"] for each in snapshot["slots"]] == [False, True]


async def test_the_way_back(make_box: MakeBox, maker: Maker, slots: Slots) -> None:
    """By hand; the version before has to prove itself as well."""
    new = launcher.Slot(NEWER, datetime.now(UTC).isoformat(), healthy=True)
    launcher.save(slots.root, launcher.State({**slots.state.slots, "b": new}))
    box = await make_box(slots=Slots(slots.root, "b"), version=NEWER)
    assert f"version {OLD} comes back" in (await box.updater.rollback())["message"]
    await until(box.restarted.is_set)
    trial = slots.state.trial
    assert trial is not None
    assert (trial.slot, trial.sha256) == ("a", "")


async def test_no_way_back(box: Box) -> None:
    with pytest.raises(UpdateError, match="no version to go back to") as caught:
        await box.updater.rollback()
    assert caught.value.status == 409
    with pytest.raises(Mismatch):  # and the next one may begin
        await box.updater.upload(stream(b"x"), "x.evse")


async def test_a_disk_that_fails_when_it_is_healthy_is_tried_again(
    make_box: MakeBox, slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = launcher.Trial("a", "", 60)
    launcher.save(slots.root, launcher.State(slots.state.slots, trial))
    box = await make_box()
    link, failures = launcher.link, [OSError("read-only"), OSError("read-only")]

    def fails(root: Path, slot: str) -> None:
        if failures:
            raise failures.pop()
        link(root, slot)

    monkeypatch.setattr(launcher, "link", fails)
    box.updater.healthy()
    for _ in range(3):
        await asyncio.sleep(0.1)
        await box.clock.pass_time(updater_module.RETRY_S)
    await until(lambda: box.told == ("idle", "100 UP"))
