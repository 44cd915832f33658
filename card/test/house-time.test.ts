import assert from "node:assert/strict";
import { test } from "node:test";

import { dayAfter, elsewhere, instantOf, knownZone, wallOf } from "../src/house-time.ts";

const AT = (text: string) => Date.parse(text);

for (const [zone, instant, wall] of [
  ["Europe/Rome", "2026-11-26T06:00:00Z", "2026-11-26T07:00"],
  ["Europe/Rome", "2026-07-01T05:00:00Z", "2026-07-01T07:00"],
  ["America/St_Johns", "2026-11-26T10:30:00Z", "2026-11-26T07:00"],
  ["Pacific/Kiritimati", "2026-11-25T17:00:00Z", "2026-11-26T07:00"],
  ["Asia/Kathmandu", "2026-11-25T18:15:00Z", "2026-11-26T00:00"],
] as const) {
  test(`the clock of ${zone} shows ${wall} at ${instant}, and back`, () => {
    assert.equal(wallOf(AT(instant), zone), wall);
    assert.equal(instantOf(wall, zone), AT(instant));
  });
}

test("of a time that exists twice the first counts", () => {
  assert.equal(instantOf("2026-10-25T02:30", "Europe/Rome"), AT("2026-10-25T00:30:00Z"));
});

test("a time that does not exist is as long after the gap as after its begin", () => {
  assert.equal(instantOf("2027-03-28T02:30", "Europe/Rome"), AT("2027-03-28T01:30:00Z"));
});

for (const wall of ["", "T07:00", "2026-13-01T07:00", "2026-11-26T", "soon"]) {
  test(`“${wall}” is no time`, () => assert.ok(Number.isNaN(instantOf(wall, "Europe/Rome"))));
}

test("no instant has no wall time", () => assert.equal(wallOf(NaN, "Europe/Rome"), ""));

test("a zone that the browser does not know is the browser's", () => {
  assert.equal(knownZone("Mars/Olympus"), undefined);
  assert.match(wallOf(AT("2026-11-26T06:00:00Z"), "Mars/Olympus"), /^2026-11-2\dT/);
});

test("a browser in another zone is elsewhere, one whose clock shows the same is not", () => {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  assert.equal(elsewhere(own, AT("2026-11-26T06:00:00Z")), false);
  assert.equal(elsewhere("Asia/Kathmandu", AT("2026-11-26T06:00:00Z")), own !== "Asia/Kathmandu");
});

test("days go over the ends of months and years", () => {
  assert.equal(dayAfter("2026-12-31", 1), "2027-01-01");
  assert.equal(dayAfter("2028-02-28", 1), "2028-02-29");
});
