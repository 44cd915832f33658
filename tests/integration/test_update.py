"""The firmware: what runs, which file is newer, and how it gets to the wallbox."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.files import FIRMWARE, FileServer, folder
from custom_components.evse_ocpp.firmware_files import firmwares_for
from custom_components.evse_ocpp.wallbox import Wallbox

UPDATE = "update.garage_firmware"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("model", "names", "versions"),
    [
        ("EVSE One", ["EVSE_One_1.9.bin", "evse_one_1.10.tar.gz"], ["1.10", "1.9"]),
        ("EVSE One", ["EVSE_Two_1.9.bin", "EVSE_One_.bin", "notes.txt"], []),
        ("T2", ["T2_v7.2b3.swu", "T2_v7.2b12.swu"], ["v7.2b12", "v7.2b3"]),
        ("T2", ["T2_1.2.3"], ["1.2.3"]),
        (None, ["None_1.bin"], []),
    ],
)
def test_files_of_a_model(model: str | None, names: list[str], versions: list[str]) -> None:
    assert list(firmwares_for(model, map(Path, names))) == versions


@pytest.fixture
async def offered(hass: HomeAssistant, all_enabled: None, wallbox: Wallbox) -> Wallbox:
    """A wallbox that can be updated, with two files for it."""
    place = folder(hass, FIRMWARE)
    await hass.async_add_executor_job(lambda: place.mkdir(parents=True))
    for name in ("One_1.2.bin", "One_1.3.bin"):
        await hass.async_add_executor_job((place / name).write_bytes, b"firmware")
    wallbox.charger.booted("EVSE", "One", "SN", "1.2", NOW)
    wallbox.charger.feature_profiles = frozenset({"FirmwareManagement"})
    wallbox.charger.publish()
    await hass.async_block_till_done(wait_background_tasks=False)
    return wallbox


async def install(hass: HomeAssistant, server: FileServer, **data: Any) -> None:
    module = "custom_components.evse_ocpp.update"
    with (
        patch(f"{module}.base_url_for", AsyncMock(return_value="http://192.0.2.1:8123")),
        patch(f"{module}.async_server", return_value=server),
    ):
        await hass.services.async_call(
            "update", "install", {"entity_id": UPDATE, **data}, blocking=True
        )


@pytest.mark.usefixtures("all_enabled", "wallbox")
async def test_not_there_for_a_wallbox_that_cannot(hass: HomeAssistant) -> None:
    assert hass.states.get(UPDATE) is None


async def test_newest_file_is_offered(hass: HomeAssistant, offered: Wallbox) -> None:
    shown = hass.states.get(UPDATE)
    assert shown is not None
    assert shown.state == "on"
    assert shown.attributes["installed_version"] == "1.2"
    assert shown.attributes["latest_version"] == "1.3"


async def test_nothing_newer(hass: HomeAssistant, offered: Wallbox) -> None:
    offered.charger.booted("EVSE", "One", "SN", "2.0", NOW)
    offered.charger.publish()
    shown = hass.states.get(UPDATE)
    assert shown is not None
    assert (shown.state, shown.attributes["latest_version"]) == ("off", "2.0")


@pytest.mark.parametrize("version", [None, "1.2", "1.3"])
async def test_the_wallbox_fetches_it_from_here(
    hass: HomeAssistant, offered: Wallbox, commands: AsyncMock, version: str | None
) -> None:
    server = FileServer(hass)
    await install(hass, server, **({"version": version} if version else {}))
    (url, _), _ = commands.update_firmware.await_args
    path = url.removeprefix("http://192.0.2.1:8123")
    token = path.split("/")[-2]
    file = server.download(token)
    assert file == folder(hass, FIRMWARE) / f"One_{version or '1.3'}.bin"


@pytest.mark.parametrize(
    ("status", "in_progress", "percent"),
    [
        ("Downloading", True, 20),
        ("Installing", True, 60),
        ("Installed", False, None),
        ("DownloadFailed", False, None),
        ("Idle", False, None),
    ],
)
async def test_progress(
    hass: HomeAssistant, offered: Wallbox, status: str, in_progress: bool, percent: int | None
) -> None:
    offered.charger.firmware_status = status
    offered.charger.publish()
    shown = hass.states.get(UPDATE)
    assert shown is not None
    assert shown.attributes["in_progress"] is in_progress
    assert shown.attributes["update_percentage"] == percent


async def test_version_without_a_file(
    hass: HomeAssistant, offered: Wallbox, commands: AsyncMock
) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await install(hass, FileServer(hass), version="9.9")
    assert error.value.translation_key == "no_firmware_file"
    assert error.value.translation_placeholders is not None
    assert error.value.translation_placeholders["versions"] == "1.3, 1.2"
    commands.update_firmware.assert_not_awaited()


async def test_refusal_is_told(hass: HomeAssistant, offered: Wallbox, commands: AsyncMock) -> None:
    commands.update_firmware.side_effect = CommandRefused("UpdateFirmware", "NotImplemented")
    with pytest.raises(HomeAssistantError) as error:
        await install(hass, FileServer(hass))
    assert error.value.translation_key == "command_refused"
