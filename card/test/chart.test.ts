import assert from "node:assert/strict";
import { test } from "node:test";

import { drawing, rows, stretchAt } from "../src/chart.ts";
import type { PlanDetail } from "../src/feed.ts";

const ZONE = "Europe/Rome";
const HOUR = 3_600_000;
/** 12:07 in Rome. */
const NOW = Date.parse("2026-11-26T11:07:00Z");
const START = Date.parse("2026-11-26T11:00:00Z");
const at = (hours: number) => new Date(START + hours * HOUR).toISOString();
const slot = (from: number, to: number, value: number) => ({ start: at(from), end: at(to), value });
const run = (from: number, to: number, power_w = 11_000, from_sun_w = 0) => ({
  start: at(from),
  end: at(to),
  power_w,
  from_sun_w,
  cost: 1,
});

function detail(parts: Partial<PlanDetail> = {}, slots: ReturnType<typeof run>[] = [], due = 20): PlanDetail {
  const planned = {
    goal_id: "g",
    due: at(due),
    met: true,
    needed_kwh: 10,
    possible_kwh: 10,
    starts_at: null,
    ready_at: null,
    cost: 1,
    slots,
  };
  return {
    currency: "EUR",
    prices: [],
    sun: [],
    goals: [],
    planned: slots.length > 0 ? planned : null,
    soc_known: true,
    battery_kwh: 60,
    ...parts,
  };
}
const hours = (count: number, value: (hour: number) => number) =>
  Array.from({ length: count }, (_, hour) => slot(hour, hour + 1, value(hour)));

test("with nothing known there is no chart", () => assert.equal(drawing(detail(), NOW, ZONE), null));

test("it goes from the begun quarter to the end of prices", () => {
  const drawn = drawing(detail({ prices: hours(24, () => 0.3) }), NOW, ZONE);
  assert.equal(drawn?.from, START);
  assert.equal(drawn?.to, START + 24 * HOUR);
  assert.equal(drawn?.now.toFixed(2), "0.49");
});

test("it has at least twelve hours and at most two days", () => {
  assert.equal(drawing(detail({ prices: hours(2, () => 1) }), NOW, ZONE)?.to, START + 12 * HOUR);
  assert.equal(drawing(detail({ prices: hours(200, () => 1) }), NOW, ZONE)?.to, START + 48 * HOUR);
});

test("a departure beyond the chart has no mark, one within has", () => {
  assert.equal(drawing(detail({}, [run(1, 2)], 100), NOW, ZONE)?.due, null);
  const drawn = drawing(detail({ prices: hours(24, () => 1) }, [run(1, 2)], 12), NOW, ZONE);
  assert.equal(drawn?.due, 50);
});

for (const [name, values, levels, zero] of [
  ["usual prices", [0.1, 0.38], [0, 0.2, 0.4], 100],
  ["negative prices", [-0.1, 0.2], [-0.1, 0, 0.1, 0.2], 66.67],
  ["only negative prices", [-0.3, -0.1], [-0.3, -0.2, -0.1, 0], 0],
  ["a price of nothing", [0, 0], [0, 0.5], 100],
  ["prices of a hundred", [20, 95], [0, 50, 100], 100],
  ["huge prices", [1e9, 3e9], [0, 1e9, 2e9, 3e9], 100],
] as const) {
  test(`${name} have round levels with 0 among them`, () => {
    const drawn = drawing(detail({ prices: [slot(0, 1, values[0]), slot(1, 2, values[1])] }), NOW, ZONE);
    assert.deepEqual(drawn?.levels.map(({ value }) => Number(value.toFixed(3))), levels);
    assert.equal(Number(drawn?.zero.toFixed(2)), zero);
    assert.ok(drawn?.levels.every(({ y }) => y >= -0.001 && y <= 100.001));
    const path = `${drawn?.prices.area}${drawn?.prices.edge}`;
    assert.doesNotMatch(path, /NaN|undefined|Infinity/);
  });
}

test("nonsense among prices is left out", () => {
  const prices = [slot(0, 1, 0.2), slot(1, 2, NaN), slot(3, 2, 0.1), { start: "x", end: "y", value: 1 }, slot(-5, -4, 9)];
  const drawn = drawing(detail({ prices }), NOW, ZONE);
  assert.equal(drawn?.stretches.filter(({ price }) => price !== null).length, 1);
  assert.equal(drawn?.levels.at(-1)?.value.toFixed(2), "0.20");
});

test("a gap in the prices is a gap in the line", () => {
  const drawn = drawing(detail({ prices: [slot(0, 1, 0.2), slot(3, 4, 0.2)] }), NOW, ZONE);
  assert.equal(drawn?.prices.edge.match(/M/g)?.length, 2);
  assert.equal(drawn?.prices.area.match(/Z/g)?.length, 2);
});

test("slots that touch and are alike are one run, others are not", () => {
  const slots = [run(1, 2), run(2, 3), run(3, 4, 5500, 5500), run(6, 7)];
  const drawn = drawing(detail({ prices: hours(12, () => 0.3) }, slots, 11), NOW, ZONE);
  assert.deepEqual(
    drawn?.runs.map(({ x, width, power, sun }) => [x, width, power, sun]),
    [
      [8.33, 16.67, 1, 0],
      [25, 8.33, 0.5, 1],
      [50, 8.33, 1, 0],
    ],
  );
});

test("the sun rises and sets each day: no line along the night", () => {
  const drawn = drawing(detail({ sun: hours(48, (hour) => ([2, 3, 26, 27].includes(hour) ? 1000 : 0)), prices: hours(48, () => 1) }), NOW, ZONE);
  assert.equal(drawn?.sun?.edge.match(/M/g)?.length, 2);
  assert.equal(drawing(detail({ sun: hours(5, () => 0), prices: hours(5, () => 1) }), NOW, ZONE)?.sun, null);
});

test("hours are those of the house, with midnights", () => {
  const drawn = drawing(detail({ prices: hours(24, () => 1) }), NOW, ZONE);
  assert.deepEqual(drawn?.hours.map(({ at: hour }) => new Date(hour).getUTCHours()), [11, 17, 23, 5, 11]);
  assert.deepEqual(drawn?.hours.map(({ midnight }) => midnight), [false, false, true, false, false]);
  const kathmandu = drawing(detail({ prices: hours(12, () => 1) }), NOW, "Asia/Kathmandu");
  assert.equal(kathmandu?.hours[0]?.at, Date.parse("2026-11-26T12:15:00Z"));
});

test("what is pointed at is found, beside the chart nothing", () => {
  const drawn = drawing(detail({ prices: hours(24, (hour) => hour) }), NOW, ZONE);
  assert.ok(drawn);
  assert.equal(drawn.stretches[stretchAt(drawn, 50)]?.price, 12);
  assert.equal(stretchAt(drawn, 100), -1);
  assert.equal(stretchAt(drawn, -1), -1);
});

test("the table has one row for what stays alike, with the whole cost", () => {
  const quarters = [0, 0.25, 0.5, 0.75].map((from) => run(from, from + 0.25));
  const drawn = drawing(detail({ prices: hours(12, (hour) => (hour < 6 ? 0.2 : 0.3)) }, quarters), NOW, ZONE);
  assert.ok(drawn);
  const told = rows(drawn).map(({ start, end, price, power_w, cost }) => [(start - START) / HOUR, (end - START) / HOUR, price, power_w, cost]);
  assert.deepEqual(told.slice(0, 3), [
    [0, 1, 0.2, 11_000, 4],
    [1, 6, 0.2, null, null],
    [6, 12, 0.3, null, null],
  ]);
});
