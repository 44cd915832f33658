/** A house with one wallbox, as small as the tests of its card need it. */

import type { Snapshot } from "../src/feed.ts";
import type { Hass, HassEntity } from "../src/ha.ts";

export const DEVICE = "garage-1";
export const LOCALE = { language: "en", number_format: "language", time_format: "24", time_zone: "server" };

export const SNAPSHOT: Snapshot = {
  identity: "garage",
  connector_id: 1,
  device_id: DEVICE,
  name: "Garage",
  loaded: true,
  connected: true,
  minimum_a: 6,
  maximum_a: 32,
  phases: 3,
  power_w: 7360,
  currents_a: [10.7, 10.6, 10.7],
  limit_a: 16,
  offered_a: 10.7,
  boost_until: null,
  fault: null,
  session: {
    running: true,
    started_at: "2026-11-20T09:12:00+01:00",
    ended_at: null,
    energy_wh: 12_345,
    cost: 2.31,
    currency: "EUR",
    unpriced_wh: 0,
    sun_wh: 8_400,
    battery_wh: 900,
    grid_wh: 3_045,
    co2_g: null,
    card: "Blue card",
    person: "Anna",
  },
  why: { key: "solar", sentence: "Charging with what the sun leaves.", then: null, next_change: null },
  plan: null,
  site: null,
  plan_revision: 0,
};

type States = Record<string, [state: string, attributes?: Record<string, unknown>]>;

export const STATES: States = {
  "sensor.garage_status": ["charging"],
  "sensor.garage_power": ["7360", { unit_of_measurement: "W" }],
  "sensor.garage_session_energy": ["12.345", { unit_of_measurement: "kWh" }],
  "number.garage_current_limit": ["16", { min: 6, max: 32, step: 1 }],
  "select.garage_mode": ["solar", { options: ["off", "fast", "solar"] }],
  "switch.garage_charging": ["on"],
  "button.garage_boost": ["unknown"],
  "binary_sensor.garage_connected": ["on"],
};

export function entity(id: string, state: string, attributes = {}): HassEntity {
  const at = "2026-11-20T08:00:00+00:00";
  return { entity_id: id, state, attributes, last_changed: at, last_updated: at };
}

/** `states` by entity id; those of `garage` belong to the wallbox of this integration. */
export function house(states: States = STATES, more: Partial<Hass> = {}): Hass {
  const entities: Hass["entities"] = {};
  const told: Hass["states"] = {};
  for (const [id, [state, attributes]] of Object.entries(states)) {
    told[id] = entity(id, state, attributes);
    const [, key] = /^\w+\.garage_(\w+)$/.exec(id) ?? [];
    const ours = { entity_id: id, device_id: DEVICE, platform: "evse_ocpp", translation_key: key };
    entities[id] = key ? ours : { entity_id: id, device_id: "other", platform: "mqtt" };
  }
  return {
    states: told,
    entities,
    devices: {
      [DEVICE]: { id: DEVICE, name: "Garage", identifiers: [["evse_ocpp", "garage"]] },
      other: { id: "other", name: "Carport", identifiers: [] },
    },
    connection: { subscribeMessage: () => Promise.reject({ code: "unknown_command" }) },
    language: "en",
    locale: LOCALE,
    config: { currency: "EUR", time_zone: "Europe/Paris", version: "2026.10.0" },
    callWS: () => Promise.reject(new Error("nobody asks")),
    callService: () => Promise.resolve({}),
    formatEntityState: (of, state) => `<${state ?? of.state}>`,
    ...more,
  };
}
