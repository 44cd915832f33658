"""Actions that move files: firmware is offered to a wallbox, and its diagnostics are taken."""

from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from custom_components.evse_ocpp import action_files, files

from .support import act, content


async def test_firmware_of_ours_is_offered(
    hass: HomeAssistant, commands: AsyncMock, device_id: str, hass_client_no_auth: Any
) -> None:
    path = files.folder(hass, files.FIRMWARE) / "wallbox 1.2.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"firmware" * 1000)
    with patch.object(files, "async_get_source_ip", return_value="192.0.2.7"):
        answer = await act(hass, "update_firmware", device_id=device_id, file=path.name)
    url = answer["url"]
    assert url.startswith("http://192.0.2.7:")
    assert url.endswith("/wallbox_1.2.bin")
    assert commands.update_firmware.await_args.args[0] == url
    client = await hass_client_no_auth()
    fetched = await client.get(url[url.index("/api") :])
    assert await fetched.read() == path.read_bytes()


async def test_diagnostics_come_to_us(
    hass: HomeAssistant, commands: AsyncMock, device_id: str, hass_client_no_auth: Any
) -> None:
    client = await hass_client_no_auth()

    async def upload(url: str, *_: object, **__: object) -> str:
        answer = await client.put(f"{url[url.index('/api') :]}/log.zip", data=b"log" * 100)
        assert answer.status == 201
        return "log.zip"

    commands.get_log.side_effect = upload
    with patch.object(files, "async_get_source_ip", return_value="192.0.2.7"):
        answer = await act(hass, "get_diagnostics", device_id=device_id)
    assert content(answer) == b"log" * 100
    assert (answer["size"], answer["file_name"]) == (300, "log.zip")
    fetched = await client.get(answer["url"])
    assert await fetched.read() == b"log" * 100
    assert (await client.get(answer["url"].partition("?")[0])).status == 401


@pytest.mark.parametrize(("name", "key"), [(None, "no_diagnostics"), ("log.zip", "no_upload")])
async def test_diagnostics_that_do_not_come(
    hass: HomeAssistant, commands: AsyncMock, device_id: str, name: str | None, key: str
) -> None:
    commands.get_log.return_value = name
    with (
        patch.object(files, "async_get_source_ip", return_value="192.0.2.7"),
        patch.object(action_files.asyncio, "timeout", lambda _: action_files.asyncio.Timeout(0)),
        pytest.raises(HomeAssistantError) as caught,
    ):
        await act(hass, "get_diagnostics", device_id=device_id, wait=1)
    assert caught.value.translation_key == key
