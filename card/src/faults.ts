/** What is wrong at wallboxes and sites now, and what Home Assistant's repairs say of them. Pure but for `askRepairs`. */

import type { Found, Place } from "./found.ts";
import { type Hass, type HassEntity, says } from "./ha.ts";
import type { TextKey } from "./localize.ts";

export type Level = "error" | "warning" | "ok";

export interface Trouble {
  name: string;
  level: Level;
  text: TextKey;
  /** The fault in Home Assistant's words. */
  detail?: string;
  /** ISO 8601 */
  since?: string;
  /** The entity that tells more. */
  entity?: string;
}

/** The wallbox's own words for its fault, by device; its entity for them is off at first. */
export type Words = ReadonlyMap<string, string>;

/** One line for each connector and site, the worst first. */
export function troublesOf(hass: Hass, found: Found, words: Words = new Map()): Trouble[] {
  const lines = [
    ...found.connectors.map((place) => ofConnector(hass, place, words)),
    ...found.sites.map((place) => ofSite(hass, place)),
  ];
  const order: Level[] = ["error", "warning", "ok"];
  return lines.sort((one, other) => order.indexOf(one.level) - order.indexOf(other.level));
}

/** The entities that `troublesOf` looks at. */
export function watched(found: Found): string[] {
  const keys = ["status", "error", "connected", "refusal", "site_meter_lost"];
  return [...found.connectors, ...found.sites].flatMap(({ ids }) => keys.map((key) => ids[key] ?? "")).filter(Boolean);
}

function stateOf(hass: Hass, { ids }: Place, key: string): HassEntity | undefined {
  return hass.states[ids[key] ?? ""];
}

/** The devices of connectors that are faulted. */
export function faulted(hass: Hass, found: Found): string[] {
  return found.connectors.filter((place) => stateOf(hass, place, "status")?.state === "faulted").map(({ device }) => device);
}

function ofConnector(hass: Hass, place: Place, words: Words): Trouble {
  const [status, error, connected] = ["status", "error", "connected"].map((key) => stateOf(hass, place, key));
  const line = (level: Level, text: TextKey, of = status): Trouble => ({
    name: place.name,
    level,
    text,
    since: of?.last_changed,
    entity: of?.entity_id,
  });
  if (connected?.state === "off") return line("warning", "faults.not_connected", connected);
  if (!says(status)) return line("warning", "faults.silent");
  if (status.state === "faulted") {
    const detail = says(error) ? hass.formatEntityState(error) : words.get(place.device);
    return { ...line("error", "faults.fault"), detail };
  }
  if (status.state === "out_of_service") return line("warning", "faults.out_of_service");
  return { ...line("ok", "faults.well"), detail: hass.formatEntityState(status), since: undefined };
}

function ofSite(hass: Hass, place: Place): Trouble {
  const lost = stateOf(hass, place, "site_meter_lost");
  const entity = lost?.entity_id;
  if (lost?.state === "on") {
    return { name: place.name, level: "error", text: "faults.meter_silent", since: lost.last_changed, entity };
  }
  return { name: place.name, level: "ok", text: "faults.meter_well", entity };
}

/** An open issue of Home Assistant's repairs, in the user's words. */
export interface Repair {
  id: string;
  title: string;
  severity: string;
  created: string;
}

interface Issue {
  domain: string;
  issue_id: string;
  ignored?: boolean;
  severity: string;
  created: string;
  translation_key?: string | null;
  translation_placeholders?: Record<string, string> | null;
}

export async function askRepairs(hass: Hass): Promise<Repair[]> {
  const [{ issues }, localize] = await Promise.all([
    hass.callWS<{ issues: Issue[] }>({ type: "repairs/list_issues" }),
    hass.loadBackendTranslation?.("issues", "evse_ocpp"),
  ]);
  return issues
    .filter(({ domain, ignored }) => domain === "evse_ocpp" && !ignored)
    .map((issue) => {
      const key = `component.evse_ocpp.issues.${issue.translation_key ?? issue.issue_id}.title`;
      const title = localize?.(key, issue.translation_placeholders ?? {}) || issue.issue_id;
      return { id: issue.issue_id, title, severity: issue.severity, created: issue.created };
    })
    .sort((one, other) => other.created.localeCompare(one.created));
}
