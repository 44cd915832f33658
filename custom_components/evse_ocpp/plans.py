"""The goals of all wallboxes: kept in the database, and handed to the sites that plan them."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util

from .const import CONF_BATTERY_KWH, CONF_EFFICIENCY, CONF_KWH_PER_100_KM, CONF_SOC_ENTITY
from .database import Database
from .energy.goal import Car, Goal
from .energy.plan import Plan
from .energy.prices import Cheap
from .plan_book import PlanBook
from .wallbox import Wallbox

if TYPE_CHECKING:
    from .hub import Hub

_KIND: Final = "goals"
_EMPTY = Car()


class Plans:
    """What each wallbox of a config entry is to have charged by when."""

    def __init__(self, hass: HomeAssistant, hub: "Hub", database: Database) -> None:
        self.hass = hass
        self._hub = hub
        self._database = database
        self._stored: dict[str, dict[str, Any]] = {}

    async def load(self) -> None:
        """Read what was kept; before any wallbox is added. StorageError or TimeoutError."""
        self._stored = await self._database.documents(_KIND)

    def open(self, wallbox: Wallbox) -> None:
        """Give a wallbox its goals of before, and keep those to come."""
        identity = wallbox.charger.identity
        save = partial(self._database.put_document, _KIND, identity)
        wallbox.plan_book.open(self._stored.pop(identity, None), save)

    async def forget(self, identity: str) -> None:
        """Forget the goals of a wallbox that was removed."""
        await self._database.delete_document(_KIND, identity)

    # What a site asks for each turn (energy.model.PointNow).

    def goals(self, identity: str) -> tuple[Goal, ...]:
        """Return the goals that count now."""
        found = self._book(identity).goals(dt_util.utcnow())
        return tuple(goal for goal in found if goal.enabled)

    def cheap(self, identity: str) -> Cheap:
        """Return when it is cheap for a wallbox."""
        return self._book(identity).cheap

    def car(self, identity: str, connector_id: int = 1) -> Car:
        """Return what is known of the car: settings, and its state of charge.

        The entity that was chosen for it goes first, then what the car tells the wallbox.
        """
        wallbox = self._hub.wallbox(identity)
        data = self._hub.entry.subentries[wallbox.subentry_id].data
        entity_id = data.get(CONF_SOC_ENTITY)
        soc_percent = percent_of(self.hass.states.get(entity_id)) if entity_id else None
        if soc_percent is None:
            soc_percent = wallbox.charger.connector(connector_id).readings.soc_percent
        return Car(
            soc_percent=soc_percent,
            battery_kwh=data.get(CONF_BATTERY_KWH),
            kwh_per_100_km=data.get(CONF_KWH_PER_100_KM) or _EMPTY.kwh_per_100_km,
            efficiency=(data.get(CONF_EFFICIENCY) or 100 * _EMPTY.efficiency) / 100,
        )

    # What a site tells after each turn.

    def take(self, wallboxes: Iterable[Wallbox], planned: Mapping[str, Plan]) -> None:
        """Hand what a site plans (by `identity/connector`) to its wallboxes."""
        for wallbox in wallboxes:
            identity = wallbox.charger.identity
            points = {each: f"{identity}/{each}" for each in wallbox.charger.connectors}
            wallbox.plan_book.take(
                {each: planned[point] for each, point in points.items() if point in planned}
            )

    def _book(self, identity: str) -> PlanBook:
        return self._hub.wallbox(identity).plan_book


def percent_of(state: State | None) -> float | None:
    """Return a state of charge; None for what is none."""
    if state is None:
        return None
    try:
        percent = float(state.state)
    except ValueError:
        return None
    return percent if 0 <= percent <= 100 else None
