"""What happens at the sites, each once, found by comparing each decision with the one before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from homeassistant.core import callback

from .energy.happenings import EnergyEvent, events
from .energy.model import Decision, SiteNow
from .site import Site


@dataclass(frozen=True, slots=True)
class SiteHappening:
    """What happened at a site or at one of its points; `at` is local and aware."""

    site: Site
    event: EnergyEvent
    at: datetime


class SiteHappenings:
    """Tells of all sites of a config entry."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[Decision, SiteNow]] = {}
        self._listeners: list[Callable[[SiteHappening], None]] = []

    def listen(self, listener: Callable[[SiteHappening], None]) -> Callable[[], None]:
        """Call `listener` with each happening; return the way to end it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def look(self, site: Site) -> None:
        """Tell what the newest decision of a site changed."""
        if (decision := site.decision) is None or (now := site.now) is None:
            return
        before = self._before.get(site.config.subentry_id)
        self._before[site.config.subentry_id] = decision, now
        if before is None or _knew_nothing(site, before[0]):
            return
        for event in events(before[0], decision, before[1], now):
            happening = SiteHappening(site, event, decision.at)
            for listener in tuple(self._listeners):
                listener(happening)

    @callback
    def forget(self, subentry_id: str) -> None:
        """Forget a site that is gone."""
        self._before.pop(subentry_id, None)


def _knew_nothing(site: Site, decision: Decision) -> bool:
    """Whether its meter had not spoken at all yet: what changes with its first word is no news."""
    return site.config.settings.has_meter and decision.house is None
