"""The dashboard “Charging” in the sidebar: one of Home Assistant's own, made by our strategy.

It is in Home Assistant's collection of dashboards, as if somebody had added it by hand: it can be
changed, hidden and removed there like any other.
"""

from enum import StrEnum
from typing import Any

from homeassistant.components import websocket_api
from homeassistant.components.frontend import DATA_PANELS
from homeassistant.components.lovelace import dashboard as lovelace
from homeassistant.components.lovelace.const import LOVELACE_DATA, MODE_YAML, ConfigNotFound
from homeassistant.core import HomeAssistant, callback

URL_PATH = "evse-ocpp"
STRATEGY = "custom:evse-ocpp"
ICON = "mdi:ev-station"
YAML = f"""\
lovelace:
  dashboards:
    {URL_PATH}:
      mode: yaml
      title: {{title}}
      icon: {ICON}
      filename: {URL_PATH}.yaml"""
"""What configuration.yaml has to say of it where dashboards are written in YAML."""
YAML_FILE = f"""\
strategy:
  type: {STRATEGY}"""
"""The file which that names."""


class Sidebar(StrEnum):
    """How it is about the dashboard. CHANGED: somebody made it his own; TAKEN: there is another."""

    ABSENT = "absent"
    THERE = "there"
    CHANGED = "changed"
    TAKEN = "taken"
    IMPOSSIBLE = "impossible"


async def async_state(hass: HomeAssistant) -> Sidebar:
    """Look for it. IMPOSSIBLE: Home Assistant keeps no dashboards, as in its recovery mode."""
    if (collection := _collection(hass)) is None:
        return Sidebar.IMPOSSIBLE
    if _item_id(collection) is None:
        return Sidebar.TAKEN if URL_PATH in hass.data.get(DATA_PANELS, {}) else Sidebar.ABSENT
    try:
        config = await hass.data[LOVELACE_DATA].dashboards[URL_PATH].async_load(False)
    except ConfigNotFound:
        return Sidebar.THERE  # it has nothing that could be lost
    strategy = config.get("strategy")
    ours = isinstance(strategy, dict) and strategy.get("type") == STRATEGY
    return Sidebar.THERE if ours else Sidebar.CHANGED


@callback
def written_in_yaml(hass: HomeAssistant) -> bool:
    """Whether the main dashboard of this Home Assistant is written in YAML."""
    if (data := hass.data.get(LOVELACE_DATA)) is None:
        return False
    # Until 2025 the main dashboard had no name; since then it is `lovelace` where it is YAML.
    main = data.dashboards.get("lovelace") or data.dashboards.get(None)
    return main is not None and main.mode == MODE_YAML


async def async_add(hass: HomeAssistant, title: str) -> None:
    """Make it; the state must be ABSENT."""
    if (collection := _collection(hass)) is None:
        return
    await collection.async_create_item(
        {
            "url_path": URL_PATH,
            "title": title,
            "icon": ICON,
            "show_in_sidebar": True,
            "require_admin": False,
        }
    )
    await hass.data[LOVELACE_DATA].dashboards[URL_PATH].async_save({"strategy": {"type": STRATEGY}})


async def async_remove(hass: HomeAssistant) -> None:
    """Remove it, if it is there."""
    collection = _collection(hass)
    if collection is not None and (item_id := _item_id(collection)) is not None:
        await collection.async_delete_item(item_id)


@callback
def _collection(hass: HomeAssistant) -> lovelace.DashboardsCollection | None:
    """Return Home Assistant's collection of dashboards.

    It keeps it to itself; the handler of its own command to list it has it.
    """
    commands: dict[str, Any] = hass.data.get(websocket_api.DOMAIN, {})
    handler, *_ = commands.get("lovelace/dashboards/list", (None,))
    owner = getattr(handler, "__self__", None)
    collection = getattr(owner, "storage_collection", None)
    return collection if isinstance(collection, lovelace.DashboardsCollection) else None


def _item_id(collection: lovelace.DashboardsCollection) -> str | None:
    items = (item["id"] for item in collection.async_items() if item["url_path"] == URL_PATH)
    return next(items, None)
