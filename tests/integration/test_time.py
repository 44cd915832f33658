"""The edges of the charging window."""

from datetime import time

import pytest
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.wallbox import Wallbox


@pytest.mark.parametrize(
    ("entity_id", "choice"),
    [
        ("time.garage_charging_window_start", "window_start"),
        ("time.garage_charging_window_end", "window_stop"),
    ],
)
@pytest.mark.parametrize("connected", [True, False])
async def test_edge_is_kept_and_shown(
    hass: HomeAssistant, wallbox: Wallbox, entity_id: str, choice: str, connected: bool
) -> None:
    await wallbox.steering.set_window(enabled=True)
    await hass.async_block_till_done(wait_background_tasks=False)
    if not connected:
        wallbox.charger.link_down()
        wallbox.charger.publish()
    await hass.services.async_call(
        "time", "set_value", {"entity_id": entity_id, "time": "01:30:00"}, blocking=True
    )
    assert getattr(wallbox.steering.choices, choice) == time(1, 30)
    assert hass.states.is_state(entity_id, "01:30:00")


async def test_edges_appear_with_the_first_window(hass: HomeAssistant, wallbox: Wallbox) -> None:
    """Nobody who charges at any time has to look at them; chosen once, they stay."""
    assert not hass.states.async_all("time")
    for enabled in (True, False):
        await wallbox.steering.set_window(enabled=enabled)
        await hass.async_block_till_done(wait_background_tasks=False)
        assert len(hass.states.async_all("time")) == 2
