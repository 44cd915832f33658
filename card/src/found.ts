/** What of this integration there is in the house: connectors, sites and what else has a device. */

import { connectorDevices, deviceName, DOMAIN, entitiesOf, type EntityIds } from "./entities.ts";
import type { Hass } from "./ha.ts";

/** A device and its entities by translation key. */
export interface Place {
  device: string;
  name: string;
  ids: EntityIds;
}

export interface Found {
  /** One for each connector; of a wallbox with two connectors there are two. */
  connectors: Place[];
  sites: Place[];
  /** The other devices: wallboxes with several connectors, the people. */
  others: Place[];
  /** Whether these connectors were chosen among others. */
  chosen: boolean;
}

/** What there is, by name. `devices`: only these connectors; all if empty. */
export function found(hass: Hass, devices: readonly string[] = []): Found {
  const ours = new Set<string>();
  const sites = new Set<string>();
  for (const entity of Object.values(hass.entities)) {
    if (entity?.platform !== DOMAIN || !entity.device_id) continue;
    ours.add(entity.device_id);
    if (entity.translation_key?.startsWith("site_")) sites.add(entity.device_id);
  }
  const connectors = new Set(connectorDevices(hass));
  const wanted = devices.length === 0 ? [...connectors] : [...connectors].filter((id) => devices.includes(id));
  const others = [...ours].filter((id) => !connectors.has(id) && !sites.has(id));
  return {
    connectors: places(hass, wanted),
    sites: places(hass, [...sites]),
    others: places(hass, others),
    chosen: devices.length > 0,
  };
}

function places(hass: Hass, devices: string[]): Place[] {
  return devices
    .map((device) => ({ device, name: deviceName(hass, device), ids: entitiesOf(hass, device) }))
    .sort((one, other) => one.name.localeCompare(other.name, hass.language, { numeric: true }));
}

/** Those of the keys that there are, in the order of the keys. */
export function those(ids: EntityIds, ...keys: string[]): string[] {
  return keys.map((key) => ids[key]).filter((id): id is string => id !== undefined);
}
