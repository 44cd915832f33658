/** Goals and plans in words: short, in the user's language, by the house's clock. Pure. */

import type { Goal, PlannedSlot } from "./feed.ts";
import { decimal, instant, moment, type Clock } from "./format.ts";
import { AMOUNTS, isClock, WEEKDAYS } from "./goal.ts";
import { wallOf } from "./house-time.ts";
import type { Texts } from "./localize.ts";

/** The most runs that are named; of more the rest is counted. */
const MOST_RUNS = 3;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1, 12);

/** Home Assistant's clock as that of the house: in its zone, whatever zone the browser has. */
export function houseClock({ locale, config }: Clock): Clock {
  return { locale: { ...locale, time_zone: "server" }, config };
}

/** “25 kWh”, “80 %”. */
export function amountText(clock: Clock, amount: number, unit: Goal["unit"]): string {
  return `${decimal(clock.locale, amount, 1)} ${AMOUNTS[unit].sign}`;
}

export function kwhText(clock: Clock, kwh: number | null): string {
  return `${decimal(clock.locale, kwh, 1)} kWh`;
}

/** “25 kWh more”, “up to 80 %”. */
export function goalText(words: Texts, clock: Clock, goal: Goal): string {
  const amount = amountText(clock, goal.amount, goal.unit);
  return goal.unit === "percent" ? words("plan.until_amount", { amount }) : words("plan.add_amount", { amount });
}

/** “Fri 07:00”, “Mon–Fri 07:00”, “Every day 07:00”. */
export function whenText(words: Texts, clock: Clock, goal: Goal, now: Date): string {
  if (!isClock(goal.ready_by)) return moment(clock, instant(goal.ready_by), now);
  const time = timeText(clock, goal.ready_by);
  const every = goal.weekdays.length === 0 || goal.weekdays.length === 7;
  return `${every ? words("plan.every_day") : daysText(clock, goal.weekdays)} ${time}`;
}

/** A local time “07:00:00” as the user reads times. */
export function timeText(clock: Clock, time: string): string {
  const at = new Date(`2024-01-01T${time.slice(0, 5)}:00Z`);
  if (Number.isNaN(at.getTime())) return time;
  const inUtc = { locale: { ...clock.locale, time_zone: "server" }, config: { ...clock.config, time_zone: "UTC" } };
  return moment(inUtc, at, at);
}

/** The hour and minute of an instant. */
export function clockText(clock: Clock, at: number): string {
  const date = new Date(at);
  return moment(clock, date, date);
}

/** A whole hour for an axis: “06:00”, “6 PM”. */
export function hourText(clock: Clock, at: number): string {
  return clockText(clock, at).replace(/^(\d+):00(\s?[ap]\.?\s?m\.?)$/i, "$1$2");
}

/** “02:15–05:30”, with the weekday where it is not today. */
export function spanText(clock: Clock, start: number, end: number, now: Date): string {
  return `${moment(clock, new Date(start), now)}–${clockText(clock, end)}`;
}

/** When it is charged: slots that touch are one run. */
export function runsText(clock: Clock, slots: PlannedSlot[], now: Date): string {
  const runs: [number, number][] = [];
  for (const slot of slots) {
    const [start, end] = [Date.parse(slot.start), Date.parse(slot.end)];
    if (!(end > now.getTime()) || !(slot.power_w > 0)) continue;
    const last = runs.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else runs.push([start, end]);
  }
  const day = (at: number) => wallOf(at, clock.config.time_zone).slice(0, 10);
  const told = runs.slice(0, MOST_RUNS).map(([start, end], index) => {
    const before = runs[index - 1];
    // The weekday is told once for each day.
    const same = before !== undefined && day(before[0]) === day(start);
    return spanText(clock, start, end, same ? new Date(start) : now);
  });
  if (runs.length > MOST_RUNS) told.push(`+${runs.length - MOST_RUNS}`);
  return told.join(", ");
}

export function weekdayName(clock: Clock, day: string, width: "short" | "narrow" | "long" = "short"): string {
  const at = MONDAY + WEEKDAYS.indexOf(day) * 86_400_000;
  return new Intl.DateTimeFormat(clock.locale.language, { weekday: width, timeZone: "UTC" }).format(at);
}

/** “Mon–Fri”, “Tue, Sat”: three and more in a row are a range. */
export function daysText(clock: Clock, weekdays: string[]): string {
  const chosen = WEEKDAYS.filter((day) => weekdays.includes(day));
  const ranges: string[][] = [];
  for (const day of chosen) {
    const last = ranges.at(-1);
    if (last && WEEKDAYS.indexOf(last.at(-1) ?? "") === WEEKDAYS.indexOf(day) - 1) last.push(day);
    else ranges.push([day]);
  }
  const name = (day: string | undefined) => weekdayName(clock, day ?? "");
  return ranges
    .map((range) => (range.length < 3 ? range.map(name).join(", ") : `${name(range[0])}–${name(range.at(-1))}`))
    .join(", ");
}
