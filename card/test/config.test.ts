/** What a user may write for the card: whatever it is, it is read, and a mistake is named. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { PARTS, readConfig } from "../src/config.ts";
import en from "../src/texts/en.json";

const ALL = Object.fromEntries(PARTS.map((part) => [part, true]));

test("nothing written is a full card of the only wallbox", () => {
  for (const raw of [{}, null, undefined, "text", 7, []]) {
    const config = readConfig(raw);
    assert.deepEqual(
      { ...config, problems: config.problems.length },
      { device: undefined, entities: undefined, layout: "full", show: ALL, name: undefined, problems: 0 },
    );
  }
});

test("what is right is kept", () => {
  const entities = { status: "binary_sensor.car", current_limit: "input_number.amps" };
  const config = readConfig({ device: "d", entities, layout: "compact", show: { plan: false }, name: "א" });
  assert.equal(config.device, "d");
  assert.deepEqual(config.entities, entities);
  assert.equal(config.layout, "compact");
  assert.deepEqual(config.show, { ...ALL, plan: false });
  assert.equal(config.name, "א");
  assert.deepEqual(config.problems, []);
});

const WRONG: [raw: object, field: string, came: string][] = [
  [{ device: 7 }, "device", "7"],
  [{ name: { a: 1 } }, "name", '{"a":1}'],
  [{ layout: "huge" }, "layout", "huge"],
  [{ layout: ["full"] }, "layout", '["full"]'],
  [{ show: "everything" }, "show", "everything"],
  [{ show: { plan: "no" } }, "show: plan", "no"],
  [{ show: { banana: true } }, "show", "banana"],
  [{ entities: ["sensor.x"] }, "entities", '["sensor.x"]'],
  [{ entities: { banana: "sensor.x" } }, "entities", "banana"],
  [{ entities: { constructor: "sensor.x" } }, "entities", "constructor"],
  [{ entities: { current_limit: "sensor.x" } }, "entities: current_limit", "sensor.x"],
  [{ entities: { power: 5 } }, "entities: power", "5"],
  [{ entities: { power: "sensorpower" } }, "entities: power", "sensorpower"],
];

for (const [raw, field, came] of WRONG) {
  test(`${JSON.stringify(raw)} is told and left out`, () => {
    const { problems, layout, show } = readConfig(raw);
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.field, field);
    assert.equal(problems[0]?.came, came);
    assert.ok(en[problems[0].allowed], "what is allowed has words");
    assert.equal(layout, "full");
    assert.deepEqual(show, ALL);
  });
}

test("what came is told in short", () => {
  const came = readConfig({ layout: "x".repeat(500) }).problems[0]?.came ?? "";
  assert.ok(came.length < 70 && came.endsWith("…"));
});

test("fields that the editor leaves empty are no mistakes", () => {
  const { problems, entities } = readConfig({ device: "", name: "", entities: { power: "", status: null } });
  assert.deepEqual(problems, []);
  assert.equal(entities, undefined);
});
