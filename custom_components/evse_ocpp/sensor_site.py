"""What a site measures and decides: house, sun, cars, and what its fuse leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfElectricCurrent, UnitOfPower, UnitOfTime
from homeassistant.util import dt as dt_util

from .energy.model import House
from .site import Site
from .site_entity import SiteDescription, SiteEntity

POWER_STEP_W = 20.0
CURRENT_STEP_A = 0.2
AGE_STEP_S = 5.0


@dataclass(frozen=True, kw_only=True)
class SiteSensorDescription(SiteDescription, SensorEntityDescription):
    """Describes a sensor of a site."""


def _of_house(read: Callable[[House], float]) -> Callable[[Site], float | None]:
    """Return what reads the house as it was decided by; None while the meter is silent."""

    def value(site: Site) -> float | None:
        house = None if site.decision is None else site.decision.house
        return None if house is None or not house.fresh else round(read(house), 1)

    return value


def _cars_w(site: Site) -> float | None:
    """What all cars take now."""
    if site.now is None:
        return None
    return round(sum(point.power_w or 0.0 for point in site.now.points.values()), 1)


def _house_w(site: Site) -> float | None:
    """What the house takes of grid, roof and battery, without its cars."""
    now, house = site.now, None if site.decision is None else site.decision.house
    if now is None or house is None or not house.fresh:
        return None
    given_w = house.grid_w + (now.solar_w or 0.0) + (now.battery_w or 0.0)
    return round(given_w - (_cars_w(site) or 0.0), 1)


def _budget(phase: int) -> Callable[[Site], float | None]:
    def value(site: Site) -> float | None:
        budget = None if site.decision is None else site.decision.budget_a
        return None if budget is None else round(budget[phase], 1)

    return value


def _price(site: Site) -> float | None:
    now = dt_util.utcnow()
    return next((slot.value for slot in site.prices.slots if slot.start <= now < slot.end), None)


def _power(key: str, value_fn: Callable[[Site], float | None]) -> SiteSensorDescription:
    return SiteSensorDescription(
        key=key,
        translation_key=f"site_{key}",
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        step=POWER_STEP_W,
        value_fn=value_fn,
    )


SITE_SENSORS = (
    _power("grid_power", _of_house(lambda house: house.grid_w)),
    _power("house_power", _house_w),
    _power("charging_power", _cars_w),
    _power("surplus", _of_house(lambda house: house.spare_w)),
    *(
        SiteSensorDescription(
            key=f"free_l{phase + 1}",
            translation_key=f"site_free_l{phase + 1}",
            device_class=SensorDeviceClass.CURRENT,
            state_class=SensorStateClass.MEASUREMENT,
            native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
            suggested_display_precision=1,
            entity_registry_enabled_default=False,
            step=CURRENT_STEP_A,
            value_fn=_budget(phase),
        )
        for phase in range(3)
    ),
    SiteSensorDescription(
        key="price",
        translation_key="site_price",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=3,
        value_fn=_price,
    ),
    SiteSensorDescription(
        key="meter_age",
        translation_key="site_meter_age",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        step=AGE_STEP_S,
        value_fn=lambda site: None if site.meter_age_s is None else round(site.meter_age_s, 1),
    ),
)


class SiteSensor(SiteEntity, SensorEntity):
    """One value of a site."""

    entity_description: SiteSensorDescription

    def _show(self, value: Any) -> None:
        self._attr_native_value = value

    @property
    def native_unit_of_measurement(self) -> str | None:
        """The unit; a price is in the currency of Home Assistant."""
        if self.entity_description.key == "price":
            return f"{self.site.hass.config.currency}/kWh"
        return self.entity_description.native_unit_of_measurement
