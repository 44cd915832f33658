"""A new Home Assistant finds a new wallbox by mDNS; the key on its label is all that is typed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.harness.home_assistant import HomeAssistant, wait_until
from scripts.harness.wallbox import Wallbox
from tests.bench.web_box import device_key_of, web_settings

from .conftest import HOME_ASSISTANT

FLOW = "/api/config/config_entries/flow"
FOUND_S = 90
LINK_S = 60


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[HomeAssistant]:
    """A Home Assistant without this integration, which listens to mDNS."""
    if HOME_ASSISTANT is None:
        pytest.fail("EVSE_HOME_ASSISTANT is not set: run scripts/test system")
    home = HomeAssistant(tmp_path / "home", Path(HOME_ASSISTANT), more_configuration="zeroconf:\n")
    yield home
    home.kill()


@pytest.fixture
def new_wallbox(tmp_path: Path) -> Iterator[Wallbox]:
    """A wallbox as new from the factory."""
    wallbox = Wallbox(tmp_path / "wallbox", **web_settings())
    yield wallbox
    wallbox.kill()


def test_wallbox_is_found_and_set_up_by_its_key(
    new_home: HomeAssistant, new_wallbox: Wallbox
) -> None:
    new_wallbox.start()
    serial = new_wallbox.request(command="settings-get", keys=["manufacturer.serial"])
    serial = serial["settings"][0]["value"]
    new_home.start()

    def found() -> list[dict[str, Any]]:
        flows = new_home.websocket(type="config_entries/flow/progress")
        return [flow for flow in flows if flow["context"].get("unique_id") == serial]

    (flow,) = wait_until(found, "the wallbox", FOUND_S)
    steps = f"{FLOW}/{flow['flow_id']}"
    form = new_home.api("POST", steps, {"next_step_id": "device_key"})
    wanted = {"maximum_current": 16, "phases": "3"}
    mistyped = {"device_key": "AAAAA-AAAAA-AAAAA-AAAAA", **wanted}
    form = new_home.api("POST", steps, mistyped)
    assert form["errors"] == {"device_key": "mistyped_key"}
    done = new_home.api("POST", steps, {"device_key": device_key_of(new_wallbox), **wanted})
    assert done["type"] == "create_entry"
    name = flow["context"]["title_placeholders"]["name"]

    def connected() -> bool:
        devices = new_home.websocket(type="config/device_registry/list")
        if name not in [device["name"] for device in devices]:
            return False
        return new_home.state(new_home.entities(name)["connected"]) == "on"

    wait_until(connected, "the link of the wallbox", LINK_S)
