"""What was set of a site: its subentry, those of its circuits and wallboxes, read into the energy
side's words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple, Self

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from .central.persistent_writes import MAX_PER_DAY
from .const import (
    CONF_BATTERY_BUFFER_SOC,
    CONF_BATTERY_INVERTED,
    CONF_BATTERY_LOCK,
    CONF_BATTERY_MAY_DISCHARGE,
    CONF_BATTERY_POWER,
    CONF_BATTERY_PRIORITY_SOC,
    CONF_BATTERY_RULE,
    CONF_BATTERY_SOC,
    CONF_CAPACITY_KW,
    CONF_CO2,
    CONF_CONTRACT_KW,
    CONF_DAY_PRICE,
    CONF_DIMMED_KW,
    CONF_DIMMING,
    CONF_DISABLE_S,
    CONF_ENABLE_S,
    CONF_FEED_IN_PRICE,
    CONF_FUSE_A,
    CONF_GRID_CURRENTS,
    CONF_GRID_EXPORT,
    CONF_GRID_INVERTED,
    CONF_GRID_POWER,
    CONF_GRID_POWERS,
    CONF_HOUSE_RESERVE_A,
    CONF_LIMIT_A,
    CONF_LIMIT_KW,
    CONF_METER_KIND,
    CONF_METER_TIMEOUT_S,
    CONF_MINIMUM_A,
    CONF_NIGHT_PRICE,
    CONF_ONLY_SURPLUS,
    CONF_OWN_METER,
    CONF_PARENT,
    CONF_PHASE_S,
    CONF_PHASE_SWITCHING,
    CONF_PHASES,
    CONF_PRICE,
    CONF_PRICE_WINDOWS,
    CONF_PRIORITY,
    CONF_RESIDUAL_W,
    CONF_ROTATION_MIN,
    CONF_SITE,
    CONF_SOLAR,
    CONF_SOLAR_INVERTED,
    CONF_SUN_FORECAST,
    CONF_SUPPLY,
    CONF_SWITCHES,
    CONF_UNBALANCE_A,
    CONF_VOLTAGES,
    CONF_WIRING,
    SUBENTRY_CIRCUIT,
    SUBENTRY_SITE,
    SUPPLY_NONE,
)
from .energy.allowance import MIN_LIMIT_A
from .energy.model import (
    BatteryRule,
    BatterySettings,
    Circuit,
    PointSettings,
    SiteSettings,
    SunSettings,
)
from .energy.tariff_windows import TariffWindow
from .tariff_text import windows_of
from .wallbox import Wallbox

DAY_S = 86_400
DEFAULT_METER_TIMEOUT_S = 10.0
"""SiteSettings.meter_timeout_s: what the site's promise of a fallback within 10 s needs."""


class MeterKind(StrEnum):
    """How the meter at the grid tells what the house takes."""

    NONE = "none"
    POWER = "power"  # the sum, positive or negative
    TWO_POWERS = "two_powers"  # import and export, each never negative
    PHASE_POWERS = "phase_powers"
    PHASE_CURRENTS = "phase_currents"
    WALLBOX = "wallbox"  # a wallbox of ours measures the house


@dataclass(frozen=True, slots=True)
class SiteSources:
    """The entities that a site reads, by their ids. Those that are None or empty are not there.

    `grid_currents` and `grid_powers` are L1 to L3 (one of a single-phase site). Currents without a
    sign are import, unless `grid_power` beside them shows that the sum is exported. `inverted`: the
    entity shows export, or what charges the battery, as positive.
    """

    grid_power: str | None = None
    grid_export: str | None = None
    grid_currents: tuple[str, ...] = ()
    grid_powers: tuple[str, ...] = ()
    grid_inverted: bool = False
    voltages: tuple[str, ...] = ()
    own_meter: str | None = None
    solar: tuple[str, ...] = ()
    solar_inverted: bool = False
    battery_power: str | None = None
    battery_inverted: bool = False
    battery_soc: str | None = None
    battery_lock: str | None = None
    price: str | None = None
    price_windows: tuple[TariffWindow, ...] = ()
    feed_in_price: float | None = None
    co2: str | None = None
    sun_forecast: bool = True
    dimming: str | None = None

    @property
    def meter_entities(self) -> tuple[str, ...]:
        """The entities that are the meter at the grid."""
        single = (self.grid_power, self.grid_export)
        return (*filter(None, single), *self.grid_powers, *self.grid_currents)

    @property
    def entities(self) -> tuple[str, ...]:
        """All entities whose states a turn goes by."""
        single = (self.battery_power, self.battery_soc, self.dimming)
        return (*self.meter_entities, *self.voltages, *self.solar, *filter(None, single))

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Read a site's data; only what belongs to its kind of meter counts."""
        kind = MeterKind(data.get(CONF_METER_KIND, MeterKind.NONE))
        totals = kind in (MeterKind.POWER, MeterKind.TWO_POWERS, MeterKind.PHASE_CURRENTS)
        currents, powers = kind is MeterKind.PHASE_CURRENTS, kind is MeterKind.PHASE_POWERS
        return cls(
            grid_power=data.get(CONF_GRID_POWER) if totals else None,
            grid_export=data.get(CONF_GRID_EXPORT) if kind is MeterKind.TWO_POWERS else None,
            grid_currents=_entities(data, CONF_GRID_CURRENTS) if currents else (),
            grid_powers=_entities(data, CONF_GRID_POWERS) if powers else (),
            grid_inverted=data.get(CONF_GRID_INVERTED, False),
            voltages=_entities(data, CONF_VOLTAGES),
            own_meter=data.get(CONF_OWN_METER) if kind is MeterKind.WALLBOX else None,
            solar=tuple(data.get(CONF_SOLAR, ())),
            solar_inverted=data.get(CONF_SOLAR_INVERTED, False),
            battery_power=data.get(CONF_BATTERY_POWER),
            battery_inverted=data.get(CONF_BATTERY_INVERTED, False),
            battery_soc=data.get(CONF_BATTERY_SOC),
            battery_lock=data.get(CONF_BATTERY_LOCK),
            price=data.get(CONF_PRICE),
            price_windows=windows_of(data.get(CONF_PRICE_WINDOWS, ())),
            feed_in_price=data.get(CONF_FEED_IN_PRICE),
            co2=data.get(CONF_CO2),
            sun_forecast=data.get(CONF_SUN_FORECAST, True),
            dimming=data.get(CONF_DIMMING),
        )


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """A site: what decides (`settings`) and what is read (`sources`)."""

    subentry_id: str
    name: str
    settings: SiteSettings
    sources: SiteSources = field(default_factory=SiteSources)

    @classmethod
    def of(cls, entry: ConfigEntry[Any], subentry: ConfigSubentry) -> Self:
        """Read a site's subentry, and the circuits of the entry that belong to it."""
        settings = settings_of(subentry.data, circuits_of(entry, subentry.subentry_id))
        return cls(subentry.subentry_id, subentry.title, settings, SiteSources.of(subentry.data))

    def with_wallbox_circuits(
        self, entry: ConfigEntry[Any], wallboxes: Iterable[Wallbox]
    ) -> SiteSettings:
        """Return the settings with a circuit for each wallbox of several connectors.

        They share one supply line; its circuit is `wallbox/<identity>`, right above the connectors.
        """
        own = tuple(
            Circuit(
                wallbox_circuit_id(wallbox),
                wallbox.name,
                float(wallbox.settings.maximum_a),
                supply_of(entry, _data(entry, wallbox)).circuit,
            )
            for wallbox in wallboxes
            if len(wallbox.charger.connectors) > 1
        )
        return replace(self.settings, circuits=(*self.settings.circuits, *own))


class Supply(NamedTuple):
    """From where a wallbox or a circuit is supplied: ids of subentries; without `circuit` it is the
    main fuse. `lost`: what was chosen is gone.
    """

    site: str | None
    circuit: str | None = None
    lost: bool = False


def settings_of(data: Mapping[str, Any], circuits: tuple[Circuit, ...] = ()) -> SiteSettings:
    """Read a site's data; what is not set has the default of the energy side."""
    kind = MeterKind(data.get(CONF_METER_KIND, MeterKind.NONE))
    default = SiteSettings(float(data[CONF_FUSE_A]))
    return replace(
        default,
        phases=int(data.get(CONF_PHASES, 3)),
        circuits=circuits,
        contract_w=_watts(data.get(CONF_CONTRACT_KW)),
        capacity_w=_watts(data.get(CONF_CAPACITY_KW)),
        unbalance_a=data.get(CONF_UNBALANCE_A),
        dimmed_w=_watts(data.get(CONF_DIMMED_KW)) or default.dimmed_w,
        has_meter=kind is not MeterKind.NONE,
        house_reserve_a=float(data.get(CONF_HOUSE_RESERVE_A, 0.0)),
        meter_timeout_s=float(data.get(CONF_METER_TIMEOUT_S, DEFAULT_METER_TIMEOUT_S)),
        rotation_s=float(data.get(CONF_ROTATION_MIN, default.rotation_s / 60)) * 60,
        sun=_sun(data),
        battery=_battery(data),
    )


def _sun(data: Mapping[str, Any]) -> SunSettings:
    default = SunSettings()
    return replace(
        default,
        residual_w=float(data.get(CONF_RESIDUAL_W, default.residual_w)),
        enable_s=float(data.get(CONF_ENABLE_S, default.enable_s)),
        disable_s=float(data.get(CONF_DISABLE_S, default.disable_s)),
        phase_s=float(data.get(CONF_PHASE_S, default.phase_s)),
        switches_per_session=int(data.get(CONF_SWITCHES, default.switches_per_session)),
        only_surplus=data.get(CONF_ONLY_SURPLUS, default.only_surplus),
        night_price=float(data.get(CONF_NIGHT_PRICE, default.night_price)),
        day_price=float(data.get(CONF_DAY_PRICE, default.day_price)),
        feed_in_price=float(data.get(CONF_FEED_IN_PRICE, default.feed_in_price)),
    )


def _battery(data: Mapping[str, Any]) -> BatterySettings:
    default = BatterySettings()
    return BatterySettings(
        BatteryRule(data.get(CONF_BATTERY_RULE, default.rule)),
        float(data.get(CONF_BATTERY_PRIORITY_SOC, default.priority_soc)),
        data.get(CONF_BATTERY_MAY_DISCHARGE, default.may_discharge),
        float(data.get(CONF_BATTERY_BUFFER_SOC, default.buffer_soc)),
    )


def subentries_of(entry: ConfigEntry[Any], kind: str) -> dict[str, ConfigSubentry]:
    """Return the subentries of one type, by their id."""
    return {
        subentry_id: subentry
        for subentry_id, subentry in entry.subentries.items()
        if subentry.subentry_type == kind
    }


def supply_of(entry: ConfigEntry[Any], data: Mapping[str, Any]) -> Supply:
    """Return from where a wallbox with these data is supplied.

    Nothing chosen: the only site there is. A circuit that was removed: the main fuse of its site.
    """
    sites = subentries_of(entry, SUBENTRY_SITE)
    only = next(iter(sites)) if len(sites) == 1 else None
    chosen = data.get(CONF_SUPPLY)
    if chosen is None:
        return Supply(only)
    if chosen == SUPPLY_NONE:
        return Supply(None)
    if chosen in sites:
        return Supply(chosen)
    site = site_of_circuit(entry, chosen)
    if site is not None:
        return Supply(site, chosen)
    before = data.get(CONF_SITE)
    return Supply(before if before in sites else only, lost=True)


def site_of_circuit(entry: ConfigEntry[Any], circuit_id: str) -> str | None:
    """Return the site that a circuit belongs to; None: there is no such circuit, or no such site.

    One whose parent was removed hangs below the main fuse of the site where it was.
    """
    circuits = subentries_of(entry, SUBENTRY_CIRCUIT)
    sites = subentries_of(entry, SUBENTRY_SITE)
    seen: set[str] = set()
    at: str = circuit_id
    before: str | None = None
    while at in circuits and at not in seen:
        seen.add(at)
        before = circuits[at].data.get(CONF_SITE)
        at = circuits[at].data[CONF_PARENT]
    if at in sites:
        return at
    return before if before in sites else None


def circuits_of(entry: ConfigEntry[Any], site_id: str) -> tuple[Circuit, ...]:
    """Return the circuits of a site; its own id, and a parent that is gone, is the main fuse."""
    circuits = subentries_of(entry, SUBENTRY_CIRCUIT)
    return tuple(
        Circuit(
            circuit_id,
            subentry.title,
            float(subentry.data[CONF_LIMIT_A]),
            parent if (parent := subentry.data[CONF_PARENT]) in circuits else None,
            _watts(subentry.data.get(CONF_LIMIT_KW)),
        )
        for circuit_id, subentry in circuits.items()
        if site_of_circuit(entry, circuit_id) == site_id
    )


def point_settings(
    entry: ConfigEntry[Any], site: SiteConfig, wallbox: Wallbox
) -> tuple[PointSettings, ...]:
    """Return what was set of each connector of a wallbox; none, if the site does not supply it."""
    data = _data(entry, wallbox)
    supply = supply_of(entry, data)
    if supply.site != site.subentry_id:
        return ()
    connectors = wallbox.charger.connectors
    several = len(connectors) > 1
    maximum_a = float(wallbox.settings.maximum_a)
    proved = wallbox.charger.control.switches_phases is True
    return tuple(
        PointSettings(
            id=f"{wallbox.charger.identity}/{connector_id}",
            name=f"{wallbox.name} {connector_id}" if several else wallbox.name,
            circuit=wallbox_circuit_id(wallbox) if several else supply.circuit,
            wiring=wiring_of(data, wallbox.settings.phases, site.settings.phases),
            priority=int(data.get(CONF_PRIORITY, 0)),
            minimum_a=min(float(data.get(CONF_MINIMUM_A, MIN_LIMIT_A)), maximum_a),
            maximum_a=maximum_a,
            fallback_a=wallbox.steering.settings.fallback_a,
            switches_phases=proved and data.get(CONF_PHASE_SWITCHING, False),
            coarse_s=_coarse_s(wallbox),
        )
        for connector_id in connectors
    )


def wiring_of(data: Mapping[str, Any], phases: int, site_phases: int) -> tuple[int, ...]:
    """Return to which phase of the site (0, 1, 2) each phase of a charger is wired."""
    if site_phases == 1:
        return (0,)
    told = str(data.get(CONF_WIRING, ""))
    wiring = tuple(int(each) - 1 for each in told)
    return wiring if len(wiring) == phases else tuple(range(phases))


def wallbox_circuit_id(wallbox: Wallbox) -> str:
    """Return the id of the circuit that the connectors of a wallbox share."""
    return f"wallbox/{wallbox.charger.identity}"


def _coarse_s(wallbox: Wallbox) -> float:
    """Return how often a higher limit may be set: what is kept in flash wears it (row 34)."""
    return 0.0 if wallbox.charger.control.lease.volatile else DAY_S / MAX_PER_DAY


def _data(entry: ConfigEntry[Any], wallbox: Wallbox) -> Mapping[str, Any]:
    subentry = entry.subentries.get(wallbox.subentry_id)
    return {} if subentry is None else subentry.data  # it is being removed


def _entities(data: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(data[key] for key in keys if data.get(key))


def _watts(kilowatts: float | None) -> float | None:
    return None if kilowatts is None else float(kilowatts) * 1000
