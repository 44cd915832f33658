"""What a commissioning test has changed at a charger and not yet taken back.

It is stored before the charger is told, so that a test which a lost link or a killed Home Assistant
cuts off is cleared away with the next connection: a standing profile of the test would hide the
fallback, and a connector that it took out of service would stay so.
"""

from dataclasses import dataclass, field
from typing import Any, Self

from .central.control import Method


@dataclass(slots=True)
class Leftovers:
    """`methods`: by which the test has set limits. `keys`: settings of the charger, as they were.

    `blocked`: the connector is out of service.
    """

    connector_id: int
    methods: list[Method] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    blocked: bool = False

    def used(self, method: Method, value: str | None) -> bool:
        """Note a method, with what its key holds now; return whether its slot is a new one."""
        if any(each.slot == method.slot for each in self.methods):
            return False
        self.methods.append(method)
        if method.key is not None and value is not None:
            self.keys[method.key] = value
        return True

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` needs, as JSON values."""
        return {
            "connector_id": self.connector_id,
            "methods": [each.to_dict() for each in self.methods],
            "keys": dict(self.keys),
            "blocked": self.blocked,
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Restore it; KeyError, TypeError or ValueError when `stored` is damaged."""
        return cls(
            int(stored["connector_id"]),
            [Method.from_dict(each) for each in stored["methods"]],
            {str(key): str(value) for key, value in stored["keys"].items()},
            bool(stored["blocked"]),
        )
