/**
 * What the integration tells of one connector beside its entities, which may be switched off.
 *
 * One subscription for each connector and language, shared by all cards of the page. The shapes are
 * those of custom_components/evse_ocpp/frontend_feed.py.
 */

import type { Hass } from "./ha.ts";

/** Instants are ISO 8601 with an offset; null: not known. */
export interface Session {
  running: boolean;
  started_at: string;
  ended_at: string | null;
  energy_wh: number;
  cost: number | null;
  currency: string | null;
  unpriced_wh: number;
  sun_wh: number | null;
  battery_wh: number | null;
  grid_wh: number | null;
  co2_g: number | null;
  /** The name of the card, else the end of its number. */
  card: string | null;
  /** The name of the person. */
  person: string | null;
}

export interface Why {
  key: string;
  sentence: string;
  then: string | null;
  next_change: string | null;
}

export interface PlanNow {
  goal_id: string;
  due: string;
  met: boolean;
  needed_kwh: number;
  possible_kwh: number;
  starts_at: string | null;
  ready_at: string | null;
  cost: number | null;
}

/** The house's connection. Lists are of the phases L1, L2, L3; a single-phase house has one. */
export interface SiteNow {
  site_id: string;
  name: string;
  fuse_a: number[];
  /** What flows at the grid, cars included; negative is export; null: the meter is silent. */
  grid_a: (number | null)[];
  /** Nothing measures the house: then `grid_a` is not known, and no fault. */
  has_meter: boolean;
  /** The meter tells no phases: `grid_a` is an even share of the sum. */
  sum_only: boolean;
  /** What all cars take of it. */
  cars_a: (number | null)[];
  meter_lost: boolean;
  surplus_w: number | null;
  price: number | null;
  currency: string;
}

export interface Snapshot {
  identity: string;
  connector_id: number;
  device_id: string;
  name: string;
  /** False while the integration's server does not run: then nothing flows and nothing is planned. */
  loaded: boolean;
  connected: boolean;
  minimum_a: number;
  maximum_a: number;
  phases: number;
  power_w: number | null;
  currents_a: (number | null)[];
  limit_a: number | null;
  offered_a: number | null;
  /** Until when it charges fast, whatever the mode; null: it does not. */
  boost_until: string | null;
  /** The fault in the wallbox's words, null without one. */
  fault: string | null;
  session: Session | null;
  why: Why | null;
  plan: PlanNow | null;
  site: SiteNow | null;
  /** Grows when goals, plan or prices changed: reason to ask for `evse_ocpp/plan` anew. */
  plan_revision: number;
}

export interface PriceSlot {
  start: string;
  end: string;
  value: number;
}

export interface PlannedSlot {
  start: string;
  end: string;
  power_w: number;
  /** How much of the power the forecast expects from the roof. */
  from_sun_w?: number;
  cost: number | null;
}

export interface Goal {
  plan: string;
  amount: number;
  unit: "kwh" | "percent" | "km";
  /** An instant, or a local time "07:00:00" on `weekdays`. */
  ready_by: string;
  /** mon … sun; empty with a local time: each day. */
  weekdays: string[];
  /** Into how few runs the plan is joined; null: as is cheapest. */
  most_starts?: number | null;
  /** Minutes of charging right before the departure. */
  precondition?: number;
  enabled: boolean;
}

/** The answer of `evse_ocpp/plan`. */
export interface PlanDetail {
  currency: string;
  prices: PriceSlot[];
  sun: PriceSlot[];
  goals: Goal[];
  planned: (PlanNow & { slots: PlannedSlot[] }) | null;
  soc_known: boolean;
  battery_kwh: number | null;
}

type Listener = (snapshot: Snapshot | null, error: string | null) => void;

interface Feed {
  listeners: Set<Listener>;
  last: Snapshot | null;
  error: string | null;
  end: Promise<() => Promise<void>> | null;
  close: () => void;
}

const feeds = new WeakMap<object, Map<string, Feed>>();

/**
 * Follow the connector of a device; returns the way to end it. The listener hears at once what is
 * known, then each change; an error is the code of Home Assistant, such as `not_found`. To follow
 * once more what has failed tries anew, for all who follow it.
 */
export function follow(hass: Hass, deviceId: string, listener: Listener): () => void {
  const all = feeds.get(hass.connection) ?? new Map<string, Feed>();
  feeds.set(hass.connection, all);
  const key = `${deviceId} ${hass.language}`;
  let feed = all.get(key);
  if (feed === undefined) {
    feed = open(hass, deviceId);
    all.set(key, feed);
  } else if (feed.error !== null && feed.end === null) {
    subscribe(hass, deviceId, feed);
  }
  const mine = feed;
  mine.listeners.add(listener);
  if (mine.last !== null || mine.error !== null) listener(mine.last, mine.error);
  return () => {
    mine.listeners.delete(listener);
    if (mine.listeners.size > 0 || all.get(key) !== mine) return;
    all.delete(key);
    mine.close();
  };
}

function open(hass: Hass, deviceId: string): Feed {
  const feed: Feed = { listeners: new Set(), last: null, error: null, end: null, close };
  // After a break of the connection we subscribe by ourselves: while Home Assistant starts that may
  // fail, which the connection would keep to itself.
  const anew = () => subscribe(hass, deviceId, feed);
  hass.connection.addEventListener?.("ready", anew);
  function close() {
    hass.connection.removeEventListener?.("ready", anew);
    void feed.end?.then((end) => end()).catch(() => undefined);
  }
  subscribe(hass, deviceId, feed);
  return feed;
}

function subscribe(hass: Hass, deviceId: string, feed: Feed): void {
  const tell = () => feed.listeners.forEach((listener) => listener(feed.last, feed.error));
  const end = hass.connection.subscribeMessage<Snapshot>(
    (snapshot) => {
      if (feed.end !== end) return;
      feed.last = snapshot;
      feed.error = null;
      tell();
    },
    { type: "evse_ocpp/subscribe", device_id: deviceId, language: hass.language },
    { resubscribe: false },
  );
  feed.end = end;
  end.catch((error: { code?: unknown } | undefined) => {
    if (feed.end !== end) return;
    feed.error = typeof error?.code === "string" ? error.code : "failed";
    feed.end = null;
    tell();
  });
}
