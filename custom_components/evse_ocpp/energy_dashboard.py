"""Wallboxes as individual devices of Home Assistant's energy dashboard: put in, and taken out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .hub import Hub

if TYPE_CHECKING:
    from homeassistant.components.energy.data import EnergyPreferencesUpdate

_ENERGY = "energy"
_DEVICES = "device_consumption"
_STATISTIC = "stat_consumption"
_RATE = "stat_rate"
_PARENT = "included_in_stat"
type Item = Mapping[str, Any]
"""One individual device, as Home Assistant keeps it."""


@dataclass(frozen=True, slots=True)
class EnergyDevice:
    """A connector, and the entities whose statistics the dashboard shows; `power` None: none."""

    name: str
    energy: str
    power: str | None


@callback
def is_there(hass: HomeAssistant) -> bool:
    """Whether Home Assistant has an energy dashboard."""
    return _ENERGY in hass.config.components


@callback
def takes_power(hass: HomeAssistant) -> bool:
    """Whether individual devices can have a power in this version: 2025.4 knows energy only."""
    if not is_there(hass):
        return False
    # It may be left out of Home Assistant, and with it what it needs.
    from homeassistant.components.energy.data import DeviceConsumption

    return _RATE in DeviceConsumption.__annotations__


@callback
def devices_of(hass: HomeAssistant, hub: Hub) -> list[EnergyDevice]:
    """Return what there is to be put in; without connectors whose energy somebody switched off."""
    devices: list[EnergyDevice] = []
    for wallbox in hub.wallboxes.values():
        for connector_id in wallbox.charger.connectors:
            prefix = f"{wallbox.charger.identity}/{connector_id}"
            energy, power = _entity(hass, f"{prefix}/energy"), _entity(hass, f"{prefix}/power")
            if energy is not None:
                device = dr.async_get(hass).async_get(energy.device_id or "")
                name = None if device is None else device.name_by_user or device.name
                rate = None if power is None else power.entity_id
                devices.append(EnergyDevice(name or wallbox.name, energy.entity_id, rate))
    return devices


def _entity(hass: HomeAssistant, unique_id: str) -> er.RegistryEntry | None:
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, unique_id)
    entry = registry.async_get(entity_id) if entity_id else None
    return None if entry is None or entry.disabled else entry


async def async_items(hass: HomeAssistant) -> list[Item]:
    """Return the individual devices that are in now, also those of others."""
    from homeassistant.components.energy.data import async_get_manager

    preferences: Item = cast("Item | None", (await async_get_manager(hass)).data) or {}
    return list(preferences.get(_DEVICES, ()))


async def async_choose(
    hass: HomeAssistant, devices: Sequence[EnergyDevice], chosen: Collection[str]
) -> None:
    """Put those of `devices` in whose energy is `chosen`, and take the others of them out."""
    from homeassistant.components.energy.data import async_get_manager

    manager = await async_get_manager(hass)
    before = await async_items(hass)
    after = changed(before, devices, chosen, with_power=takes_power(hass))
    if after != before:
        await manager.async_update(cast("EnergyPreferencesUpdate", {_DEVICES: after}))


def changed(
    items: Sequence[Item],
    devices: Sequence[EnergyDevice],
    chosen: Collection[str],
    *,
    with_power: bool,
) -> list[Item]:
    """Return the individual devices with the chosen ones of ours. Pure.

    What others put in stays as it is, in its order. One of ours that is in already keeps what was
    set of it, and gets its power if it has none.
    """
    ours = {device.energy: device for device in devices}
    gone = ours.keys() - set(chosen)
    kept: list[Item] = []
    for item in items:
        if item[_STATISTIC] in gone:
            continue
        device = ours.get(item[_STATISTIC])
        if device is not None and with_power and device.power and not item.get(_RATE):
            item = {**item, _RATE: device.power}  # noqa: PLW2901 - the same, completed
        if item.get(_PARENT) in gone:  # as Home Assistant does when a device is removed there
            item = {key: value for key, value in item.items() if key != _PARENT}  # noqa: PLW2901
        kept.append(item)
    there = {item[_STATISTIC] for item in items}
    new = [ours[energy] for energy in ours if energy in chosen and energy not in there]
    return [*kept, *(_item(device, with_power=with_power) for device in new)]


def _item(device: EnergyDevice, *, with_power: bool) -> Item:
    item = {_STATISTIC: device.energy, "name": device.name}
    return item | {_RATE: device.power} if with_power and device.power else item
