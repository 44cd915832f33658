/** Stretches of time that one can choose, by the house's clock. Pure. */

import { dayAfter, instantOf, wallOf } from "./house-time.ts";

export const PERIODS = ["days_30", "this_month", "last_month", "this_year", "all", "custom"] as const;
export type Period = (typeof PERIODS)[number];

/** Instants (ms since 1970), `end` not in it; undefined: without a bound. */
export interface Stretch {
  start?: number;
  end?: number;
}

/** A month is written "2026-11". */
export function monthOf(now: number, zone: string): string {
  return wallOf(now, zone).slice(0, 7);
}

export function monthAfter(month: string, months: number): string {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  const index = year * 12 + number - 1 + months;
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}`;
}

export function stretchOfMonth(month: string, zone: string): Required<Stretch> {
  return { start: instantOf(`${month}-01T00:00`, zone), end: instantOf(`${monthAfter(month, 1)}-01T00:00`, zone) };
}

/** `from` and `to` are days of a custom period, "2026-11-26" or empty; the last one is in it. */
export function stretchOf(period: Period, now: number, zone: string, from = "", to = ""): Stretch {
  const today = wallOf(now, zone).slice(0, 10);
  const month = monthOf(now, zone);
  switch (period) {
    case "days_30":
      return { start: midnight(dayAfter(today, -29), zone) };
    case "this_month":
      return { start: stretchOfMonth(month, zone).start };
    case "last_month":
      return stretchOfMonth(monthAfter(month, -1), zone);
    case "this_year":
      return { start: midnight(`${today.slice(0, 4)}-01-01`, zone) };
    case "custom":
      return { start: midnight(from, zone), end: to === "" ? undefined : midnight(dayAfter(to, 1), zone) };
    case "all":
      return {};
  }
}

function midnight(day: string, zone: string): number | undefined {
  const instant = instantOf(`${day}T00:00`, zone);
  return Number.isNaN(instant) ? undefined : instant;
}

export function iso(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}
