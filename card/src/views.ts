/** The views of the dashboard, as Home Assistant's own configuration of views. Pure. */

import { type EntityIds, INTEGRATION_PATH } from "./entities.ts";
import type { Found, Place } from "./found.ts";
import { those } from "./found.ts";
import type { Texts } from "./localize.ts";

export type CardSetup = Record<string, unknown> & { type: string };

export interface Section {
  type: "grid";
  column_span?: number;
  cards: CardSetup[];
}

export interface ViewSetup {
  title: string;
  path: string;
  icon: string;
  type: "sections";
  max_columns: number;
  badges?: Record<string, unknown>[];
  sections: Section[];
}

/** So many columns has a view on a wide screen. */
const COLUMNS = 3;
const FULL = { grid_options: { columns: "full" } };
const POWER_HOURS = 12;
const PRICE_HOURS = 48;
const LOG_HOURS = 7 * 24;

/** Entities of a fault, off at first. The status, which is always on, tells of much else too. */
const FAULT_KEYS = ["binary_sensor.fault", "error"];
const OTHER_KEYS = ["refusal", "connected", "obeyed", "relay"];
const FAULT_EVENTS = ["event.fault", "event.station"];
const SITE_FAULT_KEYS = ["site_meter_lost", "site_dimmed", "event.site"];

/** The wallboxes, each with its card, beside the house that they share. */
export function overview(found: Found, text: Texts): ViewSetup {
  // The house stands beside the wallboxes once, instead of in each of them.
  const show = found.sites.length > 0 ? { show: { phases: false } } : {};
  const card = (device: string) => ({ type: "custom:evse-ocpp-card", device, ...show, ...FULL });
  const wallboxes = found.connectors.map(({ device }) => section([card(device)]));
  return {
    ...view("overview", "mdi:ev-station", text),
    max_columns: Math.max(2, Math.min(COLUMNS + 1, wallboxes.length + found.sites.length)),
    badges: found.sites.flatMap((site) => badges(site, text)),
    sections: [...wallboxes, ...found.sites.map((site) => house(site, text))],
  };
}

function house({ device, ids }: Place, text: Texts): Section {
  const powers = [
    { entity: ids["site_charging_power"], name: text("phases.cars") },
    { entity: ids["site_house_power"], name: text("phases.house") },
    { entity: ids["site_grid_power"], name: text("source.grid") },
  ].filter(({ entity }) => entity !== undefined);
  const graph = { type: "history-graph", title: text("board.power"), hours_to_show: POWER_HOURS, entities: powers, ...FULL };
  const phases = { type: "custom:evse-ocpp-phases-card", site: device, ...FULL };
  return section(powers.length > 0 ? [phases, graph] : [phases]);
}

/** What the house has now; nothing of what it doesn't know. */
function badges({ ids }: Place, text: Texts): Record<string, unknown>[] {
  const badge = (key: string, name: string, condition: Record<string, unknown>) =>
    those(ids, key).map((entity) => ({
      type: "entity",
      entity,
      name,
      show_name: true,
      visibility: [{ condition: "state", entity, ...condition }],
    }));
  return [
    ...badge("site_price", text("phases.price"), { state_not: ["unknown", "unavailable"] }),
    ...badge("site_surplus", text("phases.surplus"), { state_not: ["unknown", "unavailable"] }),
    ...badge("site_dimmed", text("board.dimmed"), { state: "on" }),
  ];
}

export function sessions(found: Found, text: Texts): ViewSetup {
  const card = { type: "custom:evse-ocpp-sessions-card", ...only(found), ...FULL };
  return { ...view("sessions", "mdi:format-list-bulleted", text), sections: [wide([card])] };
}

export function months(found: Found, text: Texts): ViewSetup {
  const statements = { type: "custom:evse-ocpp-month-card", ...only(found), ...FULL };
  const year = { type: "custom:evse-ocpp-energy-card", period: "month", ...only(found), ...FULL };
  return {
    ...view("months", "mdi:calendar-month", text),
    max_columns: 2,
    sections: [section([statements]), section([year])],
  };
}

/** Where the energy came from and what it cost, from the long-term statistics. */
export function costs(found: Found, text: Texts): ViewSetup {
  const chart = { type: "custom:evse-ocpp-energy-card", period: "day", ...only(found), ...FULL };
  const paid = found.connectors.some(({ ids }) => ids["cost_total"] !== undefined);
  const prices = found.sites.flatMap(({ ids, name }) => those(ids, "site_price").map((entity) => ({ entity, name })));
  const price = { type: "history-graph", title: text("board.price"), hours_to_show: PRICE_HOURS, entities: prices, ...FULL };
  const money = [...(paid ? [{ ...chart, measure: "cost" }] : []), ...(prices.length > 0 ? [price] : [])];
  const parts = [section([chart]), ...(money.length > 0 ? [section(money)] : [])];
  return { ...view("costs", "mdi:solar-power-variant", text), max_columns: 2, sections: parts };
}

/** What is wrong now, and what was in the last week. */
export function faults(found: Found, text: Texts): ViewSetup {
  const places = [...found.connectors, ...found.others];
  const entities = [
    ...places.flatMap(({ ids }) => those(ids, ...faultKeys(ids), ...FAULT_EVENTS)),
    ...found.sites.flatMap(({ ids }) => those(ids, ...SITE_FAULT_KEYS)),
  ];
  const now = { type: "custom:evse-ocpp-faults-card", ...only(found), ...FULL };
  const log = {
    type: "logbook",
    title: text("board.last_week"),
    target: { entity_id: [...new Set(entities)] },
    hours_to_show: LOG_HOURS,
    grid_options: { columns: "full", rows: 10 },
  };
  const parts = [section([now]), ...(entities.length > 0 ? [section([log])] : [])];
  return { ...view("faults", "mdi:alert-circle-outline", text), max_columns: 2, sections: parts };
}

function faultKeys(ids: EntityIds): string[] {
  return [...(those(ids, ...FAULT_KEYS).length > 0 ? FAULT_KEYS : ["status"]), ...OTHER_KEYS];
}

/** Instead of all views: there is no wallbox yet, and this is how one is added. */
export function nothing(text: Texts): ViewSetup {
  const content = `## ${text("board.none")}\n\n${text("board.none_what")}\n\n[${text("board.none_link")}](${INTEGRATION_PATH})`;
  return { ...view("overview", "mdi:ev-station", text), sections: [section([{ type: "markdown", content, ...FULL }])] };
}

/** What of the user's own configuration was not understood, in front of a view. */
export function complaint(lines: string[]): Section {
  return wide([{ type: "markdown", content: lines.map((line) => `- ⚠️ ${line}`).join("\n"), ...FULL }]);
}

function view(path: "overview" | "sessions" | "months" | "costs" | "faults", icon: string, text: Texts): ViewSetup {
  return { title: text(`board.${path}`), path, icon, type: "sections", max_columns: COLUMNS, sections: [] };
}

function section(cards: CardSetup[]): Section {
  return { type: "grid", cards };
}

function wide(cards: CardSetup[]): Section {
  return { type: "grid", column_span: COLUMNS, cards };
}

/** Cards of all wallboxes need no list; it would go stale with the next one. */
function only(found: Found): { devices?: string[] } {
  return found.chosen ? { devices: found.connectors.map(({ device }) => device) } : {};
}
