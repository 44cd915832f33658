/** What a charger's status means, in the words of this integration and of others. */

import { type HassEntity, says } from "./ha.ts";

/** How the ring looks: `ready` is plugged in and would charge, `waiting` plugged in and held back. */
export type Kind = "charging" | "ready" | "waiting" | "free" | "fault" | "away" | "unknown";

/** States of ours (OCPP's), evcc's letters, and those of widespread chargers' integrations. */
const WORDS: Record<Exclude<Kind, "away" | "unknown">, readonly string[]> = {
  charging: ["charging", "c", "d", "on", "charging_normal", "charging_active", "started"],
  ready: ["preparing", "connected", "b", "ready_to_charge", "plugged_in", "plugged"],
  waiting: [
    "suspended_ev",
    "suspended_evse",
    "suspendedev",
    "suspendedevse",
    "awaiting_start",
    "awaiting_authorization",
    "waiting",
    "waiting_for_car",
    "waiting_for_vehicle",
    "paused",
    "scheduled",
    "complete",
    "completed",
    "charge_complete",
    "reserved",
    "finishing",
    "out_of_service",
    "locked",
    "queued",
  ],
  free: ["available", "disconnected", "a", "idle", "off", "unplugged", "not_connected", "ready", "standby"],
  fault: ["faulted", "fault", "error", "e", "f", "faulty"],
};

const KINDS = new Map(
  Object.entries(WORDS).flatMap(([kind, words]) => words.map((word) => [word, kind as Kind])),
);

/** More than the standby of an electronics board: something charges. */
const CHARGES_W = 200;

/** The kind of a status; where it says nothing that is known, by the power. */
export function kindOf(status: HassEntity | undefined, power_w: number | null): Kind {
  const word = says(status) ? status.state.trim().toLowerCase().replace(/[\s-]+/g, "_") : "";
  const kind = KINDS.get(word);
  if (kind !== undefined) return kind;
  if (power_w === null) return "unknown";
  return power_w > CHARGES_W ? "charging" : word === "" ? "free" : "unknown";
}

const ICONS: Record<Kind, string> = {
  charging: "mdi:lightning-bolt",
  ready: "mdi:ev-plug-type2",
  waiting: "mdi:pause",
  free: "mdi:ev-station",
  fault: "mdi:alert",
  away: "mdi:lan-disconnect",
  unknown: "mdi:ev-station",
};

export function iconOf(kind: Kind): string {
  return ICONS[kind];
}
