import assert from "node:assert/strict";
import { test } from "node:test";

import type { Goal, PlanDetail, Snapshot } from "../src/feed.ts";
import {
  advice,
  becomesAnother,
  byDue,
  formOf,
  mostKwh,
  newForm,
  nextDue,
  parsed,
  restoreData,
  setData,
  wrongs,
  type GoalForm,
} from "../src/goal.ts";

const ZONE = "Europe/Rome";
/** A Thursday, 12:00 in Rome. */
const NOW = Date.parse("2026-11-26T11:00:00Z");
const GOAL: Goal = {
  plan: "work",
  amount: 80,
  unit: "percent",
  ready_by: "07:00:00",
  weekdays: ["mon", "fri"],
  most_starts: 2,
  precondition: 20,
  enabled: true,
};
const form = (fields: Partial<GoalForm> = {}): GoalForm => ({ ...newForm(NOW, ZONE), ...fields });

test("a new form is good as it is: tomorrow at seven", () => {
  assert.deepEqual(wrongs(form(), NOW, ZONE), {});
  assert.deepEqual(setData(form(), "d"), {
    device_id: "d",
    amount: 20,
    unit: "kwh",
    ready_by: "2026-11-27 07:00",
    precondition: 0,
    enabled: true,
  });
});

for (const [text, value] of [
  ["7,5", 7.5],
  [" 12.25 ", 12.25],
  ["-3", -3],
  [".5", 0.5],
  ["", null],
  ["1e3", null],
  ["12 kWh", null],
  ["∞", null],
  ["0x10", null],
] as const) {
  test(`“${text}” is ${value}`, () => assert.equal(parsed(text), value));
}

for (const [fields, field, key] of [
  [{ amount: "0.4" }, "amount", "goal.outside"],
  [{ amount: "200.1" }, "amount", "goal.outside"],
  [{ amount: "1" + "0".repeat(40) }, "amount", "goal.outside"],
  [{ amount: "much" }, "amount", "goal.no_number"],
  [{ amount: "" }, "amount", "goal.no_number"],
  [{ unit: "percent", amount: "101" }, "amount", "goal.outside"],
  [{ unit: "km", amount: "2001" }, "amount", "goal.outside"],
  [{ time: "" }, "time", "goal.no_time"],
  [{ date: "" }, "date", "goal.no_date"],
  [{ date: "2026-11-26", time: "11:59" }, "date", "goal.past"],
  [{ date: "1970-01-01" }, "date", "goal.past"],
  [{ most_starts: "11" }, "most_starts", "goal.outside"],
  [{ most_starts: "1.5" }, "most_starts", "goal.outside"],
  [{ precondition: "241" }, "precondition", "goal.outside"],
  [{ precondition: "-1" }, "precondition", "goal.outside"],
] as const) {
  test(`${JSON.stringify(fields).slice(0, 50)}: ${field} is told to be wrong, with what came and what is allowed`, () => {
    const found = wrongs(form(fields), NOW, ZONE);
    assert.deepEqual(Object.keys(found), [field]);
    assert.equal(found[field]?.key, key);
    if (key === "goal.outside") {
      for (const name of ["came", "least", "most", "sign"]) assert.notEqual(found[field]?.values[name], undefined);
    }
  });
}

for (const fields of [
  { amount: "0,5" },
  { amount: "200" },
  { unit: "percent", amount: "100" },
  { unit: "km", amount: "2000" },
  { date: "2026-11-26", time: "12:01" },
  { once: false, date: "1970-01-01", time: "00:00" },
  { most_starts: "10", precondition: "240" },
] as const) {
  test(`${JSON.stringify(fields)} can be meant`, () => assert.deepEqual(wrongs(form(fields), NOW, ZONE), {}));
}

test("a changed goal keeps what the form does not show", () => {
  assert.deepEqual(setData(formOf(GOAL, NOW, ZONE), "d"), {
    device_id: "d",
    plan: "work",
    amount: 80,
    unit: "percent",
    ready_by: "07:00",
    weekdays: ["mon", "fri"],
    most_starts: 2,
    precondition: 20,
    enabled: true,
  });
});

test("an instant is shown by the house's clock and goes back as it", () => {
  const data = setData(formOf({ ...GOAL, ready_by: "2026-12-24T06:00:00+00:00", weekdays: [] }, NOW, ZONE), "d");
  assert.equal(data["ready_by"], "2026-12-24 07:00");
  assert.equal(data["weekdays"], undefined);
});

test("all days and no day are each day; days go in the order of the week", () => {
  const days = (weekdays: string[]) => setData(form({ once: false, weekdays }), "d")["weekdays"];
  assert.equal(days([]), undefined);
  assert.equal(days(["sun", "sat", "fri", "thu", "wed", "tue", "mon"]), undefined);
  assert.deepEqual(days(["sun", "tue"]), ["tue", "sun"]);
});

test("the departure of the device's page stays itself only as kWh by an instant", () => {
  const next = form({ plan: "next" });
  assert.equal(becomesAnother(next), false);
  assert.equal(setData(next, "d")["plan"], "next");
  for (const fields of [{ unit: "km" }, { once: false }, { most_starts: "2" }, { precondition: "5" }] as const) {
    const changed = form({ plan: "next", amount: "30", ...fields });
    assert.equal(becomesAnother(changed), true);
    assert.equal(setData(changed, "d")["plan"], undefined);
  }
  assert.equal(becomesAnother(form({ plan: "work", unit: "km" })), false);
});

test("a removed goal comes back as it was", () => {
  const { plan, ...rest } = GOAL;
  assert.deepEqual(restoreData(GOAL, "d"), { device_id: "d", plan, ...rest });
  const bare = restoreData({ ...GOAL, most_starts: null, weekdays: [] }, "d");
  assert.equal("most_starts" in bare || "weekdays" in bare, false);
});

for (const [goal, due] of [
  [{ ready_by: "07:00:00", weekdays: [] }, "2026-11-27T06:00:00Z"],
  [{ ready_by: "13:00:00", weekdays: [] }, "2026-11-26T12:00:00Z"],
  [{ ready_by: "07:00:00", weekdays: ["thu"] }, "2026-12-03T06:00:00Z"],
  [{ ready_by: "07:00:00", weekdays: ["sun", "sat"] }, "2026-11-28T06:00:00Z"],
  [{ ready_by: "2026-12-24T06:00:00Z", weekdays: [] }, "2026-12-24T06:00:00Z"],
] as const) {
  test(`${goal.ready_by} on ${goal.weekdays} is next due at ${due}`, () => {
    assert.equal(nextDue({ ...GOAL, ...goal, weekdays: [...goal.weekdays] }, NOW, ZONE), Date.parse(due));
  });
}

test("what is over is due never more, and goes to the end", () => {
  const over = { ...GOAL, plan: "over", ready_by: "2026-11-26T10:00:00Z", weekdays: [] };
  const later = { ...GOAL, plan: "later", weekdays: ["sun"] };
  assert.equal(nextDue(over, NOW, ZONE), null);
  assert.equal(nextDue({ ...over, ready_by: "nonsense" }, NOW, ZONE), null);
  assert.deepEqual(byDue([over, later, GOAL], NOW, ZONE).map(({ plan }) => plan), ["work", "later", "over"]);
});

const WALLBOX = { maximum_a: 16, phases: 3 } as Snapshot;
const DETAIL = { soc_known: false } as PlanDetail;

test("more than the wallbox can give by then is told at once, with what it can", () => {
  const soon = form({ date: "2026-11-26", time: "14:00", amount: "30" });
  const told = advice(soon, WALLBOX, DETAIL, NOW, ZONE);
  assert.equal(told?.key, "goal.too_much");
  assert.equal(told?.most_kwh?.toFixed(2), "22.08");
  assert.equal(advice({ ...soon, amount: "22" }, WALLBOX, DETAIL, NOW, ZONE), null);
  assert.equal(advice({ ...soon, amount: "nonsense" }, WALLBOX, DETAIL, NOW, ZONE), null);
  assert.equal(advice(soon, null, null, NOW, ZONE), null);
});

test("of a weekly goal the next time counts", () => {
  const weekly = form({ once: false, time: "14:00", weekdays: ["thu"], amount: "30" });
  assert.equal(advice(weekly, WALLBOX, DETAIL, NOW, ZONE)?.key, "goal.too_much");
  assert.equal(advice({ ...weekly, weekdays: ["fri"] }, WALLBOX, DETAIL, NOW, ZONE), null);
});

test("percent of a car whose state of charge nobody tells are warned of", () => {
  const percent = form({ unit: "percent", amount: "80" });
  assert.equal(advice(percent, WALLBOX, DETAIL, NOW, ZONE)?.key, "goal.no_soc");
  assert.equal(advice(percent, WALLBOX, { ...DETAIL, soc_known: true }, NOW, ZONE), null);
});

test("the past gives nothing", () => assert.equal(mostKwh(WALLBOX, NOW, NOW - 1), 0));
