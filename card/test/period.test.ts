import assert from "node:assert/strict";
import test from "node:test";

import { iso, monthAfter, monthOf, type Period, stretchOf, stretchOfMonth } from "../src/period.ts";

const PARIS = "Europe/Paris";
/** 00:30 of the 1st of November in Paris, still October in UTC. */
const NOW = Date.parse("2026-10-31T23:30:00Z");

const STRETCHES: [Period, string | undefined, string | undefined][] = [
  // The clock went back within these 30 days: the first midnight was in summer time.
  ["days_30", "2026-10-02T22:00:00.000Z", undefined],
  ["this_month", "2026-10-31T23:00:00.000Z", undefined],
  ["last_month", "2026-09-30T22:00:00.000Z", "2026-10-31T23:00:00.000Z"],
  ["this_year", "2025-12-31T23:00:00.000Z", undefined],
  ["all", undefined, undefined],
];

for (const [period, start, end] of STRETCHES) {
  test(`${period} begins and ends by the house's clock`, () => {
    const stretch = stretchOf(period, NOW, PARIS);
    assert.deepEqual([iso(stretch.start), iso(stretch.end)], [start, end]);
  });
}

test("the last day of a period of one's own is in it", () => {
  const stretch = stretchOf("custom", NOW, PARIS, "2026-10-25", "2026-10-25");
  // The day on which the clock goes back has 25 hours.
  assert.equal(((stretch.end ?? 0) - (stretch.start ?? 0)) / 3_600_000, 25);
});

test("a period of one's own may have no begin, no end, and nonsense for a day", () => {
  assert.deepEqual(stretchOf("custom", NOW, PARIS), { start: undefined, end: undefined });
  assert.equal(stretchOf("custom", NOW, PARIS, "2026-02-", "").start, undefined);
});

test("months are counted over years, and are as long as they are", () => {
  assert.equal(monthOf(NOW, PARIS), "2026-11");
  assert.equal(monthAfter("2026-11", 2), "2027-01");
  assert.equal(monthAfter("2026-01", -1), "2025-12");
  assert.equal(monthAfter("2026-01", -13), "2024-12");
  const { start, end } = stretchOfMonth("2026-10", PARIS);
  assert.equal((end - start) / 3_600_000, 31 * 24 + 1);
});
