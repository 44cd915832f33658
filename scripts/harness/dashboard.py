"""The demo's dashboard: what a homeowner would put on the wall for one wallbox, and for the sun."""

from __future__ import annotations

from typing import Any

from scripts.harness.home_assistant import wait_until
from scripts.harness.house import CHARGER_NAME, Household

URL_PATH = "wall-box"  # Home Assistant asks for a hyphen
TITLE = "Wallbox"
ICON = "mdi:ev-station"
HISTORY_HOURS = 3


class Entities:
    """The entities of a device by translation key, with their own names."""

    def __init__(self, household: Household, device: str = CHARGER_NAME) -> None:
        self._ids = household.home_assistant.entities(device)
        registry = household.home_assistant.websocket(type="config/entity_registry/list")
        self._names = {item["entity_id"]: item["original_name"] for item in registry}

    def named(self, key: str) -> dict[str, str]:
        """An entity for a card. The device's name in front of each would say nothing new."""
        entity_id = self._ids[key]
        return {"entity": entity_id, "name": self._names[entity_id]}

    def tiles(self, *keys: str, **options: Any) -> list[dict[str, Any]]:
        """One tile card for each key."""
        return [{"type": "tile", **self.named(key), **options} for key in keys]

    def graph(self, title: str, *keys: str, hours: float = HISTORY_HOURS) -> dict[str, Any]:
        """A history of some of them."""
        return {
            "type": "history-graph",
            "title": title,
            "hours_to_show": hours,
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
    return _sections(TITLE, "0", sections)


def sun_view(wallbox: Entities, site: Entities, hours: float) -> dict[str, Any]:
    """The view of a site with sun, battery and prices: choose how, see the plan, see why."""
    wide = {"grid_options": {"columns": 12}}
    modes = {"features": [{"type": "select-options"}], **wide}
    why = wallbox.named("why")["entity"]
    sentence = {"type": "markdown", "content": f"{{{{ states('{why}') }}}}", **wide}
    chart = {
        "type": "picture-entity",
        "entity": wallbox.named("plan_chart")["entity"],
        "show_name": False,
        "show_state": False,
        **wide,
    }
    meters = [
        {"type": "tile", "entity": f"sensor.{each}"}
        for each in ("solar_power", "battery_power", "battery_soc")
    ]
    history = site.graph("Power", "site_charging_power", "site_grid_power", hours=hours)
    history["entities"] += [
        {"entity": "sensor.solar_power", "name": "Solar"},
        {"entity": "sensor.battery_power", "name": "Battery"},
    ]
    sections = {
        ("Charge", ICON): [
            *wallbox.tiles("mode", **modes),
            sentence,
            *wallbox.tiles("status", "power"),
            *wallbox.tiles("session_energy"),
            *wallbox.tiles("boost", hide_state=True),
            {"type": "heading", "heading": "Plan", "icon": "mdi:calendar-clock"},
            chart,
            *wallbox.tiles("plan_energy", "plan_ready_by", **wide),
            *wallbox.tiles("plan_start", "plan_ready"),
        ],
        ("House", "mdi:solar-power-variant"): [
            *site.tiles("site_surplus", "site_price"),
            *meters,
            *site.tiles("site_grid_power"),
            history,
        ],
    }
    return _sections("Sun", "sun", sections)


def _sections(
    title: str, path: str, sections: dict[tuple[str, str], list[dict[str, Any]]]
) -> dict[str, Any]:
    return {
        "title": title,
        "path": path,
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


def make_dashboard(
    household: Household, site: str | None = None, hours: float = HISTORY_HOURS
) -> str:
    """Make the dashboard, or renew it; return its path in Home Assistant's page.

    With the name of a `site` its first view is that of the sun, of the last `hours`.
    """
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
    views = [view(Entities(household))]
    if site is not None:
        views.insert(0, sun_view(Entities(household), Entities(household, site), hours))
    page.websocket(type="lovelace/config/save", url_path=URL_PATH, config={"views": views})
    return f"/{URL_PATH}/{views[0]['path']}"
