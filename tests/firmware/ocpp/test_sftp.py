"""Files to and from an SFTP server (issue 5: GetDiagnostics, GetLog and firmware by SFTP)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evse.ocpp.security.tls import transfer_context
from evse.ocpp.transfer import TransferError, Trust, Why, download, upload
from tests.firmware.ocpp.file_servers import CREDENTIALS, PASSWORD, USER

asyncssh: Any = pytest.importorskip("asyncssh")

CONTENT = bytes(range(256)) * 1000


@dataclass
class Server:
    """Its files and where it listens."""

    folder: Path
    port: int
    acceptor: Any

    def url(self, path: str, credentials: str = CREDENTIALS) -> str:
        return f"sftp://{credentials}@127.0.0.1:{self.port}/{path}"


async def listen(folder: Path, port: int = 0) -> Server:
    class Login(asyncssh.SSHServer):  # type: ignore[misc]
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

    acceptor = await asyncssh.listen(
        "127.0.0.1",
        port,
        server_factory=Login,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder)),
    )
    return Server(folder, acceptor.get_port(), acceptor)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    folder = tmp_path / "served"
    (folder / "logs").mkdir(parents=True)
    server = await listen(folder)
    yield server
    server.acceptor.close()


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    return Trust(transfer_context(()), tmp_path / "known_hosts")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "log.tar.gz"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize(
    ("asked", "stored"),
    [("logs/", "logs/n"), ("logs", "logs/n"), ("file", "file"), ("~/mine", "mine"), ("", "n")],
)
async def test_upload(server: Server, trust: Trust, file: Path, asked: str, stored: str) -> None:
    await upload(server.url(asked), file, "n", trust)
    assert (server.folder / stored).read_bytes() == CONTENT


async def test_download(
    server: Server, trust: Trust, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server.folder / "image").write_bytes(CONTENT)
    await download(server.url("image"), tmp_path / "new" / "image", trust)
    assert (tmp_path / "new" / "image").read_bytes() == CONTENT
    monkeypatch.setattr("evse.ocpp.transfer.MAX_DOWNLOAD_BYTES", 1000)
    for path in ("image", "none"):
        with pytest.raises(TransferError):
            await download(server.url(path), tmp_path / "other" / "image", trust)
    assert not any((tmp_path / "other").iterdir())


async def test_a_wrong_password(server: Server, trust: Trust, file: Path) -> None:
    with pytest.raises(TransferError) as refused:
        await upload(server.url("logs", "box:secret"), file, "n", trust)
    assert refused.value.why is Why.DENIED
    assert "secret" not in str(refused.value)


async def test_a_server_with_another_key_than_before(
    server: Server, trust: Trust, file: Path
) -> None:
    """Trust on first use."""
    await upload(server.url("logs"), file, "first", trust)
    await upload(server.url("logs"), file, "second", trust)
    server.acceptor.close()
    await server.acceptor.wait_closed()
    other = await listen(server.folder, server.port)
    with pytest.raises(TransferError):
        await upload(other.url("logs"), file, "third", trust)
    other.acceptor.close()
    assert {path.name for path in (server.folder / "logs").iterdir()} == {"first", "second"}


async def test_nobody_there(trust: Trust, file: Path) -> None:
    with pytest.raises(TransferError) as failed:
        await upload("sftp://127.0.0.1:1/logs", file, "n", trust)
    assert failed.value.why is Why.FAILED


async def test_without_the_package_it_is_not_offered(
    trust: Trust, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SupportedFileTransferProtocols says so too."""
    monkeypatch.setattr("evse.ocpp.transfer.TRANSFER_PROTOCOLS", "HTTP,HTTPS,FTP,FTPS")
    with pytest.raises(TransferError) as failed:
        await upload("sftp://127.0.0.1:1/logs", file, "n", trust)
    assert failed.value.why is Why.UNSUPPORTED
