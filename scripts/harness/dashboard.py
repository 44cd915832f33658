"""The demo's dashboard: what a homeowner would put on the wall for one wallbox."""

from __future__ import annotations

from typing import Any

from scripts.harness.home_assistant import HarnessError
from scripts.harness.house import Household

URL_PATH = "wall-box"  # Home Assistant asks for a hyphen
TITLE = "Wallbox"
ICON = "mdi:ev-station"
HISTORY_HOURS = 3


def tiles(entities: dict[str, str], *keys: str, **options: Any) -> list[dict[str, Any]]:
    """One tile card for each key."""
    return [{"type": "tile", "entity": entities[key], **options} for key in keys]


def view(entities: dict[str, str]) -> dict[str, Any]:
    """The view: steer, see, understand."""
    slider = {"features": [{"type": "numeric-input", "style": "slider"}]}
    toggle = {"features": [{"type": "toggle"}]}
    house = ["house_current_l1", "house_current_l2", "house_current_l3"]
    return {
        "title": TITLE,
        "path": "0",
        "type": "sections",
        "max_columns": 3,
        "sections": [
            {
                "type": "grid",
                "cards": [
                    {"type": "heading", "heading": "Charge", "icon": ICON},
                    *tiles(entities, "status", "limited_by"),
                    *tiles(entities, "current_limit", grid_options={"columns": 12}, **slider),
                    *tiles(entities, "charging", "free_charging", **toggle),
                    *tiles(entities, "charging_window", grid_options={"columns": 12}, **toggle),
                    *tiles(entities, "window_start", "window_stop"),
                ],
            },
            {
                "type": "grid",
                "cards": [
                    {"type": "heading", "heading": "Now", "icon": "mdi:flash"},
                    *tiles(entities, "power", "offered_current"),
                    *tiles(entities, "session_energy", "session_duration"),
                    {
                        "type": "history-graph",
                        "title": "Current",
                        "hours_to_show": HISTORY_HOURS,
                        "grid_options": {"columns": 12},
                        "entities": [entities["offered_current"], entities["current_l1"]],
                    },
                ],
            },
            {
                "type": "grid",
                "cards": [
                    {"type": "heading", "heading": "House", "icon": "mdi:home-lightning-bolt"},
                    *tiles(entities, *house),
                    *tiles(entities, "dlb_maximum_current", **slider),
                    {
                        "type": "history-graph",
                        "title": "House current",
                        "hours_to_show": HISTORY_HOURS,
                        "grid_options": {"columns": 12},
                        "entities": [entities[key] for key in house],
                    },
                ],
            },
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
    try:
        config = {"views": [view(household.entities)]}
    except KeyError as missing:
        raise HarnessError(f"the wallbox has no entity {missing}") from missing
    page.websocket(type="lovelace/config/save", url_path=URL_PATH, config=config)
    return f"/{URL_PATH}/0"
