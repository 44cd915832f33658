import assert from "node:assert/strict";
import test from "node:test";

import { askEnergy, barsOf, metersOf, paidOf, startsOf, sumOf, ticksOf } from "../src/energy.ts";
import type { Found } from "../src/found.ts";
import type { Hass } from "../src/ha.ts";

const PARIS = "Europe/Paris";
const NOW = Date.parse("2026-10-26T11:00:00Z");
const METERS = { sun: ["sensor.sun"], battery: [], grid: ["sensor.grid"], other: ["sensor.all"], cost: ["sensor.cost"] };

function place(ids: Record<string, string>) {
  return { device: "d", name: "Garage", ids };
}

function only(...connectors: ReturnType<typeof place>[]): Found {
  return { connectors, sites: [], others: [], chosen: false };
}

test("a wallbox with sources is told by them, one without by all of its energy", () => {
  const meters = metersOf(
    only(
      place({ energy: "sensor.a", energy_sun: "sensor.s", energy_battery: "sensor.b", energy_grid: "sensor.g", cost_total: "sensor.c" }),
      place({ energy: "sensor.plain" }),
      place({}),
    ),
  );
  const expected = { sun: ["sensor.s"], battery: ["sensor.b"], grid: ["sensor.g"], other: ["sensor.plain"], cost: ["sensor.c"] };
  assert.deepEqual(meters, expected);
});

test("days and months end with the current one, also where the clock has changed", () => {
  const days = startsOf("day", NOW, PARIS);
  assert.equal(days.length, 30);
  assert.deepEqual(days.slice(-3), ["2026-10-24", "2026-10-25", "2026-10-26"]);
  const months = startsOf("month", NOW, PARIS);
  assert.deepEqual([months[0], months[11], months.length], ["2025-11-01", "2026-10-01", 12]);
});

test("changes fall into the bar of their local day; holes, minus and null count nothing", () => {
  const starts = ["2026-10-24", "2026-10-25", "2026-10-26"];
  const at = (text: string) => Date.parse(text);
  const bars = barsOf(
    starts,
    METERS,
    {
      "sensor.sun": [
        { start: at("2026-10-24T22:00:00Z"), change: 2 },
        { start: at("2026-10-25T23:00:00Z"), change: 3 },
      ],
      "sensor.grid": [{ start: at("2026-10-25T23:00:00Z"), change: null }],
      "sensor.all": [{ start: at("2026-10-25T23:00:00Z"), change: -7 }],
      "sensor.cost": [{ start: at("2026-10-25T23:00:00Z"), change: 0.5 }],
    },
    "day",
    PARIS,
  );
  assert.deepEqual(bars.map(({ parts }) => parts.sun), [0, 2000, 3000]);
  assert.deepEqual(bars.map(({ cost }) => cost), [0, 0, 0.5]);
  assert.deepEqual(sumOf(bars), { parts: { sun: 5000, battery: 0, grid: 0, other: 0 }, cost: 0.5 });
});

test("without statistics of cost there is no cost, instead of nothing paid", () => {
  const bars = barsOf(["2026-10-26"], { ...METERS, cost: [] }, {}, "day", PARIS);
  assert.equal(bars[0]?.cost, null);
  assert.equal(sumOf(bars).cost, null);
});

test("bars of what was paid have it in one part, and nothing where it is unknown", () => {
  const parts = { sun: 5, battery: 0, grid: 7, other: 0 };
  const paid = paidOf([{ start: "a", parts, cost: 2.5 }, { start: "b", parts, cost: null }]);
  assert.deepEqual(paid.map(({ parts: { sun, grid, other } }) => [sun, grid, other]), [[0, 0, 2.5], [0, 0, 0]]);
});

test("the axis has few round steps up to the highest bar, from Wh to GWh", () => {
  for (const highest of [0, 1, 999, 14_200, 87_300, 5e6, 3e12]) {
    const ticks = ticksOf([{ start: "", parts: { sun: highest, battery: 0, grid: 0, other: 0 }, cost: null }], 1000);
    assert.ok(ticks.length >= 3 && ticks.length <= 5, `${ticks}`);
    assert.ok((ticks.at(-1) ?? 0) >= highest);
  }
});

test("the recorder is asked in kWh, from the local midnight of the first bar on", async () => {
  let asked: Record<string, unknown> = {};
  const hass = {
    config: { time_zone: PARIS },
    callWS: async (message: Record<string, unknown>) => {
      asked = message;
      return {};
    },
  } as unknown as Hass;
  const bars = await askEnergy(hass, METERS, "month", NOW);
  assert.equal(bars.length, 12);
  assert.equal(asked["start_time"], "2025-10-31T23:00:00.000Z");
  assert.deepEqual(asked["statistic_ids"], ["sensor.sun", "sensor.grid", "sensor.all", "sensor.cost"]);
  assert.deepEqual(asked["units"], { energy: "kWh" });
});
