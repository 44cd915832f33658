"""Add and change a site: a subentry of the server's config entry.

Its parts are forms, reached by one menu. Before it is saved, its entities are read, and what they
show is said in words.
"""

from collections.abc import Iterator, Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback

from .const import (
    CONF_BATTERY_INVERTED,
    CONF_BATTERY_POWER,
    CONF_FUSE_A,
    CONF_GRID_CURRENTS,
    CONF_GRID_EXPORT,
    CONF_GRID_INVERTED,
    CONF_GRID_POWER,
    CONF_GRID_POWERS,
    CONF_METER_KIND,
    CONF_METER_TIMEOUT_S,
    CONF_OWN_METER,
    CONF_PHASES,
    CONF_PRICE,
    CONF_PRICE_WINDOWS,
    CONF_SOLAR,
    CONF_SOLAR_INVERTED,
    DOMAIN,
    SUBENTRY_SITE,
)
from .features import Feature
from .site_check import proposed_timeout_s
from .site_forms import FORMS, MAXIMUM_FUSE_A, MINIMUM_FUSE_A, duplicates, fields_of, flat, fuse_a
from .site_look import Pulse, async_report
from .site_settings import MeterKind, SiteSources, subentries_of
from .site_suggestions import async_suggestions
from .tariff_text import TariffTextError, parse, stored, windows_of, written

_METER_FIELDS = (
    CONF_GRID_POWER,
    CONF_GRID_EXPORT,
    *CONF_GRID_POWERS,
    *CONF_GRID_CURRENTS,
    CONF_OWN_METER,
)
_DIRECTED = (MeterKind.POWER, MeterKind.PHASE_POWERS, MeterKind.PHASE_CURRENTS)
"""Meters whose sign may be the other way round."""


class SiteFlow(ConfigSubentryFlow):
    """The parts of a site, in any order after the first two."""

    _data: dict[str, Any]
    _complete = False
    """Whether the meter was asked for."""

    def __init__(self) -> None:
        self._pulse = Pulse()
        self._placeholders: dict[str, str] = {}

    @callback
    @override
    def async_remove(self) -> None:
        """Listen to the meter no more: the dialogue was closed."""
        self._pulse.close()

    async def async_step_user(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Begin a site with what the energy dashboard knows."""
        self._data = {
            CONF_NAME: self.hass.config.location_name,
            **await async_suggestions(self.hass),
        }
        return await self.async_step_basics()

    async def async_step_reconfigure(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Begin with what is stored."""
        subentry = self._get_reconfigure_subentry()
        self._data = {CONF_NAME: subentry.title, **subentry.data}
        self._complete = True
        self._follow()
        return await self.async_step_parts()

    async def async_step_parts(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the parts."""
        return self.async_show_menu(
            step_id="parts",
            menu_options=[*FORMS, "check"],
            description_placeholders={"name": self._data[CONF_NAME]},
        )

    async def async_step_basics(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for name, fuse, and the kind of meter; another kind needs other entities."""
        before = self._data.get(CONF_METER_KIND), self._data.get(CONF_PHASES)
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._basics_errors(user_input)
            if not errors:
                entered = {
                    **user_input,
                    CONF_NAME: user_input[CONF_NAME].strip(),
                    CONF_FUSE_A: fuse_a(user_input[CONF_FUSE_A]),
                    CONF_PHASES: int(user_input[CONF_PHASES]),
                }
                self._take("basics", entered)
                if self._complete and before == (entered[CONF_METER_KIND], entered[CONF_PHASES]):
                    return await self.async_step_parts()
                return await self.async_step_meter()
        return self._form("basics", user_input, errors)

    def _basics_errors(self, entered: Mapping[str, Any]) -> dict[str, str]:
        errors: dict[str, str] = {}
        if not entered[CONF_NAME].strip():
            errors[CONF_NAME] = "name_missing"
        if fuse_a(entered[CONF_FUSE_A]) is None:
            errors[CONF_FUSE_A] = "invalid_fuse"
            bounds = {"minimum": str(MINIMUM_FUSE_A), "maximum": str(MAXIMUM_FUSE_A)}
            self._placeholders = {"told": entered[CONF_FUSE_A], **bounds}
        return errors

    async def async_step_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the entities of the meter at the grid; of a wallbox of ours only which one."""
        return await self._part("meter", user_input)

    async def async_step_solar(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what the roof gives."""
        return await self._part("solar", user_input)

    async def async_step_battery(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the home battery."""
        return await self._part("battery", user_input)

    async def async_step_tariff(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for prices."""
        return await self._part("tariff", user_input)

    async def async_step_limits(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for limits that are no fuse."""
        return await self._part("limits", user_input)

    async def async_step_more(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for what rarely needs a change; a slow meter proposes its timeout."""
        return await self._part("more", user_input)

    async def async_step_check(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say what the entities show now."""
        report = await async_report(
            self.hass, self._get_entry(), self._site_id, self._data, self._pulse.interval_s
        )
        return self.async_show_menu(
            step_id="check",
            menu_options=["save", "check", *self._signs(), "parts"],
            description_placeholders={"name": self._data[CONF_NAME], "report": report},
        )

    async def async_step_invert_grid(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Turn the sign of the meter over."""
        return await self._invert(CONF_GRID_INVERTED)

    async def async_step_invert_solar(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Turn the sign of the roof over."""
        return await self._invert(CONF_SOLAR_INVERTED)

    async def async_step_invert_battery(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Turn the sign of the battery over."""
        return await self._invert(CONF_BATTERY_INVERTED)

    async def _invert(self, key: str) -> SubentryFlowResult:
        self._data[key] = not self._data.get(key, False)
        return await self.async_step_check()

    async def async_step_save(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Keep the site."""
        data = {key: value for key, value in self._data.items() if key != CONF_NAME}
        name = self._data[CONF_NAME]
        if self.source != SOURCE_RECONFIGURE:
            return self.async_create_entry(title=name, data=data)
        return self.async_update_and_abort(
            self._get_entry(), self._get_reconfigure_subentry(), title=name, data=data
        )

    async def _part(self, step: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        """Show a form of FORMS, and take what was entered."""
        errors: dict[str, str] = {}
        if user_input is not None:
            entered = flat(user_input)
            errors = self._errors(step, entered)
            if not errors:
                self._take(step, entered)
                self._complete = True
                self._follow()
                return await self.async_step_parts()
        return self._form(step, user_input, errors)

    def _form(
        self, step: str, user_input: Mapping[str, Any] | None, errors: dict[str, str]
    ) -> SubentryFlowResult:
        values = self._written()
        if (proposed_s := proposed_timeout_s(self._pulse.interval_s)) is not None:
            values = {CONF_METER_TIMEOUT_S: proposed_s} | values
        if user_input is not None:
            asked = fields_of(FORMS[step](values, self._meters))
            values = {key: each for key, each in values.items() if key not in asked}
            values |= flat(user_input)
        interval_s = self._pulse.interval_s
        placeholders = {
            "name": self._data[CONF_NAME],
            "interval": "–" if interval_s is None else f"{interval_s:.0f} s",
        }
        return self.async_show_form(
            step_id=step,
            data_schema=FORMS[step](values, self._meters),
            errors=errors,
            description_placeholders=placeholders | self._placeholders,
        )

    def _take(self, step: str, entered: Mapping[str, Any]) -> None:
        """Replace what a form asked for: what was emptied is gone."""
        asked = fields_of(FORMS[step](self._written(), self._meters))
        kept = {key: value for key, value in self._data.items() if key not in asked}
        self._data = kept | {key: each for key, each in entered.items() if each not in (None, "")}
        if CONF_PRICE_WINDOWS in asked and CONF_PRICE_WINDOWS in self._data:
            windows = parse(self._data[CONF_PRICE_WINDOWS], self.hass.config.language)
            self._data[CONF_PRICE_WINDOWS] = stored(windows)

    def _written(self) -> dict[str, Any]:
        """Return the data as forms show them."""
        if CONF_PRICE_WINDOWS not in self._data:
            return dict(self._data)
        windows = windows_of(self._data[CONF_PRICE_WINDOWS])
        return self._data | {CONF_PRICE_WINDOWS: written(windows, self.hass.config.language)}

    def _errors(self, step: str, entered: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with what was entered, by field."""
        match step:
            case "meter":
                return self._meter_errors(entered)
            case "solar":
                meter = SiteSources.of(self._data).meter_entities
                twice = any(each in meter for each in entered.get(CONF_SOLAR, ()))
                return {CONF_SOLAR: "entity_twice"} if twice else {}
            case "battery":
                others = SiteSources.of(self._data)
                twice = entered.get(CONF_BATTERY_POWER) in (*others.meter_entities, *others.solar)
                return {CONF_BATTERY_POWER: "entity_twice"} if twice else {}
            case "tariff":
                return self._tariff_errors(entered)
        return {}

    def _meter_errors(self, entered: Mapping[str, Any]) -> dict[str, str]:
        if twice := duplicates(entered, _METER_FIELDS):
            return dict.fromkeys(twice, "entity_twice")
        for title, taken in self._other_meters():
            fields = [key for key in _METER_FIELDS if entered.get(key) in taken]
            if fields:
                self._placeholders = {"other": title}
                return dict.fromkeys(fields, "meter_taken")
        return {}

    def _other_meters(self) -> Iterator[tuple[str, set[str]]]:
        """Yield the name of each other site, of any server, and what its meter consists of."""
        for entry in self.hass.config_entries.async_entries(DOMAIN):
            for subentry_id, subentry in subentries_of(entry, SUBENTRY_SITE).items():
                if subentry_id != self._site_id:
                    sources = SiteSources.of(subentry.data)
                    own = () if sources.own_meter is None else (sources.own_meter,)
                    yield subentry.title, {*sources.meter_entities, *own}

    def _tariff_errors(self, entered: Mapping[str, Any]) -> dict[str, str]:
        text = entered.get(CONF_PRICE_WINDOWS, "")
        if text.strip() and entered.get(CONF_PRICE):
            return {CONF_PRICE_WINDOWS: "two_tariffs"}
        try:
            parse(text, self.hass.config.language)
        except TariffTextError as error:
            self._placeholders = {"line": str(error.line), "told": error.told}
            return {CONF_PRICE_WINDOWS: error.key}
        return {}

    @property
    def _site_id(self) -> str | None:
        """The subentry that is changed; None: a new one."""
        if self.source != SOURCE_RECONFIGURE:
            return None
        return self._get_reconfigure_subentry().subentry_id

    @property
    def _meters(self) -> dict[str, str]:
        """The wallboxes that measure the house, by identity."""
        hub = getattr(self._get_entry(), "runtime_data", None)
        return {
            wallbox.charger.identity: wallbox.name
            for wallbox in (hub.wallboxes.values() if hub else ())
            if Feature.HOUSE_METER in wallbox.features
        }

    def _signs(self) -> list[str]:
        """Return the entries of the menu for what can have a wrong sign."""
        kind = self._data[CONF_METER_KIND]
        there = {
            "invert_grid": kind in _DIRECTED,
            "invert_solar": bool(self._data.get(CONF_SOLAR)),
            "invert_battery": CONF_BATTERY_POWER in self._data,
        }
        return [step for step, has in there.items() if has]

    def _follow(self) -> None:
        self._pulse.follow(self.hass, SiteSources.of(self._data).meter_entities)
