import assert from "node:assert/strict";
import { test } from "node:test";

import type { SiteNow } from "../src/feed.ts";
import { phaseBars } from "../src/phase-bars.ts";

function site(grid_a: (number | null)[], cars_a: (number | null)[] = [0, 0, 0], fields: Partial<SiteNow> = {}): SiteNow {
  return {
    site_id: "s",
    name: "House",
    fuse_a: grid_a.map(() => 25),
    grid_a,
    cars_a,
    has_meter: true,
    sum_only: false,
    meter_lost: false,
    surplus_w: null,
    price: null,
    currency: "EUR",
    ...fields,
  };
}

for (const [grid, state, room] of [
  [10, "calm", 15],
  [22.5, "nearly", 2.5],
  [25, "nearly", 0],
  [25.1, "over", -0.1],
  [-8, "exports", 33],
  [0, "calm", 25],
  [null, "silent", null],
  [NaN, "silent", null],
] as const) {
  test(`${grid} A of 25 A are ${state}`, () => {
    const [bar] = phaseBars(site([grid]));
    assert.equal(bar?.state, state);
    assert.equal(bar?.room_a === null ? null : Number(bar?.room_a.toFixed(2)), room);
  });
}

test("house and cars make up what flows, before the mark of the fuse", () => {
  const [bar] = phaseBars(site([18], [10]));
  assert.ok(bar);
  assert.equal(bar.zero, 0);
  assert.equal((bar.house / bar.cars).toFixed(2), "0.80");
  assert.equal(((bar.house + bar.cars) / bar.fuse).toFixed(2), (18 / 25).toFixed(2));
  assert.ok(bar.fuse < 100);
});

test("what the cars take from the sun is not drawn against the fuse", () => {
  const [bar] = phaseBars(site([4], [10]));
  assert.equal(bar?.house, 0);
  assert.equal(((bar?.cars ?? 0) / (bar?.fuse ?? 1)).toFixed(2), (4 / 25).toFixed(2));
});

test("export goes to the other side, on one scale for all phases", () => {
  const bars = phaseBars(site([-10, 5, -2], [6, 6, 6]));
  assert.equal(new Set(bars.map(({ zero }) => zero)).size, 1);
  assert.equal(new Set(bars.map(({ fuse }) => fuse)).size, 1);
  assert.equal(bars[0]?.export, bars[0]?.zero);
  assert.equal(((bars[0]?.export ?? 0) / (bars[2]?.export ?? 1)).toFixed(2), "5.00");
  assert.equal(bars[1]?.export, 0);
});

test("too much goes beyond the mark, whatever it is, and stays in the bar", () => {
  const [bar] = phaseBars(site([400], [100]));
  assert.ok(bar);
  assert.ok(bar.house + bar.cars > bar.fuse);
  assert.ok(bar.zero + bar.house + bar.cars <= 100.001);
});

test("with a lost meter only what the cars take is known", () => {
  const [bar] = phaseBars(site([12], [10], { meter_lost: true }));
  assert.deepEqual([bar?.state, bar?.grid_a, bar?.house], ["silent", null, 0]);
  assert.equal(((bar?.cars ?? 0) / (bar?.fuse ?? 1)).toFixed(2), (10 / 25).toFixed(2));
});

test("shorter lists than the fuse's are not known", () => {
  const bars = phaseBars(site([], [], { fuse_a: [16, 16, 16] }));
  assert.deepEqual(bars.map(({ name, state }) => `${name} ${state}`), ["L1 silent", "L2 silent", "L3 silent"]);
});
