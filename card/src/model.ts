/**
 * What the card shows: a pure function of Home Assistant's states, the card's configuration, and
 * what the integration tells of the connector. Elements only draw it.
 */

import type { CardConfig, Role } from "./config.ts";
import { type EntityIds, connectorDevices, deviceName, entitiesOf } from "./entities.ts";
import type { PlanNow, Session, SiteNow, Snapshot, Why } from "./feed.ts";
import { type Hass, type HassEntity, numberOf, says } from "./ha.ts";
import { type Kind, kindOf } from "./status.ts";

/** What is meant by the configuration: a device, single entities, or nothing that is there. */
export type Target =
  | { of: "device"; device: string; ids: EntityIds }
  | { of: "entities"; ids: EntityIds }
  | { of: "nothing"; why: "none" }
  | { of: "nothing"; why: "gone"; device: string }
  | { of: "nothing"; why: "choose"; devices: { id: string; name: string }[] };

/** These are the wallbox's: further connectors have them at its device. */
const OF_WALLBOX = [
  "boost",
  "charging",
  "charging_window",
  "connected",
  "current_limit",
  "free_charging",
  "mode",
];

/** Find what the card is of. `chosen`: the device that was picked in the card itself. */
export function target(hass: Hass, config: CardConfig, chosen?: string): Target {
  if (config.device === undefined && config.entities !== undefined) {
    return { of: "entities", ids: config.entities };
  }
  const devices = connectorDevices(hass);
  const device = config.device ?? chosen ?? (devices.length === 1 ? devices[0] : undefined);
  if (device === undefined) {
    if (devices.length === 0) return { of: "nothing", why: "none" };
    const named = devices.map((id) => ({ id, name: deviceName(hass, id) }));
    return { of: "nothing", why: "choose", devices: named };
  }
  if (hass.devices[device] === undefined) return { of: "nothing", why: "gone", device };
  return { of: "device", device, ids: { ...ofWallbox(hass, device), ...entitiesOf(hass, device) } };
}

function ofWallbox(hass: Hass, device: string): EntityIds {
  const parent = hass.devices[device]?.via_device_id;
  if (!parent) return {};
  const ids = entitiesOf(hass, parent);
  return Object.fromEntries(OF_WALLBOX.map((key) => [key, ids[key]]));
}

export interface Limit {
  entity: string;
  value_a: number | null;
  min_a: number;
  max_a: number;
  step_a: number;
}

export interface Choice {
  entity: string;
  chosen: string | null;
  options: { value: string; label: string }[];
}

export interface Look {
  name: string;
  kind: Kind;
  /** The status in the user's words. */
  status: string;
  /** The entity whose history and details are shown at a press of the ring. */
  main: string | undefined;
  power_w: number | null;
  current_a: number | null;
  /** On how many phases current flows; null: not known. */
  phases: number | null;
  maximum_a: number | null;
  offered_a: number | null;
  /** 0 … 1 of what the wallbox can give, by current where it is known. */
  share: number;
  limit: Limit | null;
  modes: Choice | null;
  charging: { entity: string; on: boolean } | null;
  /** A car is plugged in and waits for somebody to start it. */
  startable: boolean;
  session: Session | null;
  /** The one total that a charger without sessions has, in Wh. */
  total_wh: number | null;
  /** The car's battery, 0 … 100. */
  soc_percent: number | null;
  why: Why | null;
  boost: { entity: string; until: string | null } | null;
  plan: PlanNow | null;
  site: SiteNow | null;
  /** A site supplies it; known before the first snapshot, so that places can be kept. */
  has_site: boolean;
  /** Since when it is not connected; null: it is. */
  away: { since: string | null } | null;
  fault: string | null;
  /** Entities that were configured and are not there. */
  missing: { role: string; entity: string }[];
}

const FLOWS_A = 0.5;
const NOMINAL_V = 230;
/** What a charger's ring is drawn against when nobody tells its greatest power. */
const USUAL_W = [3_700, 7_400, 11_000, 22_000, 50_000, 150_000, 350_000];

/** What is shown of this target. `loaded`: whether the integration's server runs. */
export function look(
  hass: Hass,
  config: CardConfig,
  found: Exclude<Target, { of: "nothing" }>,
  snapshot: Snapshot | null,
  loaded = true,
): Look {
  const { ids } = found;
  const state = (key: string) => entityOf(hass, ids[key]);
  const device = found.of === "device" ? found.device : undefined;
  const status = state("status");
  const away = loaded ? awayOf(state("connected"), snapshot) : { since: null };
  const boost = loaded ? boostOf(state("boost"), snapshot, state("boost_until")) : null;
  const power_w = away ? null : (snapshot?.power_w ?? inWatts(state("power")));
  const currents = currentsOf(state, snapshot);
  const limit = limitOf(state("current_limit"));
  const maximum_a = snapshot?.maximum_a ?? limit?.max_a ?? null;
  const current_a = away ? null : greatest(currents);
  const kind = away ? "away" : kindOf(status, power_w);
  const fault = snapshot?.fault ?? null;
  return {
    name: nameOf(hass, config, device, snapshot, ids),
    kind: fault !== null && kind !== "away" ? "fault" : kind,
    status: says(status) && !away ? hass.formatEntityState(status) : "",
    main: ids["status"] ?? ids["power"] ?? ids["charging"],
    power_w,
    current_a,
    phases: flowing(currents),
    maximum_a,
    offered_a: snapshot?.offered_a ?? null,
    share: shareOf(power_w, current_a, maximum_a),
    limit,
    modes: choiceOf(hass, state("mode")),
    charging: toggleOf(state("charging")),
    startable: device !== undefined && !away && status?.state === "preparing",
    session: snapshot ? snapshot.session : sessionOf(state, kind),
    total_wh: inWattHours(state("energy")),
    soc_percent: away ? null : socOf(state("soc")),
    why: snapshot?.why ?? whyOf(state("why")),
    boost,
    plan: snapshot?.plan ?? null,
    site: snapshot?.site ?? null,
    has_site: snapshot ? snapshot.site !== null : boost !== null,
    away,
    fault,
    missing: missingOf(hass, found),
  };
}

/** The states that a look depends on: nothing is drawn as long as these are the same. */
export function watched(hass: Hass, ids: EntityIds): (HassEntity | undefined)[] {
  return Object.values(ids).map((id) => entityOf(hass, id));
}

function entityOf(hass: Hass, id: string | undefined): HassEntity | undefined {
  return id === undefined ? undefined : hass.states[id];
}

function nameOf(
  hass: Hass,
  config: CardConfig,
  device: string | undefined,
  snapshot: Snapshot | null,
  ids: EntityIds,
): string {
  if (config.name !== undefined) return config.name;
  if (device !== undefined) return deviceName(hass, device) || snapshot?.name || "";
  const first = entityOf(hass, ids["status"] ?? ids["power"] ?? Object.values(ids)[0]);
  const of = first && hass.entities[first.entity_id]?.device_id;
  const named = first?.attributes["friendly_name"];
  return (of && deviceName(hass, of)) || (typeof named === "string" ? named : "");
}

function awayOf(connected: HassEntity | undefined, snapshot: Snapshot | null): Look["away"] {
  if (connected?.state === "off") return { since: connected.last_changed };
  if (connected?.state === "on") return null;
  return snapshot !== null && !snapshot.connected ? { since: null } : null;
}

function currentsOf(
  state: (key: string) => HassEntity | undefined,
  snapshot: Snapshot | null,
): (number | null)[] {
  if (snapshot?.currents_a.some((each) => each !== null)) return snapshot.currents_a;
  const phases = ["current_l1", "current_l2", "current_l3", "current"];
  return phases.map((key) => numberOf(state(key)));
}

function greatest(values: (number | null)[]): number | null {
  const known = values.filter((each) => each !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

function flowing(currents_a: (number | null)[]): number | null {
  const known = currents_a.filter((each) => each !== null);
  return known.length > 1 ? known.filter((each) => each > FLOWS_A).length : null;
}

function shareOf(
  power_w: number | null,
  current_a: number | null,
  maximum_a: number | null,
): number {
  const bounded = (share: number) => Math.min(1, Math.max(0, share));
  if (current_a !== null && maximum_a !== null && maximum_a > 0) {
    return bounded(current_a / maximum_a);
  }
  if (power_w === null || power_w <= 0) return 0;
  if (maximum_a !== null && maximum_a > 0) {
    const single_w = maximum_a * NOMINAL_V;
    return bounded(power_w / (power_w > single_w * 1.1 ? 3 * single_w : single_w));
  }
  const most_w = USUAL_W.find((each) => each >= power_w) ?? power_w;
  return bounded(power_w / most_w);
}

function limitOf(entity: HassEntity | undefined): Limit | null {
  if (entity === undefined || entity.state === "unavailable") return null;
  const read = (key: string, otherwise: number) => {
    const value = Number(entity.attributes[key] ?? Number.NaN);
    return Number.isFinite(value) ? value : otherwise;
  };
  const min_a = read("min", 6);
  const max_a = read("max", 32);
  if (max_a <= min_a) return null;
  const step_a = read("step", 1);
  const sane_a = step_a > 0 ? step_a : 1;
  return {
    entity: entity.entity_id,
    value_a: numberOf(entity),
    min_a,
    max_a,
    step_a: sane_a,
  };
}

function choiceOf(hass: Hass, entity: HassEntity | undefined): Choice | null {
  const options = entity?.attributes["options"];
  if (entity === undefined || entity.state === "unavailable" || !Array.isArray(options)) {
    return null;
  }
  const values = options.filter((each): each is string => typeof each === "string");
  return {
    entity: entity.entity_id,
    chosen: values.includes(entity.state) ? entity.state : null,
    options: values.map((value) => ({ value, label: hass.formatEntityState(entity, value) })),
  };
}

function toggleOf(entity: HassEntity | undefined): Look["charging"] {
  if (!says(entity)) return null;
  return { entity: entity.entity_id, on: entity.state === "on" };
}

function boostOf(
  button: HassEntity | undefined,
  snapshot: Snapshot | null,
  until: HassEntity | undefined,
): Look["boost"] {
  if (button === undefined || button.state === "unavailable") return null;
  const known = snapshot?.boost_until ?? (says(until) ? until.state : null);
  return { entity: button.entity_id, until: known };
}

function whyOf(entity: HassEntity | undefined): Why | null {
  if (!says(entity)) return null;
  const key = entity.attributes["key"];
  return {
    key: typeof key === "string" ? key : "",
    sentence: entity.state,
    then: null,
    next_change: null,
  };
}

/** A session as far as single entities tell it. */
function sessionOf(
  state: (key: string) => HassEntity | undefined,
  kind: Kind,
): Session | null {
  const energy_wh = inWattHours(state("session_energy"));
  if (energy_wh === null) return null;
  const start = state("session_start");
  const cost = state("session_cost");
  const duration_s = inSeconds(state("session_duration"));
  const began = duration_s === null ? "" : new Date(Date.now() - duration_s * 1000).toISOString();
  const unit = cost?.attributes["unit_of_measurement"];
  return {
    running: kind === "charging" || kind === "waiting",
    started_at: says(start) ? start.state : began,
    ended_at: null,
    energy_wh,
    cost: numberOf(cost),
    currency: typeof unit === "string" ? unit : null,
    unpriced_wh: 0,
    sun_wh: inWattHours(state("session_sun_energy")),
    battery_wh: inWattHours(state("session_battery_energy")),
    grid_wh: inWattHours(state("session_grid_energy")),
    co2_g: null,
    card: says(state("session_card")) ? (state("session_card")?.state ?? null) : null,
    person: null,
  };
}

function socOf(entity: HassEntity | undefined): number | null {
  const percent = numberOf(entity);
  return percent !== null && percent >= 0 && percent <= 100 ? percent : null;
}

function missingOf(hass: Hass, found: Target): Look["missing"] {
  if (found.of !== "entities") return [];
  return Object.entries(found.ids as Partial<Record<Role, string>>)
    .filter(([, id]) => hass.states[id] === undefined)
    .map(([role, id]) => ({ role, entity: id }));
}

const POWER_UNITS: Record<string, number> = { mW: 0.001, W: 1, kW: 1000, MW: 1_000_000 };
const ENERGY_UNITS: Record<string, number> = { Wh: 1, kWh: 1000, MWh: 1_000_000 };
const TIME_UNITS: Record<string, number> = { s: 1, min: 60, h: 3600, d: 86_400 };

function inUnit(entity: HassEntity | undefined, units: Record<string, number>, otherwise: number) {
  const value = numberOf(entity);
  if (value === null) return null;
  return value * (units[String(entity?.attributes["unit_of_measurement"])] ?? otherwise);
}

const inWatts = (entity: HassEntity | undefined) => inUnit(entity, POWER_UNITS, 1);
const inWattHours = (entity: HassEntity | undefined) => inUnit(entity, ENERGY_UNITS, 1000);
const inSeconds = (entity: HassEntity | undefined) => inUnit(entity, TIME_UNITS, 60);
