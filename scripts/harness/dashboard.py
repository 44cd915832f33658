"""The demo's dashboard: what a homeowner would put on the wall for one wallbox."""

from __future__ import annotations

from typing import Any

from scripts.harness.home_assistant import wait_until
from scripts.harness.house import Household

URL_PATH = "wall-box"  # Home Assistant asks for a hyphen
TITLE = "Wallbox"
ICON = "mdi:ev-station"
HISTORY_HOURS = 3


class Entities:
    """The entities of the wallbox's device by translation key, with their own names."""

    def __init__(self, household: Household) -> None:
        self._ids = household.entities
        registry = household.home_assistant.websocket(type="config/entity_registry/list")
        self._names = {item["entity_id"]: item["original_name"] for item in registry}

    def named(self, key: str) -> dict[str, str]:
        """An entity for a card. The device's name in front of each would say nothing new."""
        entity_id = self._ids[key]
        return {"entity": entity_id, "name": self._names[entity_id]}

    def tiles(self, *keys: str, **options: Any) -> list[dict[str, Any]]:
        """One tile card for each key."""
        return [{"type": "tile", **self.named(key), **options} for key in keys]

    def graph(self, title: str, *keys: str) -> dict[str, Any]:
        """A history of some of them."""
        return {
            "type": "history-graph",
            "title": title,
            "hours_to_show": HISTORY_HOURS,
            "grid_options": {"columns": 12},
            "entities": [self.named(key) for key in keys],
        }


def view(wallbox: Entities) -> dict[str, Any]:
    """The view: steer, see, understand."""
    wide = {"grid_options": {"columns": 12}}
    slider = {"features": [{"type": "numeric-input", "style": "slider"}], **wide}
    toggle = {"features": [{"type": "toggle"}]}
    house = ("house_current_l1", "house_current_l2", "house_current_l3")
    sections = {
        ("Charge", ICON): [
            *wallbox.tiles("status", "limited_by"),
            *wallbox.tiles("current_limit", **slider),
            *wallbox.tiles("charging", "free_charging", **toggle),
            *wallbox.tiles("charging_window", **toggle, **wide),
            *wallbox.tiles("window_start", "window_stop"),
        ],
        ("Now", "mdi:flash"): [
            *wallbox.tiles("power", "offered_current"),
            *wallbox.tiles("session_energy", "session_duration"),
            wallbox.graph("Current", "offered_current", "current_l1"),
        ],
        ("House", "mdi:home-lightning-bolt"): [
            *wallbox.tiles(*house, grid_options={"columns": 4}),
            *wallbox.tiles("dlb_maximum_current", **slider),
            wallbox.graph("House current", *house),
        ],
    }
    return {
        "title": TITLE,
        "path": "0",
        "type": "sections",
        "max_columns": 3,
        "sections": [
            {
                "type": "grid",
                "cards": [{"type": "heading", "heading": heading, "icon": icon}, *cards],
            }
            for (heading, icon), cards in sections.items()
        ],
    }


def make_dashboard(household: Household) -> str:
    """Make the dashboard, or renew it; return its path in Home Assistant's page."""
    page = household.home_assistant
    known = page.websocket(type="lovelace/dashboards/list")
    if not any(item["url_path"] == URL_PATH for item in known):
        page.websocket(
            type="lovelace/dashboards/create",
            url_path=URL_PATH,
            title=TITLE,
            icon=ICON,
            show_in_sidebar=True,
            require_admin=False,
            mode="storage",
        )
    # This setting is the wallbox's own, and known when it has told what can be set.
    wait_until(lambda: "dlb_maximum_current" in household.entities, "the wallbox's settings")
    config = {"views": [view(Entities(household))]}
    page.websocket(type="lovelace/config/save", url_path=URL_PATH, config=config)
    return f"/{URL_PATH}/0"
