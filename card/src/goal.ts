/**
 * A goal of a plan: between what a form holds, what the action `evse_ocpp.set_plan` takes and what is
 * known of it. Pure.
 *
 * Bounds are those of custom_components/evse_ocpp/goal_record.py, which checks again.
 */

import type { Goal, PlanDetail, Snapshot } from "./feed.ts";
import { dayAfter, instantOf, wallOf } from "./house-time.ts";
import type { TextKey } from "./localize.ts";

export type Unit = Goal["unit"];

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/** The id of the departure that a number and an instant of the device's page make. */
export const NEXT = "next";

interface Amounts {
  least: number;
  most: number;
  step: number;
  usual: number[];
  sign: string;
}

export const AMOUNTS: Record<Unit, Amounts> = {
  kwh: { least: 0.5, most: 200, step: 1, usual: [10, 20, 30, 50], sign: "kWh" },
  percent: { least: 1, most: 100, step: 5, usual: [50, 70, 80, 100], sign: "%" },
  km: { least: 1, most: 2000, step: 10, usual: [50, 100, 200, 300], sign: "km" },
};
export const MOST_STARTS = 10;
export const MOST_PRECONDITION_MIN = 240;
const VOLTAGE_V = 230;

/** What stands in the fields; numbers as they are typed. */
export interface GoalForm {
  /** The id of the goal that is changed, null: a new one. */
  plan: string | null;
  amount: string;
  unit: Unit;
  once: boolean;
  /** "2026-12-24", of a goal of one time. */
  date: string;
  /** "07:00". */
  time: string;
  weekdays: string[];
  /** "": as is cheapest. */
  most_starts: string;
  precondition: string;
  enabled: boolean;
}

export type Field = "amount" | "date" | "time" | "most_starts" | "precondition";

/** What is wrong with a field: a text and its values. */
export interface Wrong {
  key: TextKey;
  values: Record<string, unknown>;
}

/** An empty form: tomorrow at seven, as much as a usual day takes. */
export function newForm(now: number, zone: string): GoalForm {
  const today = wallOf(now, zone).slice(0, 10);
  return {
    plan: null,
    amount: "20",
    unit: "kwh",
    once: true,
    date: dayAfter(today, 1),
    time: "07:00",
    weekdays: [],
    most_starts: "",
    precondition: "",
    enabled: true,
  };
}

/** The form that changes a goal. */
export function formOf(goal: Goal, now: number, zone: string): GoalForm {
  const once = !isClock(goal.ready_by);
  const wall = once ? wallOf(Date.parse(goal.ready_by), zone) : "";
  return {
    plan: goal.plan,
    amount: String(goal.amount),
    unit: goal.unit,
    once,
    date: once ? wall.slice(0, 10) : dayAfter(wallOf(now, zone).slice(0, 10), 1),
    time: once ? wall.slice(11) : goal.ready_by.slice(0, 5),
    weekdays: [...goal.weekdays],
    most_starts: goal.most_starts == null ? "" : String(goal.most_starts),
    precondition: goal.precondition ? String(goal.precondition) : "",
    enabled: goal.enabled,
  };
}

/** Whether a goal's `ready_by` is a time of the day, which repeats. */
export function isClock(readyBy: string): boolean {
  return /^\d\d:/.test(readyBy);
}

/** A number as people write it, "7,5" too; null for anything else. */
export function parsed(text: string): number | null {
  const trimmed = text.trim().replace(",", ".");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(trimmed)) return null;
  return Number(trimmed);
}

/** What is wrong, by field; nothing wrong: an empty object. */
export function wrongs(form: GoalForm, now: number, zone: string): Partial<Record<Field, Wrong>> {
  const found: Partial<Record<Field, Wrong>> = {};
  const { least, most, sign } = AMOUNTS[form.unit];
  const amount = outside(form.amount, least, most, sign);
  if (amount) found.amount = amount;
  if (form.most_starts !== "") {
    const starts = outside(form.most_starts, 1, MOST_STARTS, "", true);
    if (starts) found.most_starts = starts;
  }
  if (form.precondition !== "") {
    const minutes = outside(form.precondition, 0, MOST_PRECONDITION_MIN, "min");
    if (minutes) found.precondition = minutes;
  }
  if (!/^\d\d:\d\d/.test(form.time)) found.time = { key: "goal.no_time", values: {} };
  else if (form.once) {
    const due = instantOf(`${form.date}T${form.time.slice(0, 5)}`, zone);
    if (!/^\d{4}-\d\d-\d\d$/.test(form.date) || Number.isNaN(due)) found.date = { key: "goal.no_date", values: {} };
    else if (due <= now) found.date = { key: "goal.past", values: {} };
  }
  return found;
}

function outside(text: string, least: number, most: number, sign: string, whole = false): Wrong | null {
  const value = parsed(text);
  const range = { least, most, sign };
  if (value === null) return { key: "goal.no_number", values: { came: text.trim() || "–", ...range } };
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return null;
  return { key: "goal.outside", values: { came: `${text.trim()} ${sign}`.trim(), ...range } };
}

/** The data of `evse_ocpp.set_plan` for a form without wrongs. */
export function setData(form: GoalForm, deviceId: string): Record<string, unknown> {
  const time = form.time.slice(0, 5);
  const data: Record<string, unknown> = {
    device_id: deviceId,
    amount: parsed(form.amount),
    unit: form.unit,
    ready_by: form.once ? `${form.date} ${time}` : time,
    precondition: parsed(form.precondition) ?? 0,
    enabled: form.enabled,
  };
  if (form.plan !== null && !becomesAnother(form)) data.plan = form.plan;
  if (!form.once && form.weekdays.length > 0 && form.weekdays.length < 7) data.weekdays = ordered(form.weekdays);
  if (form.most_starts !== "") data.most_starts = parsed(form.most_starts);
  return data;
}

/**
 * Whether a changed goal is to be made anew and its old one removed: the next departure of the device's
 * page holds nothing but kWh by an instant.
 */
export function becomesAnother(form: GoalForm): boolean {
  const plain = form.unit === "kwh" && form.once && form.enabled && !form.most_starts && !form.precondition;
  return form.plan === NEXT && !plain;
}

/** The data of `evse_ocpp.set_plan` that puts a goal back as it was. */
export function restoreData(goal: Goal, deviceId: string): Record<string, unknown> {
  const data: Record<string, unknown> = {
    device_id: deviceId,
    plan: goal.plan,
    amount: goal.amount,
    unit: goal.unit,
    ready_by: goal.ready_by,
    precondition: goal.precondition ?? 0,
    enabled: goal.enabled,
  };
  if (goal.weekdays.length > 0) data.weekdays = goal.weekdays;
  if (goal.most_starts != null) data.most_starts = goal.most_starts;
  return data;
}

function ordered(weekdays: string[]): string[] {
  return WEEKDAYS.filter((day) => weekdays.includes(day));
}

/** When a goal is next due (ms since 1970); null: never more. */
export function nextDue(goal: Goal, now: number, zone: string): number | null {
  if (!isClock(goal.ready_by)) {
    const due = Date.parse(goal.ready_by);
    return due > now ? due : null;
  }
  const today = wallOf(now, zone).slice(0, 10);
  for (let days = 0; days < 9; days++) {
    const day = dayAfter(today, days);
    const name = WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? "";
    if (goal.weekdays.length > 0 && !goal.weekdays.includes(name)) continue;
    const due = instantOf(`${day}T${goal.ready_by.slice(0, 5)}`, zone);
    if (due > now) return due;
  }
  return null;
}

/** Goals in the order in which they are due; those of the past at the end. */
export function byDue(goals: Goal[], now: number, zone: string): Goal[] {
  const due = (goal: Goal) => nextDue(goal, now, zone) ?? Infinity;
  return [...goals].sort((a, b) => (due(a) === due(b) ? a.plan.localeCompare(b.plan) : due(a) - due(b)));
}

/** When the form's goal is next due. */
export function formDue(form: GoalForm, now: number, zone: string): number | null {
  const readyBy = form.once
    ? new Date(instantOf(`${form.date}T${form.time.slice(0, 5)}`, zone) || 0).toISOString()
    : form.time;
  return nextDue({ plan: "", amount: 0, unit: form.unit, ready_by: readyBy, weekdays: form.weekdays, enabled: true }, now, zone);
}

/** What a wallbox gives until an instant if it begins at once with all it has, kWh. */
export function mostKwh(snapshot: Pick<Snapshot, "maximum_a" | "phases">, now: number, due: number): number {
  const kw = (snapshot.maximum_a * snapshot.phases * VOLTAGE_V) / 1000;
  return Math.max(0, ((due - now) / 3_600_000) * kw);
}

/**
 * What is said of a form at once, before Home Assistant has planned: more than the wallbox can give by
 * then, or percent without a state of charge.
 */
export function advice(
  form: GoalForm,
  snapshot: Snapshot | null,
  detail: PlanDetail | null,
  now: number,
  zone: string,
): { key: TextKey; most_kwh?: number } | null {
  const amount = parsed(form.amount);
  if (amount === null || Object.keys(wrongs(form, now, zone)).length > 0) return null;
  const due = formDue(form, now, zone);
  if (form.unit === "kwh" && snapshot !== null && due !== null) {
    const most_kwh = mostKwh(snapshot, now, due);
    if (most_kwh > 0 && most_kwh < amount) return { key: "goal.too_much", most_kwh };
  }
  if (form.unit === "percent" && detail !== null && !detail.soc_known) return { key: "goal.no_soc" };
  return null;
}
