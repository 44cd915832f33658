/** What the card shows, of whatever is there. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { readConfig } from "../src/config.ts";
import type { Snapshot } from "../src/feed.ts";
import type { Hass } from "../src/ha.ts";
import { look, target, watched } from "../src/model.ts";
import { DEVICE, SNAPSHOT, STATES, house } from "./garage.ts";

function shown(hass: Hass, raw: object = {}, snapshot: Snapshot | null = null) {
  const config = readConfig(raw);
  const found = target(hass, config);
  if (found.of === "nothing") return assert.fail(`nothing: ${found.why}`);
  return look(hass, config, found, snapshot);
}

test("without a choice it is the only wallbox", () => {
  const found = target(house(), readConfig({}));
  assert.equal(found.of === "device" && found.device, DEVICE);
});

test("without any there is nothing, of several one is to be chosen, a removed one is named", () => {
  assert.deepEqual(target(house({}), readConfig({})), { of: "nothing", why: "none" });

  const hass = house();
  hass.devices["b"] = { id: "b", name: "Second", name_by_user: "Street", identifiers: [] };
  const second = { entity_id: "sensor.b", device_id: "b", platform: "evse_ocpp", translation_key: "status" };
  hass.entities["sensor.b"] = second;
  const devices = [{ id: DEVICE, name: "Garage" }, { id: "b", name: "Street" }];
  assert.deepEqual(target(hass, readConfig({})), { of: "nothing", why: "choose", devices });
  const chosen = target(hass, readConfig({}), "b");
  assert.equal(chosen.of === "device" && chosen.ids["status"], "sensor.b");

  const gone = { of: "nothing", why: "gone", device: "x" };
  assert.deepEqual(target(hass, readConfig({ device: "x" })), gone);
});

test("a further connector has limit and mode of its wallbox, and nothing else of it", () => {
  const hass = house({ ...STATES, "sensor.garage_session_cost": ["5"] });
  hass.devices["two"] = { id: "two", name: "Garage 2", via_device_id: DEVICE, identifiers: [] };
  hass.entities["sensor.two"] = {
    entity_id: "sensor.two",
    device_id: "two",
    platform: "evse_ocpp",
    translation_key: "status",
  };
  const found = target(hass, readConfig({ device: "two" }));
  assert.ok(found.of === "device");
  assert.equal(found.ids["current_limit"], "number.garage_current_limit");
  assert.equal(found.ids["mode"], "select.garage_mode");
  assert.equal(found.ids["status"], "sensor.two");
  assert.equal(found.ids["session_cost"], undefined);
});

test("the snapshot tells what flows, the entities what can be chosen", () => {
  const of = shown(house(), {}, SNAPSHOT);
  assert.equal(of.kind, "charging");
  assert.equal(of.status, "<charging>");
  assert.equal(of.power_w, 7360);
  assert.equal(of.current_a, 10.7);
  assert.equal(of.phases, 3);
  assert.equal(of.share, 10.7 / 32);
  assert.deepEqual(of.limit, {
    entity: "number.garage_current_limit",
    value_a: 16,
    min_a: 6,
    max_a: 32,
    step_a: 1,
  });
  assert.equal(of.modes?.chosen, "solar");
  assert.deepEqual(of.modes?.options[0], { value: "off", label: "<off>" });
  assert.equal(of.session?.person, "Anna");
  assert.equal(of.away, null);
});

test("before the first snapshot, and without the integration's answer, the entities are enough", () => {
  const of = shown(house());
  assert.equal(of.power_w, 7360);
  assert.equal(of.session?.energy_wh, 12_345);
  assert.equal(of.has_site, true, "the boost button tells of a site, so its place is kept");
  assert.equal(of.name, "Garage");
});

test("a wallbox that is away says since when, and that nothing is known to flow", () => {
  const states = { ...STATES, "binary_sensor.garage_connected": ["off"] as [string] };
  const of = shown(house(states), {}, SNAPSHOT);
  assert.equal(of.kind, "away");
  assert.deepEqual(of.away, { since: "2026-11-20T08:00:00+00:00" });
  assert.equal(of.power_w, null);
  assert.equal(of.current_a, null);
  assert.equal(of.share, 0);
  assert.equal(of.status, "");
});

test("without the integration's server nothing flows, and nothing of a site has a place", () => {
  const config = readConfig({});
  const hass = house();
  const found = target(hass, config);
  assert.ok(found.of === "device");
  const of = look(hass, config, found, null, false);
  assert.equal(of.kind, "away");
  assert.equal(of.has_site, false);
  assert.equal(of.boost, null);
  assert.equal(of.power_w, null);
});

test("a fault is a fault whatever the status says, but not of a wallbox that is away", () => {
  assert.equal(shown(house(), {}, { ...SNAPSHOT, fault: "GroundFailure" }).kind, "fault");
  const states = { ...STATES, "binary_sensor.garage_connected": ["off"] as [string] };
  assert.equal(shown(house(states), {}, { ...SNAPSHOT, fault: "GroundFailure" }).kind, "away");
});

test("a charger of another integration with few entities, in its own units", () => {
  const hass = house({
    "sensor.carport_state": ["Charging", { friendly_name: "Carport state" }],
    "sensor.carport_power": ["3.5", { unit_of_measurement: "kW" }],
    "sensor.carport_energy": ["2", { unit_of_measurement: "MWh" }],
    "switch.carport": ["on"],
  });
  const entities = {
    status: "sensor.carport_state",
    power: "sensor.carport_power",
    energy: "sensor.carport_energy",
    charging: "switch.carport",
    mode: "select.nowhere",
  };
  const of = shown(hass, { entities });
  assert.equal(of.kind, "charging");
  assert.equal(of.power_w, 3500);
  assert.equal(of.total_wh, 2_000_000);
  assert.equal(of.name, "Carport");
  assert.deepEqual(of.charging, { entity: "switch.carport", on: true });
  assert.equal(of.limit, null);
  assert.equal(of.modes, null);
  assert.equal(of.session, null);
  assert.equal(of.has_site, false);
  assert.equal(of.share, 3500 / 3700, "of the least usual power that fits");
  assert.deepEqual(of.missing, [{ role: "mode", entity: "select.nowhere" }]);
});

for (const state of ["unavailable", "unknown", "banana", "", "1e400", "NaN"]) {
  test(`a number whose state is “${state}” has no value`, () => {
    const limit = house({ ...STATES, "number.garage_current_limit": [state, { min: 6, max: 32, step: 1 }] });
    assert.equal(shown(limit).limit?.value_a ?? null, null);
    const power = house({ ...STATES, "sensor.garage_power": [state, { unit_of_measurement: "W" }] });
    assert.equal(shown(power).power_w, null);
  });
}

test("a slider without a range, and steps that lead nowhere", () => {
  const limit = (attributes: object) =>
    shown(house({ ...STATES, "number.garage_current_limit": ["10", { ...attributes }] })).limit;
  assert.equal(limit({ min: 16, max: 16 }), null);
  assert.equal(limit({ min: 6, max: 16, step: 0 })?.step_a, 1);
  assert.equal(limit({ min: "x", max: null })?.min_a, 6);
});

test("the level of the car's battery is one of 0 to 100 %", () => {
  const level = (state: string) => shown(house({ ...STATES, "sensor.garage_soc": [state] })).soc_percent;
  assert.deepEqual(["62.5", "0", "100", "-1", "255", "unknown"].map(level), [62.5, 0, 100, null, null, null]);
  assert.equal(shown(house()).soc_percent, null);
});

test("a boost lasts until the snapshot's time, else the sensor's", () => {
  const until = "2026-11-20T12:00:00+01:00";
  assert.equal(shown(house(), {}, { ...SNAPSHOT, boost_until: until }).boost?.until, until);
  const states = { ...STATES, "sensor.garage_boost_until": [until] as [string] };
  assert.equal(shown(house(states)).boost?.until, until);
  assert.equal(shown(house(), {}, SNAPSHOT).boost?.until, null);
});

test("a car that waits for somebody can be started", () => {
  const waits = { ...STATES, "sensor.garage_status": ["preparing"] as [string] };
  assert.equal(shown(house(waits)).startable, true);
  assert.equal(shown(house()).startable, false);
});

test("only the states of the card are watched", () => {
  const hass = house({ ...STATES, "sensor.outside_temperature": ["3"] });
  const found = target(hass, readConfig({}));
  assert.ok(found.of === "device");
  const seen = watched(hass, found.ids);
  assert.ok(seen.includes(hass.states["sensor.garage_power"]));
  assert.ok(!seen.includes(hass.states["sensor.outside_temperature"]));
});
