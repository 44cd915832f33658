/**
 * Where the parts of the plan's chart stand. Pure.
 *
 * Coordinates are percent of the drawing's width (time, from the left) and height (from the top), so
 * that it needs no measuring of the page: the browser stretches it.
 */

import type { PlanDetail, PlannedSlot, PriceSlot } from "./feed.ts";
import { wallOf } from "./house-time.ts";

const HOUR_MS = 3_600_000;
const QUARTER_MS = HOUR_MS / 4;
const LEAST_SPAN_MS = 12 * HOUR_MS;
const MOST_SPAN_MS = 48 * HOUR_MS;
/** The sun's curve has its own scale: its peak reaches so much of the height. */
const SUN_HEIGHT = 55;

/** A stretch of time in which everything stays as it is. */
export interface Stretch {
  start: number;
  end: number;
  price: number | null;
  sun_w: number | null;
  power_w: number | null;
  from_sun_w: number;
  cost: number | null;
}

export interface Drawing {
  from: number;
  to: number;
  stretches: Stretch[];
  /** The outline of all prices as SVG paths: what is filled, and its upper edge. */
  prices: { area: string; edge: string };
  /** The prices of the times that are planned. */
  planned: string;
  sun: { area: string; edge: string } | null;
  /** The height of the price 0. */
  zero: number;
  levels: { value: number; y: number }[];
  /** How many digits after the point tell the levels apart. */
  digits: number;
  hours: { at: number; x: number; midnight: boolean }[];
  /** Runs of charging, for the strip below; shares of 1. */
  runs: { x: number; width: number; power: number; sun: number }[];
  now: number;
  /** null: none, or not within the chart. */
  due: number | null;
}

/** null where there is nothing to draw. */
export function drawing(detail: PlanDetail, now: number, zone: string): Drawing | null {
  const prices = known(detail.prices, now);
  const sun = known(detail.sun, now);
  const slots = knownSlots(detail.planned?.slots ?? [], now);
  if (prices.length === 0 && sun.length === 0 && slots.length === 0) return null;
  const due = detail.planned ? Date.parse(detail.planned.due) : NaN;
  const from = Math.floor(now / QUARTER_MS) * QUARTER_MS;
  const ends = [...prices, ...slots].map((slot) => slot.end);
  if (due > now) ends.push(due + HOUR_MS);
  const last = ends.length > 0 ? Math.max(...ends) : from + 24 * HOUR_MS;
  const to = from + Math.min(MOST_SPAN_MS, Math.max(LEAST_SPAN_MS, last - from));
  const x = (instant: number) => ((clamp(instant, from, to) - from) / (to - from)) * 100;
  const stretches = stretchesOf(prices, sun, slots, from, to);
  const scale = scaleOf(stretches);
  const peak = Math.max(0, ...stretches.map((stretch) => stretch.sun_w ?? 0));
  const strongest = Math.max(1, ...slots.map((slot) => slot.power_w));
  return {
    from,
    to,
    stretches,
    prices: steps(stretches, x, (stretch) => (stretch.price === null ? null : scale.y(stretch.price)), scale.zero),
    planned: steps(
      stretches,
      x,
      (stretch) => (stretch.price === null || stretch.power_w === null ? null : scale.y(stretch.price)),
      scale.zero,
    ).area,
    sun: peak > 0 ? curve(sun, x, (watts) => 100 - (watts / peak) * SUN_HEIGHT, from, to) : null,
    zero: scale.zero,
    levels: scale.levels,
    digits: scale.digits,
    hours: hoursOf(from, to, zone, x),
    runs: runsOf(slots, strongest, to, x),
    now: x(now),
    due: due > from && due <= to ? x(due) : null,
  };
}

/** The stretch at a place (percent from the left); -1: none there. */
export function stretchAt(drawn: Drawing, x: number): number {
  const instant = drawn.from + ((drawn.to - drawn.from) * x) / 100;
  return drawn.stretches.findIndex((stretch) => stretch.start <= instant && instant < stretch.end);
}

/** Stretches with the same price and the same charging made one, for a table that can be read. */
export function rows(drawn: Drawing): Stretch[] {
  const found: Stretch[] = [];
  for (const stretch of drawn.stretches) {
    const before = found.at(-1);
    if (before && before.end === stretch.start && before.price === stretch.price && before.power_w === stretch.power_w) {
      before.end = stretch.end;
      before.sun_w = mean(before.sun_w, stretch.sun_w);
      if (before.cost !== null && stretch.cost !== null) before.cost += stretch.cost;
    } else found.push({ ...stretch });
  }
  return found;
}

function mean(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : (a + b) / 2;
}

interface Known {
  start: number;
  end: number;
  value: number;
}

function known(slots: PriceSlot[], now: number): Known[] {
  return slots
    .map((slot) => ({ start: Date.parse(slot.start), end: Date.parse(slot.end), value: slot.value }))
    .filter((slot) => slot.end > slot.start && slot.end > now && Number.isFinite(slot.value))
    .sort((a, b) => a.start - b.start);
}

interface KnownRun {
  start: number;
  end: number;
  power_w: number;
  from_sun_w: number;
  cost: number | null;
}

function knownSlots(slots: PlannedSlot[], now: number): KnownRun[] {
  return slots
    .map((slot) => ({
      start: Date.parse(slot.start),
      end: Date.parse(slot.end),
      power_w: slot.power_w,
      from_sun_w: slot.from_sun_w ?? 0,
      cost: slot.cost,
    }))
    .filter((slot) => slot.end > slot.start && slot.end > now && slot.power_w > 0);
}

/** All times at which something changes make the stretches; costs are split by time. */
function stretchesOf(prices: Known[], sun: Known[], slots: KnownRun[], from: number, to: number): Stretch[] {
  const edges = new Set([from, to]);
  for (const slot of [...prices, ...sun, ...slots]) {
    for (const edge of [slot.start, slot.end]) if (edge > from && edge < to) edges.add(edge);
  }
  const sorted = [...edges].sort((a, b) => a - b);
  const found: Stretch[] = [];
  sorted.slice(0, -1).forEach((start, index) => {
    const end = sorted[index + 1] ?? to;
    const within = <T extends { start: number; end: number }>(slot: T) => slot.start <= start && start < slot.end;
    const run = slots.find(within);
    found.push({
      start,
      end,
      price: prices.find(within)?.value ?? null,
      sun_w: sun.find(within)?.value ?? null,
      power_w: run?.power_w ?? null,
      from_sun_w: run?.from_sun_w ?? 0,
      cost: run == null || run.cost === null ? null : (run.cost * (end - start)) / (run.end - run.start),
    });
  });
  return found;
}

/** A scale of money with round levels, always with 0 in it. */
function scaleOf(stretches: Stretch[]) {
  const values = stretches.map((stretch) => stretch.price).filter((price) => price !== null);
  const lowest = Math.min(0, ...values);
  const highest = Math.max(0, ...values);
  const step = roundStep((highest - lowest || 1) / 3);
  const bottom = Math.floor(lowest / step + 1e-9) * step;
  const top = Math.max(bottom + step, Math.ceil(highest / step - 1e-9) * step);
  const y = (value: number) => ((top - value) / (top - bottom)) * 100;
  const count = values.length === 0 ? 0 : Math.round((top - bottom) / step);
  const levels = Array.from({ length: count + 1 }, (_, index) => bottom + index * step);
  return {
    y,
    zero: y(0),
    levels: values.length === 0 ? [] : levels.map((value) => ({ value: Math.abs(value) < step / 2 ? 0 : value, y: y(value) })),
    digits: Math.min(4, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))),
  };
}

/** The next of 1, 2, 5, 10, 20 … that is at least `rough`. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return (([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power);
}

/** Steps of known heights as SVG paths; gaps where nothing is known. */
function steps(
  stretches: Stretch[],
  x: (instant: number) => number,
  height: (stretch: Stretch) => number | null,
  base: number,
): { area: string; edge: string } {
  const areas: string[] = [];
  const edges: string[] = [];
  let open = false;
  stretches.forEach((stretch, index) => {
    const y = height(stretch);
    if (y === null) return;
    const [left, right, level] = [cut(x(stretch.start)), cut(x(stretch.end)), cut(y)];
    if (!open) {
      areas.push(`M${left} ${cut(base)}`);
      edges.push(`M${left} ${level}`);
    } else edges.push(`V${level}`);
    areas.push(`L${left} ${level}H${right}`);
    edges.push(`H${right}`);
    const next = stretches[index + 1];
    open = next !== undefined && height(next) !== null;
    if (!open) areas.push(`V${cut(base)}Z`);
  });
  return { area: areas.join(""), edge: edges.join("") };
}

/** Slots that touch and are alike are one run. */
function runsOf(slots: KnownRun[], strongest: number, to: number, x: (instant: number) => number): Drawing["runs"] {
  const alike: KnownRun[] = [];
  for (const slot of slots.filter((each) => each.start < to)) {
    const last = alike.at(-1);
    const same = last && last.power_w === slot.power_w && last.from_sun_w === slot.from_sun_w;
    if (last && same && last.end === slot.start) last.end = slot.end;
    else alike.push({ ...slot });
  }
  return alike.map((run) => ({
    x: cut(x(run.start)),
    width: cut(x(run.end) - x(run.start)),
    power: run.power_w / strongest,
    sun: clamp(run.from_sun_w / run.power_w, 0, 1),
  }));
}

/** A line through the middles of slots, for each day from where the sun rises to where it sets. */
function curve(
  slots: Known[],
  x: (instant: number) => number,
  y: (value: number) => number,
  from: number,
  to: number,
): { area: string; edge: string } {
  const inside = slots.filter((slot) => slot.start < to && slot.end > from);
  const areas: string[] = [];
  const edges: string[] = [];
  let day: Known[] = [];
  const end = (night?: Known) => {
    const [first, last] = [day[0], (night ?? day.at(-1))];
    if (first && last && day.some((slot) => slot.value > 0)) {
      const points = [...day, ...(night ? [night] : [])].map((slot) => `${cut(x(middle(slot)))} ${cut(y(Math.max(0, slot.value)))}`);
      edges.push(`M${points.join("L")}`);
      areas.push(`M${cut(x(middle(first)))} 100L${points.join("L")}L${cut(x(middle(last)))} 100Z`);
    }
    day = night ? [night] : [];
  };
  for (const slot of inside) {
    if (slot.value > 0) day.push(slot);
    else if (day.some((each) => each.value > 0)) end(slot);
    else day = [slot];
  }
  end();
  return { area: areas.join(""), edge: edges.join("") };
}

function middle(slot: Known): number {
  return (slot.start + slot.end) / 2;
}

/** Labelled hours by the house's clock: each third hour of a short chart, else each sixth. */
function hoursOf(from: number, to: number, zone: string, x: (instant: number) => number): Drawing["hours"] {
  const every = to - from <= 15 * HOUR_MS ? 3 : 6;
  const found: Drawing["hours"] = [];
  for (let at = Math.ceil(from / QUARTER_MS) * QUARTER_MS; at <= to; at += QUARTER_MS) {
    const wall = wallOf(at, zone);
    const hour = Number(wall.slice(11, 13));
    if (wall.endsWith(":00") && hour % every === 0) found.push({ at, x: x(at), midnight: hour === 0 });
  }
  return found;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function cut(value: number): number {
  return Math.round(value * 100) / 100;
}
