"""A page of nothing but cards: the built file, and a Home Assistant as small as cards need one.

What the house says is a table of states here, which a test may change at will: huge numbers, names
that run from right to left, a site without prices.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from scripts.build_card import BUILT, FILE, WORDS

ORIGIN = "http://stage.test"
DEVICE = "device-1"
SITE = "site-1"

SNAPSHOT: dict[str, Any] = {
    "identity": "garage",
    "connector_id": 1,
    "device_id": DEVICE,
    "name": "Wallbox",
    "loaded": True,
    "connected": True,
    "minimum_a": 6,
    "maximum_a": 16,
    "phases": 3,
    "power_w": 7360.0,
    "currents_a": [10.7, 10.6, 10.7],
    "limit_a": 16,
    "offered_a": 10.7,
    "boost_until": None,
    "fault": None,
    "session": {
        "running": True,
        "started_at": "2026-11-20T09:12:00+01:00",
        "ended_at": None,
        "energy_wh": 12_345.0,
        "cost": 2.31,
        "currency": "EUR",
        "unpriced_wh": 0,
        "sun_wh": 8_400.0,
        "battery_wh": 900.0,
        "grid_wh": 3_045.0,
        "co2_g": 1_100.0,
        "card": "Blue card",
        "person": "Anna",
    },
    "why": {
        "key": "solar",
        "sentence": "Charging with 10.7 A: that is what the sun leaves.",
        "then": "More from 14:32 at the earliest.",
        "next_change": "2026-11-20T14:32:00+01:00",
    },
    "plan": None,
    "site": {
        "site_id": SITE,
        "name": "House",
        "fuse_a": [25, 25, 25],
        "grid_a": [4.1, -2.0, 13.5],
        "cars_a": [10.7, 10.6, 10.7],
        "has_meter": True,
        "sum_only": False,
        "meter_lost": False,
        "surplus_w": 7_400.0,
        "price": 0.27,
        "currency": "EUR",
    },
    "plan_revision": 1,
}

STATES: dict[str, tuple[str, dict[str, Any]]] = {
    "sensor.status": ("charging", {"friendly_name": "Wallbox Status"}),
    "sensor.car": ("charging", {"friendly_name": "Wallbox Car"}),
    "sensor.power": ("7360", {"unit_of_measurement": "W", "friendly_name": "Wallbox Power"}),
    "sensor.session_energy": ("12.345", {"unit_of_measurement": "kWh"}),
    "sensor.limited_by": ("solar", {}),
    "sensor.why": ("Charging with 10.7 A: that is what the sun leaves.", {}),
    "number.current_limit": (
        "16",
        {"min": 6, "max": 16, "step": 1, "unit_of_measurement": "A"},
    ),
    "select.mode": ("solar", {"options": ["off", "fast", "minimum_solar", "solar", "cheap"]}),
    "switch.charging": ("on", {}),
    "button.boost": ("unknown", {}),
    "binary_sensor.connected": ("on", {}),
}
PLAN: dict[str, Any] = {
    "currency": "EUR",
    "prices": [],
    "sun": [],
    "goals": [],
    "planned": None,
    "soc_known": False,
    "battery_kwh": None,
}

_SCRIPT = (Path(__file__).parent / "stage.js").read_text(encoding="utf-8")

# Of the versions of Home Assistant the colours with the least contrast.
_LIGHT = {
    "--primary-color": "#03a9f4",
    "--primary-text-color": "#141414",
    "--secondary-text-color": "#727272",
    "--primary-background-color": "#fafafa",
    "--card-background-color": "#ffffff",
    "--ha-card-background": "#ffffff",
    "--divider-color": "#e0e0e0",
    "--error-color": "#db4437",
    "--warning-color": "#ffa600",
    "--success-color": "#43a047",
    "--energy-solar-color": "#ff9800",
    "--energy-battery-out-color": "#4db6ac",
    "--energy-grid-consumption-color": "#488fc2",
}
_DARK = _LIGHT | {
    "--primary-text-color": "#e1e1e1",
    "--secondary-text-color": "#9b9b9b",
    "--primary-background-color": "#111111",
    "--card-background-color": "#1c1c1c",
    "--ha-card-background": "#1c1c1c",
    "--divider-color": "#3a3a3a",
}


def states(**changed: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    """The usual states; None takes one away, `key=value` (with _ for the dot's kind) sets one."""
    told = copy.deepcopy(STATES)
    for key, value in changed.items():
        entity_id = next(each for each in told if each.split(".")[1] == key)
        if value is None:
            del told[entity_id]
        else:
            told[entity_id] = (str(value), told[entity_id][1])
    return told


def set_stage(
    page: Page,
    *configs: Mapping[str, Any],
    snapshot: Mapping[str, Any] | None = SNAPSHOT,
    told: Mapping[str, tuple[str, dict[str, Any]]] | None = None,
    plan: Mapping[str, Any] = PLAN,
    listed: Mapping[str, Any] | None = None,
    refused: str | None = None,
    language: str = "en",
    dark: bool = False,
    direction: str = "ltr",
) -> list[str]:
    """Show cards on an empty page; return the list that errors of the page are put into."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    data = {
        "device": DEVICE,
        "states": dict(told if told is not None else STATES),
        "snapshot": snapshot,
        "plan": plan,
        "list": listed or {"wallboxes": [], "sites": [], "people": [], "cards": []},
        "refused": refused,
        "language": language,
        "now": "2026-11-20T10:30:00+01:00",
    }
    colours = ";".join(f"{name}:{value}" for name, value in (_DARK if dark else _LIGHT).items())
    told_json = json.dumps(data).replace("<", chr(92) + "u003c")
    html = f"""<!doctype html><html lang="{language}" dir="{direction}"><head><title>Stage</title>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>:root {{{colours}; color-scheme: {"dark" if dark else "light"}}}
body {{margin: 0; background: var(--primary-background-color); font: 14px/1.4 system-ui, sans-serif;
color: var(--primary-text-color)}} main {{max-width: 480px; margin: 8px auto; padding: 0 8px}}
ha-card {{display: block; background: var(--card-background-color); border-radius: 12px;
border: 1px solid var(--divider-color); margin-bottom: 8px}}</style></head>
<body><main><h1 style="font-size: 16px">Stage</h1></main>
<script type="application/json" id="told">{told_json}</script>
<script>{_SCRIPT}</script><script type="module" src="/{FILE}"></script></body></html>"""

    def answer(route: Route) -> None:
        if route.request.url == f"{ORIGIN}/":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif route.request.url == f"{ORIGIN}/{FILE}":
            route.fulfill(path=BUILT / FILE, content_type="text/javascript")
        elif route.request.url.startswith(f"{ORIGIN}/{WORDS}/"):
            name = route.request.url.rsplit("/", 1)[-1].partition("?")[0]
            route.fulfill(path=BUILT / WORDS / name, content_type="application/json")
        else:
            route.fulfill(status=204, body="")

    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")
    page.evaluate("configs => window.play(configs)", list(configs))
    return errors
