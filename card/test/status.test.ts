/** The words of many chargers, and what they mean for the ring. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Kind, iconOf, kindOf } from "../src/status.ts";
import { entity } from "./garage.ts";

const WORDS: [word: string, power_w: number | null, kind: Kind][] = [
  ["charging", null, "charging"],
  ["Charging", null, "charging"],
  ["C", null, "charging"],
  ["suspended_evse", 7000, "waiting"],
  ["SuspendedEV", null, "waiting"],
  ["awaiting start", null, "waiting"],
  ["preparing", null, "ready"],
  ["available", 0, "free"],
  ["not-connected", null, "free"],
  ["faulted", null, "fault"],
  ["banana", 5000, "charging"],
  ["banana", 5, "unknown"],
  ["banana", null, "unknown"],
  ["unavailable", 5000, "charging"],
  ["unknown", 3, "free"],
  ["unknown", null, "unknown"],
];
for (const [word, power_w, kind] of WORDS) {
  test(`“${word}” at ${power_w} W is ${kind}`, () => {
    assert.equal(kindOf(entity("sensor.x", word), power_w), kind);
  });
}

test("without a status the power tells it", () => {
  assert.equal(kindOf(undefined, 3700), "charging");
  assert.equal(kindOf(undefined, 12), "free");
  assert.equal(kindOf(undefined, null), "unknown");
});

test("each kind has an icon", () => {
  for (const [, , kind] of WORDS) assert.match(iconOf(kind), /^mdi:/);
  assert.match(iconOf("away"), /^mdi:/);
});
