import assert from "node:assert/strict";
import { test } from "node:test";

import type { Goal } from "../src/feed.ts";
import type { Hass } from "../src/ha.ts";
import { texts } from "../src/localize.ts";
import { daysText, goalText, hourText, houseClock, runsText, timeText, whenText } from "../src/plan-words.ts";
import "./words.ts";

const hass = (locale: Partial<Hass["locale"]> = {}, time_zone = "Europe/Rome") =>
  ({
    locale: { language: "en-GB", number_format: "language", time_format: "24", ...locale },
    config: { currency: "EUR", time_zone, version: "2026.10.0" },
  }) as Hass;
const CLOCK = houseClock(hass());
/** A Thursday, 12:00 in Rome. */
const NOW = new Date("2026-11-26T11:00:00Z");
const WORDS = texts("en");
const GOAL: Goal = { plan: "g", amount: 80, unit: "percent", ready_by: "07:00:00", weekdays: [], enabled: true };
const run = (start: string, end: string, power_w = 11_000) => ({ start, end, power_w, cost: null });

for (const [days, told] of [
  [["mon", "tue", "wed", "thu", "fri"], "Mon–Fri"],
  [["sat", "sun"], "Sat, Sun"],
  [["sun", "mon", "wed", "tue", "sat"], "Mon–Wed, Sat, Sun"],
  [["wed"], "Wed"],
  [[], ""],
] as [string[], string][]) {
  test(`${days} are “${told}”`, () => assert.equal(daysText(CLOCK, days), told));
}

test("a goal is told by when and how much", () => {
  assert.equal(whenText(WORDS, CLOCK, GOAL, NOW), "Every day 07:00");
  assert.equal(whenText(WORDS, CLOCK, { ...GOAL, weekdays: ["sat"] }, NOW), "Sat 07:00");
  assert.equal(whenText(WORDS, CLOCK, { ...GOAL, ready_by: "2026-11-27T06:00:00Z" }, NOW), "Fri 07:00");
  assert.equal(goalText(WORDS, CLOCK, GOAL), "up to 80 %");
  assert.equal(goalText(WORDS, CLOCK, { ...GOAL, unit: "km", amount: 120.5 }), "120.5 km more");
});

test("a local time is that time in any zone, as the user reads times", () => {
  assert.equal(timeText(houseClock(hass({}, "Pacific/Kiritimati")), "07:00:00"), "07:00");
  assert.match(timeText(houseClock(hass({ language: "en", time_format: "12" })), "19:30:00"), /^7:30\sPM$/);
  assert.equal(timeText(CLOCK, "soon"), "soon");
});

test("whole hours of an axis are short", () => {
  assert.equal(hourText(CLOCK, NOW.getTime()), "12:00");
  assert.match(hourText(houseClock(hass({ language: "en", time_format: "12" })), NOW.getTime() + 6 * 3_600_000), /^6\sPM$/);
});

test("slots that touch are one run; what is over and what is empty is left out", () => {
  const slots = [
    run("2026-11-26T09:00:00Z", "2026-11-26T10:00:00Z"),
    run("2026-11-26T12:00:00Z", "2026-11-26T12:15:00Z"),
    run("2026-11-26T12:15:00Z", "2026-11-26T13:00:00Z"),
    run("2026-11-26T14:00:00Z", "2026-11-26T15:00:00Z", 0),
    run("2026-11-27T00:00:00Z", "2026-11-27T02:00:00Z"),
    run("2026-11-27T03:00:00Z", "2026-11-27T04:00:00Z"),
  ];
  assert.equal(runsText(CLOCK, slots, NOW), "13:00–14:00, Fri 01:00–03:00, 04:00–05:00");
});

test("of many runs the first are named", () => {
  const slots = [12, 14, 16, 18, 20].map((hour) => run(`2026-11-26T${hour}:00:00Z`, `2026-11-26T${hour + 1}:00:00Z`));
  assert.match(runsText(CLOCK, slots, NOW), /, \+2$/);
});

test("an unknown zone is the browser's, not an error", () => {
  const clock = houseClock(hass({}, "Mars/Olympus"));
  assert.match(whenText(WORDS, clock, { ...GOAL, ready_by: "2026-11-27T06:00:00Z" }, NOW), /\d\d:\d\d$/);
});
