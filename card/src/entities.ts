/** Finds the entities of one connector by what they are, whatever the user has named them. */

import type { Hass } from "./ha.ts";

export const DOMAIN = "evse_ocpp";
/** Where the integration is shown, with its “Add” buttons. */
export const INTEGRATION_PATH = `/config/integrations/integration/${DOMAIN}`;

/** Entity ids by translation key (`current_limit`, `status`, `mode` …), of the connector's device. */
export type EntityIds = Record<string, string | undefined>;

/**
 * The entities of a device of this integration. Two of one key and different kinds (the cable's sensor
 * and its event) are told apart by `domain.key`; `key` alone is the one which is no event.
 */
export function entitiesOf(hass: Hass, deviceId: string): EntityIds {
  const found: EntityIds = {};
  for (const entity of Object.values(hass.entities)) {
    if (entity?.device_id !== deviceId || entity.platform !== DOMAIN) continue;
    const key = entity.translation_key;
    if (!key) continue;
    const domain = entity.entity_id.split(".", 1)[0] ?? "";
    found[`${domain}.${key}`] = entity.entity_id;
    if (domain !== "event" || found[key] === undefined) found[key] = entity.entity_id;
  }
  return found;
}

/** The devices of this integration that have a status: one for each connector. */
export function connectorDevices(hass: Hass): string[] {
  const ids = Object.values(hass.entities)
    .filter((each) => each?.platform === DOMAIN && each.translation_key === "status")
    .map((each) => each?.device_id);
  return [...new Set(ids.filter((id): id is string => typeof id === "string"))];
}

/** The name of a device as its user sees it. */
export function deviceName(hass: Hass, deviceId: string): string {
  const device = hass.devices[deviceId];
  return device?.name_by_user || device?.name || "";
}
