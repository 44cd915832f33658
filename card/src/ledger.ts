/** The sessions that are kept: shapes and questions of `evse_ocpp/list` and `evse_ocpp/sessions`. */

import type { Session } from "./feed.ts";
import type { Hass } from "./ha.ts";

/** A session of the list. `owner`: the key by which it is asked for. */
export interface SessionTold extends Omit<Session, "running" | "co2_g"> {
  uid: string;
  wallbox: string;
  device_id: string | null;
  /** null: the wallbox did not tell. */
  connector_id: number | null;
  reason: string | null;
  owner: string;
}

/** Sums of an owner or of a wallbox. */
export interface Sums {
  sessions: number;
  energy_wh: number;
  cost: number | null;
  currency: string | null;
  sun_wh: number | null;
}

export interface SessionsTold {
  rows: SessionTold[];
  count: number;
  energy_wh: number;
  /** By currency. */
  cost: Record<string, number>;
  sun_wh: number | null;
  /** `name` null: of nobody. */
  owners: (Sums & { owner: string; name: string | null })[];
  /** `device_id` null: of a wallbox that was removed. */
  wallboxes: (Sums & { device_id: string | null; name: string })[];
}

export interface WallboxesTold {
  wallboxes: {
    entry_id: string;
    identity: string;
    name: string;
    connectors: { connector_id: number; device_id: string; name: string }[];
  }[];
  people: { person: string; name: string }[];
  cards: { id_tag: string; name: string | null; person: string | null }[];
  currency: string;
}

/** Which sessions; what is left out doesn't matter. Instants in ISO 8601, `end` is not in it. */
export interface Wanted {
  start?: string;
  end?: string;
  device_ids?: string[];
  owner?: string;
}

/** The owner of sessions without a card. */
export const NOBODY = "nobody";

export function askSessions(hass: Hass, wanted: Wanted, limit: number, offset = 0): Promise<SessionsTold> {
  return hass.callWS<SessionsTold>({ type: "evse_ocpp/sessions", ...wanted, limit, offset });
}

export function askWallboxes(hass: Hass): Promise<WallboxesTold> {
  return hass.callWS<WallboxesTold>({ type: "evse_ocpp/list" });
}

/** The owner as the actions name one; null for nobody, whom they don't know. */
export function ownerData(owner: string | undefined): { person?: string; id_tag?: string } | null {
  if (owner === undefined) return {};
  if (owner.startsWith("person:")) return { person: owner.slice("person:".length) };
  if (owner.startsWith("card:")) return { id_tag: owner.slice("card:".length) };
  return null;
}

/** The servers whose wallboxes these are (all if none are named): the actions know one at a time. */
export function entriesOf(told: WallboxesTold, deviceIds: readonly string[] = []): string[] {
  const those = told.wallboxes.filter(
    ({ connectors }) => deviceIds.length === 0 || connectors.some(({ device_id }) => deviceIds.includes(device_id)),
  );
  return [...new Set(those.map(({ entry_id }) => entry_id))];
}
