"""Files of wallboxes: who has the token may, for a while, once, and never too much."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import FormData
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp import files
from custom_components.evse_ocpp.files import DIAGNOSTICS, PREFIX, FileServer, Upload
from custom_components.evse_ocpp.hub import Hub

HOUR = timedelta(hours=1)


@pytest.fixture
def server(hass: HomeAssistant, deaf_hub: Hub) -> FileServer:
    return files.async_server(hass)


@pytest.fixture
async def client(server: FileServer, hass_client_no_auth: Any) -> Any:
    return await hass_client_no_auth()


def expect(server: FileServer) -> tuple[str, Upload]:
    return server.expect("CP/1", HOUR)


def received(hass: HomeAssistant) -> list[Path]:
    return files.stored(hass, DIAGNOSTICS)


@pytest.mark.parametrize("method", ["put", "post"])
@pytest.mark.parametrize("name", ["", "/", "/log.zip", "/a/b/log.zip"])
async def test_upload(
    hass: HomeAssistant, server: FileServer, client: Any, method: str, name: str
) -> None:
    path, upload = expect(server)
    answer = await getattr(client, method)(path + name, data=b"x" * 600_000)
    assert answer.status == 201
    stored = await upload.received
    assert received(hass) == [stored]
    assert stored.read_bytes() == b"x" * 600_000
    assert stored.name.startswith("CP_1-")
    assert stored.name.endswith("log.zip" if "log" in name else "-log")


async def test_upload_by_a_form(hass: HomeAssistant, server: FileServer, client: Any) -> None:
    path, upload = expect(server)
    form = FormData()
    form.add_field("comment", "none")
    form.add_field("file", b"x" * 600_000, filename="log.zip")
    assert (await client.post(path, data=form)).status == 201
    stored = await upload.received
    assert stored.read_bytes() == b"x" * 600_000
    assert stored.name.endswith("-log.zip")


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"nothing", "multipart/form-data"),
        (b"nothing", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
async def test_forms_without_a_file(
    hass: HomeAssistant, server: FileServer, client: Any, data: bytes, content_type: str
) -> None:
    path, upload = expect(server)
    answer = await client.post(path, data=data, headers={"Content-Type": content_type})
    assert answer.status == 400
    assert not upload.received.done()
    assert received(hass) == []


async def test_one_file_for_each_token(
    hass: HomeAssistant, server: FileServer, client: Any
) -> None:
    path, upload = expect(server)
    upload.busy = True
    assert (await client.put(path, data=b"x")).status == 409
    upload.busy = False
    assert (await client.put(path, data=b"x")).status == 201
    assert (await client.put(path, data=b"y")).status == 404
    assert len(received(hass)) == 1


async def test_tokens_end(server: FileServer, client: Any, tmp_path: Path, freezer: Any) -> None:
    (tmp_path / "a.bin").write_bytes(b"x")
    down, (up, _) = server.offer(tmp_path / "a.bin", HOUR), expect(server)
    for _ in range(2):  # wallboxes try again
        assert (await client.get(down)).status == 200
    freezer.tick(3601)
    assert (await client.get(down)).status == 404
    assert (await client.put(up, data=b"x")).status == 404
    server.offer(tmp_path / "a.bin", HOUR)
    assert len(server._downloads) == 1


async def test_a_part_of_a_download(server: FileServer, client: Any, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"0123456789")
    path = server.offer(tmp_path / "a.bin", HOUR)
    answer = await client.get(path, headers={"Range": "bytes=4-"})
    assert (answer.status, await answer.read()) == (206, b"456789")


async def test_wrong_tokens(server: FileServer, client: Any) -> None:
    for token in ("stored", "x" * 32, "%2Fetc%2Fpasswd"):
        assert (await client.get(f"{PREFIX}/{token}")).status == 404
        assert (await client.put(f"{PREFIX}/{token}", data=b"x")).status == 404


async def test_tokens_are_bounded(server: FileServer, tmp_path: Path) -> None:
    for _ in range(files.MAX_TOKENS * 2):
        server.offer(tmp_path, HOUR)
    assert len(server._downloads) <= files.MAX_TOKENS


async def test_too_much(hass: HomeAssistant, server: FileServer, client: Any) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    path, upload = expect(server)
    with patch.object(files, "MAX_UPLOAD_BYTES", 5000):
        assert (await client.put(path, data=b"x" * 5001)).status == 413
        assert (await client.put(path, data=endless())).status == 413
    assert not upload.received.done()
    assert list(files.folder(hass, DIAGNOSTICS).iterdir()) == []


@pytest.mark.parametrize(
    ("place", "error", "status"),
    [
        ("shutil.disk_usage", None, 507),
        ("_make_room", OSError("read only"), 507),
        ("_write", TimeoutError(), 408),
        ("_write", ConnectionResetError(), 408),
    ],
)
async def test_what_goes_wrong(
    hass: HomeAssistant,
    server: FileServer,
    client: Any,
    place: str,
    error: Exception | None,
    status: int,
) -> None:
    path, upload = expect(server)
    with patch(
        f"custom_components.evse_ocpp.files.{place}",
        side_effect=error,
        return_value=SimpleNamespace(free=1000),
    ):
        assert (await client.put(path, data=b"x")).status == status
    assert not upload.busy
    assert (await client.put(path, data=b"x")).status == 201
    assert [each.suffix for each in files.folder(hass, DIAGNOSTICS).iterdir()] != [".part"]


async def test_the_last_ones_are_kept(hass: HomeAssistant, server: FileServer, client: Any) -> None:
    for number in range(files.KEPT_UPLOADS + 3):
        path, _ = expect(server)
        assert (await client.put(f"{path}/log{number}", data=b"x")).status == 201
    assert len(received(hass)) == files.KEPT_UPLOADS


async def test_a_file_that_gets_its_name_while_they_are_listed(
    hass: HomeAssistant, deaf_hub: Hub
) -> None:
    where = files.folder(hass, files.EXPORTS)
    where.mkdir(parents=True)
    (where / "a.pdf").touch()
    (where / ".b.part").symlink_to("gone")
    assert [path.name for path in files.stored(hass, files.EXPORTS)] == ["a.pdf"]


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("log.zip", "log.zip"),
        ("../../etc/passwd", "etc_passwd"),
        ("..", "file"),
        ("", "file"),
        ("a b\x00c/ü", "a_b_c"),
        ("x" * 300, "x" * 80),
    ],
)
def test_names(name: str, harmless: str) -> None:
    assert files.harmless_name(name) == harmless


async def test_people_see_their_files_only(
    hass: HomeAssistant, deaf_hub: Hub, hass_client: Any, hass_client_no_auth: Any
) -> None:
    for kind in (files.EXPORTS, files.FIRMWARE):
        files.folder(hass, kind).mkdir(parents=True)
        (files.folder(hass, kind) / "a.txt").write_text("a")
    known, unknown = await hass_client(), await hass_client_no_auth()
    path = f"{PREFIX}/stored/exports/a.txt"
    answer = await known.get(path)
    assert (answer.status, await answer.text()) == (200, "a")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.txt"'
    assert (await unknown.get(path)).status == 401
    for other in ("exports/b.txt", "firmware/a.txt", "%2Fetc/passwd", "exports/%2Fa.txt2"):
        assert (await known.get(f"{PREFIX}/stored/{other}")).status == 404


async def test_address_of_ours(hass: HomeAssistant, deaf_hub: Hub) -> None:
    with patch.object(files, "async_get_source_ip", return_value="192.0.2.7") as source_ip:
        url = await files.async_base_url(hass, "192.0.2.9")
        assert url == f"http://192.0.2.7:{hass.http.server_port}"
        source_ip.assert_awaited_with(hass, "192.0.2.9")
        await files.async_base_url(hass, None)
        source_ip.assert_awaited_with(hass)
        with patch.object(hass.http, "server_host", ["192.0.2.8"]):  # all it listens on
            url = await files.async_base_url(hass, None)
        assert url == f"http://192.0.2.8:{hass.http.server_port}"
    with (
        patch.object(hass.http, "ssl_certificate", "cert.pem"),
        patch.object(files, "get_url", return_value="https://home.example"),
    ):
        assert await files.async_base_url(hass, None) == "https://home.example"
