"""What the wallbox publishes by MQTT, and how Home Assistant discovers it. Pure.

Under `{mqtt.topic}/{identity}` (characters that mean something to MQTT become "_"):

    status          "online" or "offline", the last will
    {n}/state       JSON of connector n, see `connector_state`
    limit           the wallbox's current limit (Output Current Limit), A
    limit/set       where it may be set, if that is allowed (mqtt.allow_control)

All but `limit/set` is retained. Discovery: www.home-assistant.io/integrations/mqtt, "MQTT
Discovery"; component and fields are of its sensor, binary_sensor and number.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ONLINE, OFFLINE = "online", "offline"

DISCOVERY = "homeassistant"
"""Home Assistant's own default for the topic where it looks."""

_PHASES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Wallbox:
    """Whom the messages are of. `limits_a`: the range of the limit."""

    topic: str
    identity: str
    serial: str
    vendor: str
    model: str
    version: str
    connectors: tuple[int, ...]
    limits_a: tuple[float, float] = (6.0, 80.0)

    @property
    def base(self) -> str:
        """The topic under which everything is."""
        return f"{self.topic}/{_word(self.identity)}"

    @property
    def status_topic(self) -> str:
        """Where it says whether it is there."""
        return f"{self.base}/status"

    @property
    def limit_topic(self) -> str:
        """Where its current limit is."""
        return f"{self.base}/limit"

    @property
    def command_topic(self) -> str:
        """Where its current limit may be set."""
        return f"{self.limit_topic}/set"

    def state_topic(self, connector: int) -> str:
        """Where the state of a connector is."""
        return f"{self.base}/{connector}/state"

    @property
    def node(self) -> str:
        """Its identifier in Home Assistant; it stays when the identity changes."""
        return f"evse_{_word(self.serial)}".lower()


@dataclass(frozen=True, slots=True)
class ConnectorState:
    """A connector now. `status`: as in OCPP 1.6, 7.7; `fault`: its name, "" without.

    `current_a` and `voltage_v` are by phase; None: not measured.
    """

    status: str
    offered_a: float
    energy_wh: float
    power_w: float | None = None
    current_a: tuple[float, float, float] | None = None
    voltage_v: tuple[float, float, float] | None = None
    fault: str = ""
    limited_by: str = ""


def messages(
    box: Wallbox, states: Mapping[int, ConnectorState], limit_a: float
) -> Iterator[tuple[str, str]]:
    """The values, topic and payload; to be published when they are not as they were."""
    for number, state in states.items():
        yield box.state_topic(number), json.dumps(connector_state(state))
    yield box.limit_topic, f"{limit_a:g}"


def connector_state(state: ConnectorState) -> dict[str, Any]:
    """The JSON of a connector, rounded to what its meter can tell, so that noise is no news."""
    return {
        "status": state.status,
        "charging": state.status == "Charging",
        "power_w": None if state.power_w is None else round(state.power_w),
        "energy_wh": round(state.energy_wh),
        "offered_a": round(state.offered_a, 1),
        "limited_by": state.limited_by,
        "fault": state.fault,
        **_by_phase("current", "a", state.current_a, 1),
        **_by_phase("voltage", "v", state.voltage_v, 0),
    }


def amperes(payload: bytes | str, limits_a: tuple[float, float]) -> float:
    """The limit that a message asks for. Raises ValueError: what came, and what is allowed."""
    text = payload[:40] if isinstance(payload, str) else payload[:40].decode("ascii", "replace")
    low_a, high_a = limits_a
    try:
        amps = float(text)
    except ValueError:
        amps = -1.0
    if not low_a <= amps <= high_a:
        raise ValueError(f"limit/set: came {text!r}, allowed {low_a:g} … {high_a:g} A")
    return amps


def discovery(box: Wallbox, *, control: bool) -> Iterator[tuple[str, str]]:
    """The messages by which Home Assistant knows the wallbox, topic and payload."""
    for number in box.connectors:
        for component, name, fields in _of_connector(number, len(box.connectors)):
            yield _config(box, component, name, {"state_topic": box.state_topic(number), **fields})
    limit = {
        "name": "Current limit",
        "state_topic": box.limit_topic,
        "device_class": "current",
        "unit_of_measurement": "A",
    }
    settable = {
        "command_topic": box.command_topic,
        "min": box.limits_a[0],
        "max": box.limits_a[1],
        "step": 1,
        "mode": "slider",
        "entity_category": "config",
    }
    # What it is not is taken away: an empty payload ends a discovery.
    for component, used, fields in (
        ("number", control, settable),
        ("sensor", not control, {"state_class": "measurement"}),
    ):
        topic, payload = _config(box, component, "limit", {**limit, **fields})
        yield topic, payload if used else ""


def forgotten(box: Wallbox) -> Iterator[tuple[str, str]]:
    """The messages that end the discovery."""
    return ((topic, "") for topic, _ in discovery(box, control=True))


def _of_connector(number: int, of: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Component, name and fields of everything a connector has."""
    suffix = f" {number}" if of > 1 else ""

    def sensor(
        name: str, label: str, unit: str, device_class: str, state_class: str = "measurement"
    ) -> tuple[str, str, dict[str, Any]]:
        return (
            "sensor",
            f"{number}_{name}",
            {
                "name": f"{label}{suffix}",
                "value_template": f"{{{{ value_json.{name} }}}}",
                "unit_of_measurement": unit,
                "device_class": device_class,
                "state_class": state_class,
            },
        )

    yield sensor("power_w", "Power", "W", "power")
    yield sensor("energy_wh", "Energy", "Wh", "energy", "total_increasing")
    yield sensor("offered_a", "Offered current", "A", "current")
    for phase in _PHASES:
        yield sensor(f"current_l{phase}_a", f"Current L{phase}", "A", "current")
    yield (
        "sensor",
        f"{number}_status",
        {
            "name": f"Status{suffix}",
            "value_template": "{{ value_json.status }}",
            "icon": "mdi:ev-station",
        },
    )
    yield (
        "binary_sensor",
        f"{number}_fault",
        {
            "name": f"Fault{suffix}",
            "value_template": "{{ 'ON' if value_json.fault else 'OFF' }}",
            "device_class": "problem",
            "entity_category": "diagnostic",
        },
    )


def _config(box: Wallbox, component: str, name: str, fields: dict[str, Any]) -> tuple[str, str]:
    told = {
        **fields,
        "unique_id": f"{box.node}_{name}",
        "availability_topic": box.status_topic,
        "device": {
            "identifiers": [box.node],
            "name": box.identity,
            "manufacturer": box.vendor,
            "model": box.model,
            "serial_number": box.serial,
            "sw_version": box.version,
        },
        "origin": {"name": "evse", "sw_version": box.version},
    }
    return f"{DISCOVERY}/{component}/{box.node}/{name}/config", json.dumps(told)


def _by_phase(
    name: str, unit: str, values: tuple[float, float, float] | None, digits: int
) -> dict[str, float | None]:
    return {
        f"{name}_l{phase}_{unit}": None if values is None else round(values[phase - 1], digits)
        for phase in _PHASES
    }


def _word(text: str) -> str:
    """`text` with what means something in a topic, or to Home Assistant, replaced."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", text)
