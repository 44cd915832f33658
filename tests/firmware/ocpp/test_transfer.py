"""Files to and from servers on loopback (behaviours 65 to 67)."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from evse.ocpp.security.tls import transfer_context
from evse.ocpp.transfer import Attempts, TransferError, Trust, Why, download, shown, upload
from tests.firmware.ocpp.file_servers import CREDENTIALS, ftp_files, http_files
from tests.firmware.ocpp.security.authority import Authority

CONTENT = bytes(range(256)) * 1000
TRUST = Trust(transfer_context(()), Path("/nonexistent/known_hosts"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "log.tar.gz"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize(
    ("asked", "stored"),
    [("up/", "up/a%20b.gz"), ("", "a%20b.gz"), ("up/whole?token=x", "up/whole?token=x")],
)
async def test_http_puts_into_a_folder_or_at_the_url(file: Path, asked: str, stored: str) -> None:
    with http_files() as files:
        await upload(files.url(asked), file, "a b.gz", TRUST)
    assert files.stored == {stored: CONTENT}


async def test_http_posts_where_nothing_can_be_put(file: Path) -> None:
    with http_files() as files:
        files.takes = ("POST",)
        await upload(files.url("up"), file, "n", TRUST)
    assert files.requests == ["PUT /up", "POST /up"]
    assert files.stored["up"] == CONTENT


async def test_http_takes_user_and_password_of_the_url(file: Path) -> None:
    with http_files() as files:
        files.protected = True
        await upload(files.url("up", credentials=CREDENTIALS), file, "n", TRUST)
        with pytest.raises(TransferError) as refused:
            await upload(files.url("up"), file, "n", TRUST)
    assert files.stored["up"] == CONTENT
    assert refused.value.why is Why.DENIED


async def test_https_checks_the_server(file: Path, tmp_path: Path) -> None:
    root = Authority()
    with http_files(root.server_tls(tmp_path)) as files:
        await upload(
            files.url("up", "https"),
            file,
            "n",
            Trust(transfer_context([root.certificate]), tmp_path),
        )
        with pytest.raises(TransferError, match="certificate"):
            await upload(files.url("other", "https"), file, "n", TRUST)
    assert set(files.stored) == {"up"}


@pytest.mark.parametrize(
    ("asked", "stored"), [("logs/", "logs/n"), ("logs", "logs/n"), ("file", "file"), ("", "n")]
)
async def test_ftp_stores_into_a_folder_or_as_the_name(file: Path, asked: str, stored: str) -> None:
    with ftp_files() as files:
        await upload(files.url(asked, "ftp", CREDENTIALS), file, "n", TRUST)
    assert files.stored == {stored: CONTENT}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://box:wrong@127.0.0.1:{port}/logs", Why.DENIED),
        ("ftp://127.0.0.1:1/logs", Why.FAILED),
        ("http://no-such-host.invalid/", Why.FAILED),
        ("scp://127.0.0.1/logs", Why.UNSUPPORTED),
        ("file:///etc/passwd", Why.UNSUPPORTED),
        ("http://", Why.UNSUPPORTED),
        ("http://h:99999/", Why.FAILED),
        ("http://[::1/", Why.FAILED),
        ("ftp://" + CREDENTIALS + "@127.0.0.1:{port}/a%0d%0aDELE%20b", Why.FAILED),
    ],
)
async def test_what_cannot_be_uploaded_says_why(file: Path, url: str, why: Why) -> None:
    with ftp_files() as files, pytest.raises(TransferError) as failed:
        await upload(url.format(port=files.port), file, "n", TRUST)
    assert failed.value.why is why
    assert "wrong" not in str(failed.value)
    assert files.stored == {}


@pytest.mark.parametrize("path", ["image", "moved/image"])
async def test_http_download(tmp_path: Path, path: str) -> None:
    with http_files() as files:
        files.stored["image"] = CONTENT
        await download(files.url(path), tmp_path / "new" / "image", TRUST)
    assert (tmp_path / "new" / "image").read_bytes() == CONTENT


async def test_ftp_download(tmp_path: Path) -> None:
    with ftp_files() as files:
        files.stored["fw/image"] = CONTENT
        await download(files.url("fw/image", "ftp", CREDENTIALS), tmp_path / "image", TRUST)
        with pytest.raises(TransferError, match="550"):
            await download(files.url("fw/none", "ftp", CREDENTIALS), tmp_path / "none", TRUST)
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_half_a_download_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_files() as files:
        files.stored["image"] = CONTENT
        files.short = 10
        with pytest.raises(TransferError, match="announced"):
            await download(files.url("image"), tmp_path / "image", TRUST)
        files.short = 0
        monkeypatch.setattr("evse.ocpp.transfer.RESERVE_BYTES", 1 << 60)
        with pytest.raises(TransferError, match="would be left"):
            await download(files.url("image"), tmp_path / "image", TRUST)
        monkeypatch.setattr("evse.ocpp.transfer.MAX_DOWNLOAD_BYTES", 1000)
        with pytest.raises(TransferError, match="1000 bytes"):
            await download(files.url("image"), tmp_path / "image", TRUST)
    assert not any(tmp_path.rglob("*"))  # noqa: ASYNC240 (a test)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("ftp://user:secret@host:21/logs?key=1", "ftp://host:21/logs"),
        ("https://h/p", "https://h/p"),
        # The address of one file, as central systems make them (trial `secrets-canaries`).
        ("http://h/files/kq3Vx0Z9aB7cD1eF5gH2iJ4kL6mN8oPq/a.bin", "http://h/files/…/a.bin"),
        ("http://h/files/kq3Vx0Z9aB7cD1eF5gH2iJ4kL6mN8oPq", "http://h/files/…"),
        ("http://h/evse-firmware-2026.11.0-aarch64.bundle",) * 2,
        ("http://h:x/", "a url that is none"),
    ],
)
def test_a_url_is_shown_without_secrets(url: str, text: str) -> None:
    assert shown(url) == text


class Waits:
    """A clock that only counts."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.mark.parametrize(
    ("retries", "interval_s", "fails", "told", "slept"),
    [
        (None, None, 0, ["begins"], []),
        (None, None, 9, ["begins", "failed"], []),
        (2, 30, 1, ["begins", "failed", "begins"], [30]),
        (2, 30, 9, ["begins", "failed"] * 3, [30, 30]),
        (1, None, 9, ["begins", "failed"] * 2, [60]),
        (-3, -5, 9, ["begins", "failed"], []),
    ],
)
async def test_attempts(
    retries: int | None, interval_s: int | None, fails: int, told: list[str], slept: list[float]
) -> None:
    """Behaviour 67: retries more attempts, retryInterval apart, each reporting as it goes."""
    clock: Any = Waits()
    came: list[str] = []

    async def attempt() -> bool:
        if came.count("begins") <= fails:
            raise TransferError("no")
        return True

    result = await Attempts.asked(retries, interval_s).run(
        clock, attempt, lambda: came.append("begins"), lambda _: came.append("failed")
    )
    assert came == told
    assert clock.slept == slept
    assert result is (True if fails < 9 else None)


def test_the_least_tls_version() -> None:
    assert TRUST.tls.minimum_version is ssl.TLSVersion.TLSv1_2
    assert TRUST.tls.check_hostname
