/** What Home Assistant offers by itself: a card to begin with, and cards that fit an entity. */

import { DOMAIN, connectorDevices } from "./entities.ts";
import type { Hass } from "./ha.ts";

/** A new card: of the first wallbox that there is. */
export function stubConfig(hass: Hass): Record<string, unknown> {
  const [device] = connectorDevices(hass);
  return device === undefined ? {} : { device };
}

/** The card for an entity of one of our connectors, else null. */
export function suggestion(hass: Hass, entityId: string): { config: object } | null {
  const entity = hass.entities[entityId];
  if (entity?.platform !== DOMAIN || !entity.device_id) return null;
  if (!connectorDevices(hass).includes(entity.device_id)) return null;
  return { config: { type: "custom:evse-ocpp-card", device: entity.device_id } };
}
