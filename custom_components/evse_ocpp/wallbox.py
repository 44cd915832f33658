"""One wallbox at run time: what the user set, its charger, and the steering of it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time
from typing import Any, Self

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .central.admission import LinkSettings, Security
from .central.charger import Charger
from .central.charger_record import Missed
from .central.commands import NotConnected
from .central.quirks import Quirk, quirks_of
from .central.relay import Relay
from .central.transaction import TransactionId
from .commissioning import Commissioning
from .commissioning_leftovers import Leftovers
from .commissioning_report import Report
from .const import (
    CONF_CLOSE_HARD,
    CONF_ENERGY_UNIT,
    CONF_MAXIMUM_A,
    CONF_OCPP_VERSION,
    CONF_PASSWORD_HASH,
    CONF_PASSWORDLESS,
    CONF_PHASES,
    CONF_RELAY_IDENTITY,
    CONF_RELAY_MODE,
    CONF_RELAY_PASSWORD,
    CONF_RELAY_URL,
    CONF_SECURITY,
    DOMAIN,
    ENERGY_UNIT_AUTO,
    OCPP_VERSION_AUTO,
    RELAY_READ_ONLY,
    SECURITY_ANY,
)
from .credentials import matches
from .energy.allowance import Choices, Mode
from .features import Feature, seen
from .plan_book import PlanBook
from .steering import Steering, SteeringSettings, nowhere

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """The second back office of a wallbox: its URL, how we log in there, and what it may do."""

    url: str
    identity: str
    password: str | None
    mode: str

    @classmethod
    def of(cls, data: Mapping[str, Any], identity: str) -> Self | None:
        """Read a subentry's data; None when there is no second back office."""
        if not (url := data.get(CONF_RELAY_URL)):
            return None
        return cls(
            url,
            data.get(CONF_RELAY_IDENTITY) or identity,
            data.get(CONF_RELAY_PASSWORD) or None,
            data.get(CONF_RELAY_MODE, RELAY_READ_ONLY),
        )


@dataclass(frozen=True, slots=True)
class WallboxSettings:
    """What the user set in the wallbox's subentry. `maximum_a` is per phase.

    `security` is one of const.SECURITY_MODES, `ocpp_version` of OCPP_VERSIONS, `energy_unit` of
    ENERGY_UNITS. `close_hard`: end its connections without a close frame, for firmwares that do not
    dial again after one (lbbrhzn/ocpp #1975); with brands known for that it is always so.
    """

    name: str
    maximum_a: int
    phases: int
    passwordless: bool
    password_hash: str | None
    security: str = SECURITY_ANY
    ocpp_version: str = OCPP_VERSION_AUTO
    close_hard: bool = False
    energy_unit: str = ENERGY_UNIT_AUTO
    relay: RelaySettings | None = None

    @classmethod
    def of(cls, subentry: ConfigSubentry) -> Self:
        """Read a subentry; it is a copy, as Home Assistant changes subentries in place."""
        data = subentry.data
        return cls(
            subentry.title,
            data[CONF_MAXIMUM_A],
            data[CONF_PHASES],
            data[CONF_PASSWORDLESS],
            data[CONF_PASSWORD_HASH],
            data.get(CONF_SECURITY, SECURITY_ANY),
            data.get(CONF_OCPP_VERSION, OCPP_VERSION_AUTO),
            data.get(CONF_CLOSE_HARD, False),
            data.get(CONF_ENERGY_UNIT, ENERGY_UNIT_AUTO),
            RelaySettings.of(data, subentry.unique_id or ""),
        )

    @property
    def way_in(self) -> tuple[object, ...]:
        """What a connection was admitted by; when it changes, the wallbox has to connect again."""
        return self.passwordless, self.password_hash, self.security, self.ocpp_version


class Wallbox:
    """Joins a subentry, the charger behind it, and its steering."""

    def __init__(
        self,
        subentry_id: str,
        identity: str,
        settings: WallboxSettings,
        steering_settings: SteeringSettings,
        *,
        stored: Mapping[str, Any] | None,
        choices_changed: Callable[[], None],
        store: Callable[[], Awaitable[None]] = nowhere,
    ) -> None:
        """`stored` is from `to_dict`, None for a new wallbox; `store` puts it on disk at once."""
        self.subentry_id = subentry_id
        self.settings = settings
        self._choices_changed = choices_changed
        self.charger = Charger(identity)
        self.features: set[Feature] = set()
        self.relay: Relay | None = None
        self.has_site = False
        choices = Choices(limit_a=float(settings.maximum_a))
        report: Report | None = None
        left: Leftovers | None = None
        stopped: dict[int, TransactionId] = {}
        if stored is not None:
            try:
                missed = stored.get("missed", Missed.WHAT_RAN)
                self.charger = Charger.from_dict(identity, stored["charger"], missed=missed)
                self.features = {Feature(feature) for feature in stored["features"]}
                choices = _restored_choices(stored["choices"])
                stopped = dict(stored.get("stopped", ()))
                if (told := stored.get("commissioning")) is not None:
                    report = Report.from_dict(told)
                if (told := stored.get("leftovers")) is not None:
                    left = Leftovers.from_dict(told)
            except (KeyError, TypeError, ValueError):
                _LOGGER.exception("%s: part of what was stored is damaged and left out", identity)
        self.charger.books.continue_ids(dt_util.utcnow())
        self.charger.connector(1)  # every wallbox has one, also before it said so
        self.plan_book = PlanBook(lambda: self.charger.publish())  # noqa: PLW0108 - it may be another
        self.steering = Steering(
            self.charger,
            replace(choices, limit_a=min(choices.limit_a, float(settings.maximum_a))),
            steering_settings,
            local_now=dt_util.now,
            choices_changed=self._on_choices,
            store=store,
            stopped=stopped,
        )
        self.commissioning = Commissioning(
            self.charger, self.steering, report, left=left, keep=choices_changed
        )
        self._take_settings()

    @property
    def name(self) -> str:
        """The name which the user gave it."""
        return self.settings.name

    @property
    def shape(self) -> tuple[object, ...]:
        """What devices and entities are made of; they need a look when it changes."""
        charger = self.charger
        return (
            self.name,
            charger.connected,
            charger.vendor,
            charger.model,
            charger.serial,
            charger.firmware_version,
            tuple(charger.connectors),
            frozenset(self.features),
            len(charger.configuration),
        )

    @property
    def obeyed(self) -> bool | None:
        """Whether it keeps to its limits, as far as can be told; None: not known."""
        return self.steering.watch.obeyed

    @property
    def to_keep(self) -> tuple[object, ...]:
        """What is worth storing when it changes, of that which is not stored at once."""
        charger = self.charger
        return (
            charger.fallback_a,
            charger.firmware_version,
            charger.quarantine.held,
            tuple(charger.reservations),
            tuple((each.meter.total_wh, each.meter.behind) for each in charger.connectors.values()),
            len(self.features),
        )

    def device_identifier(self, connector_id: int = 1) -> tuple[str, str]:
        """Return the device of a connector; the first belongs to the wallbox itself."""
        suffix = "" if connector_id == 1 else f"/{connector_id}"
        return DOMAIN, f"{self.charger.identity}{suffix}"

    def subscribe(self, on_change: Callable[[], None]) -> Callable[[], None]:
        """Call `on_change` after each message and each choice; return the way to end it."""
        return self.charger.subscribe(on_change)

    @property
    def link_settings(self) -> LinkSettings:
        """How it is to connect."""
        settings, charger = self.settings, self.charger
        known_for_it = Quirk.CLOSE_HARD in quirks_of(charger.vendor, charger.model)
        return LinkSettings(
            Security(settings.security),
            settings.passwordless,
            settings.ocpp_version,
            settings.close_hard or known_for_it,
        )

    def password_accepted(self, password: str | None) -> bool:
        """Tell whether this (None: none was sent) is the wallbox's password."""
        password_hash = self.settings.password_hash
        return (
            password is not None and password_hash is not None and matches(password, password_hash)
        )

    def notice_features(self) -> None:
        """Learn from the last message what the wallbox has."""
        self.features.update(seen(self.charger, self.features))
        if self.has_site:
            self.features.add(Feature.SITE)
        else:
            self.features.discard(Feature.SITE)
        if self.steering.choices.window_enabled:
            self.features.add(Feature.WINDOW)

    @callback
    def belong(self, has_site: bool) -> None:
        """Note whether a site decides; one that comes is waited for, within the fallback."""
        if has_site is self.has_site:
            return
        self.has_site = has_site
        if has_site:
            self.steering.join_site()
        else:
            self.steering.leave_site()
        self.charger.publish()

    async def change_configuration(self, key: str, value: str) -> None:
        """Write a setting of the wallbox; CommandError when it was not taken."""
        if self.charger.commands is None:
            raise NotConnected("ChangeConfiguration")
        await self.charger.commands.change_configuration(key, value)
        self.charger.publish()

    def apply(self, settings: WallboxSettings, steering_settings: SteeringSettings) -> None:
        """Take over changed settings, while the connection stays."""
        self.settings = settings
        self._take_settings()
        self.steering.set_settings(steering_settings)
        self.charger.publish()

    def _take_settings(self) -> None:
        self.charger.phases = self.settings.phases
        self.charger.max_current_a = float(self.settings.maximum_a)
        unit = self.settings.energy_unit
        self.charger.energy_unit = None if unit == ENERGY_UNIT_AUTO else unit
        if self.settings.phases == 3:
            self.features.add(Feature.THREE_PHASES)
        else:
            self.features.discard(Feature.THREE_PHASES)
        if self.settings.relay is not None:
            self.features.add(Feature.RELAY)
        else:
            self.features.discard(Feature.RELAY)

    @callback
    def _on_choices(self, _: Choices) -> None:
        self._choices_changed()
        self.charger.publish()

    def to_dict(self) -> dict[str, Any]:
        """Return what must outlive a restart, as JSON values."""
        choices = asdict(self.steering.choices)
        return {
            "charger": self.charger.to_dict(),
            "commissioning": self.commissioning.report and self.commissioning.report.to_dict(),
            "leftovers": self.commissioning.left and self.commissioning.left.to_dict(),
            "stopped": [list(each) for each in self.steering.stopped.items()],
            "features": sorted(self.features),
            "choices": {
                key: value.isoformat() if isinstance(value, time | datetime) else value
                for key, value in choices.items()
            },
        }


def _restored_choices(stored: Mapping[str, Any]) -> Choices:
    """Read what `to_dict` made; before there were modes there was a switch in place of the mode."""
    chosen = dict(stored)
    window = chosen.pop("window_enabled", False)
    boost = chosen.pop("boost_until", None)
    mode = Mode(chosen.pop("mode", Mode.WINDOW if window else Mode.FAST))
    for edge in ("window_start", "window_stop"):
        chosen[edge] = time.fromisoformat(chosen[edge])
    boost_until = None if boost is None else datetime.fromisoformat(boost)
    return Choices(**chosen, mode=mode, boost_until=boost_until)
