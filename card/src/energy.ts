/** Bars of energy by source, from the long-term statistics of Home Assistant. Pure but for `askEnergy`. */

import type { Grain } from "./board-config.ts";
import type { Found } from "./found.ts";
import type { Hass } from "./ha.ts";
import { dayAfter, instantOf, wallOf } from "./house-time.ts";
import { monthAfter } from "./period.ts";
import { type Parts, totalOf } from "./sources.ts";

/** So many days and months are shown, the current one with them. */
const DAYS = 30;
const MONTHS = 12;

/** One bar. `start`: "2026-11-26", of months the first; parts in Wh. */
export interface Bar {
  start: string;
  parts: Parts;
  /** What was paid in it, null where no statistics tell. */
  cost: number | null;
}

/** Statistics of a connector: by source where it has them, else of all its energy. */
export interface Meters {
  sun: string[];
  battery: string[];
  grid: string[];
  other: string[];
  cost: string[];
}

export function metersOf(found: Found): Meters {
  const meters: Meters = { sun: [], battery: [], grid: [], other: [], cost: [] };
  for (const { ids } of found.connectors) {
    const { energy_sun, energy_battery, energy_grid, energy, cost_total } = ids;
    if (energy_sun && energy_grid) {
      meters.sun.push(energy_sun);
      meters.grid.push(energy_grid);
      if (energy_battery) meters.battery.push(energy_battery);
    } else if (energy) {
      meters.other.push(energy);
    }
    if (cost_total) meters.cost.push(cost_total);
  }
  return meters;
}

/** The first days of the bars, the oldest first. */
export function startsOf(grain: Grain, now: number, zone: string): string[] {
  const today = wallOf(now, zone).slice(0, 10);
  if (grain === "day") return Array.from({ length: DAYS }, (_, index) => dayAfter(today, index + 1 - DAYS));
  const month = today.slice(0, 7);
  return Array.from({ length: MONTHS }, (_, index) => `${monthAfter(month, index + 1 - MONTHS)}-01`);
}

interface Change {
  /** ms since 1970 */
  start: number;
  change?: number | null;
}

export type Changes = Record<string, Change[] | undefined>;

/** The bars of what the statistics tell, kWh there and Wh here; a hole is a bar of nothing. */
export function barsOf(starts: readonly string[], meters: Meters, changes: Changes, grain: Grain, zone: string): Bar[] {
  const length = grain === "day" ? 10 : 7;
  const sums = (ids: string[]) => {
    const found = new Map<string, number>();
    for (const { start, change } of ids.flatMap((id) => changes[id] ?? [])) {
      // A change of the clock moves a day's begin by an hour: its noon is in it in any case.
      const key = wallOf(start + 7_200_000, zone).slice(0, length);
      if (typeof change === "number" && change > 0) found.set(key, (found.get(key) ?? 0) + change);
    }
    return found;
  };
  const [sun, battery, grid, other, cost] = [meters.sun, meters.battery, meters.grid, meters.other, meters.cost].map(sums);
  return starts.map((start) => {
    const of = (found?: Map<string, number>) => found?.get(start.slice(0, length)) ?? 0;
    const parts = { sun: of(sun) * 1000, battery: of(battery) * 1000, grid: of(grid) * 1000, other: of(other) * 1000 };
    return { start, parts, cost: meters.cost.length > 0 ? of(cost) : null };
  });
}

/** Ask the recorder; its error where there is none. */
export async function askEnergy(hass: Hass, meters: Meters, grain: Grain, now: number): Promise<Bar[]> {
  const zone = hass.config.time_zone;
  const starts = startsOf(grain, now, zone);
  const changes = await hass.callWS<Changes>({
    type: "recorder/statistics_during_period",
    start_time: new Date(instantOf(`${starts[0]}T00:00`, zone)).toISOString(),
    statistic_ids: Object.values(meters).flat(),
    period: grain,
    types: ["change"],
    units: { energy: "kWh" },
  });
  return barsOf(starts, meters, changes, grain, zone);
}

/** Bars of what was paid, in the currency: the same shape with all of it in one part. */
export function paidOf(bars: readonly Bar[]): Bar[] {
  return bars.map((bar) => ({ ...bar, parts: { sun: 0, battery: 0, grid: 0, other: Math.max(0, bar.cost ?? 0) } }));
}

/** The sums of all bars. */
export function sumOf(bars: readonly Bar[]): { parts: Parts; cost: number | null } {
  const parts: Parts = { sun: 0, battery: 0, grid: 0, other: 0 };
  let cost: number | null = null;
  for (const bar of bars) {
    for (const source of Object.keys(parts) as (keyof Parts)[]) parts[source] += bar.parts[source];
    if (bar.cost !== null) cost = (cost ?? 0) + bar.cost;
  }
  return { parts, cost };
}

/** Round steps of an axis up to at least the highest bar and `least`, the lowest first. */
export function ticksOf(bars: readonly Bar[], least: number): number[] {
  const highest = Math.max(least, ...bars.map(({ parts }) => totalOf(parts)));
  const rough = highest / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  return Array.from({ length: Math.ceil(highest / step - 1e-9) + 1 }, (_, index) => index * step);
}
