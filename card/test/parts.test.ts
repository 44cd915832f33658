/** The parts of the card: ring, modes, session, hints, suggestion and editor. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { PARTS, ROLES, readConfig } from "../src/config.ts";
import { cardSchema, shownOf, writtenOf } from "../src/editor.ts";
import type { Snapshot } from "../src/feed.ts";
import type { Hass } from "../src/ha.ts";
import { nothingHint, problemHint, troubles } from "../src/hint.ts";
import { texts } from "../src/localize.ts";
import { look, target } from "../src/model.ts";
import { columnsOf } from "../src/modes.ts";
import { detail, limitShare, pointAt } from "../src/ring.ts";
import { lengthOf, percentsOf, sourcesOf } from "../src/session.ts";
import { stubConfig, suggestion } from "../src/suggest.ts";
import { DEVICE, SNAPSHOT, STATES, house } from "./garage.ts";
import "./words.ts";

const say = texts("en");
const NOW = new Date("2026-11-20T12:00:00Z");
const session = SNAPSHOT.session ?? assert.fail();

function shown(hass: Hass = house(), snapshot: Snapshot | null = SNAPSHOT) {
  const config = readConfig({});
  const found = target(hass, config);
  return found.of === "nothing" ? assert.fail() : look(hass, config, found, snapshot);
}

test("the ring runs clockwise over the top and is open at its foot", () => {
  const [from, top, to] = [pointAt(0), pointAt(0.5), pointAt(1)];
  assert.ok(from[0] < 100 && from[1] > 100, "begins at the lower left");
  assert.deepEqual(top, [100, 14]);
  assert.deepEqual(to, [200 - from[0], from[1]]);
});

test("the limit has a mark where it is below what the wallbox can give", () => {
  const limited = (value: string) =>
    limitShare(shown(house({ ...STATES, "number.garage_current_limit": [value, { min: 6, max: 32 }] })));
  assert.equal(limited("16"), 0.5);
  assert.equal(limited("32"), null);
  assert.equal(limited("unknown"), null);
});

test("the ring tells current and phases, else what is offered, and nothing of what is away", () => {
  const of = (change: Partial<Snapshot>) => detail(house(), shown(house(), { ...SNAPSHOT, ...change }), say);
  assert.equal(of({}), "10.7 A · 3 phases");
  assert.equal(of({ currents_a: [15.9, 0, 0] }), "15.9 A · 1 phase");
  assert.equal(of({ currents_a: [15.9] }), "15.9 A");
  assert.equal(of({ currents_a: [0, 0, 0], offered_a: 6 }), "6 A offered");
  const away = house({ ...STATES, "binary_sensor.garage_connected": ["off"] });
  assert.equal(detail(away, shown(away), say), "");
});

test("modes stand in rows without a lonely one", () => {
  const columns = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(columnsOf);
  assert.deepEqual(columns, [1, 2, 3, 4, 3, 3, 4, 4, 3]);
});

test("a session lasts until now, or until it ended; without a beginning nobody knows", () => {
  assert.equal(lengthOf(session, new Date("2026-11-20T10:12:00+01:00")), 3600);
  assert.equal(lengthOf({ ...session, ended_at: "2026-11-20T09:13:00+01:00" }, NOW), 60);
  assert.equal(lengthOf({ ...session, started_at: "not a time" }, NOW), null);
  assert.equal(lengthOf({ ...session, started_at: "2030-01-01T00:00:00Z" }, NOW), 0);
});

test("sources are shares of what is told; crumbs and nonsense are left out", () => {
  const keys = (change: object) => sourcesOf({ ...session, ...change }).map((each) => each.key);
  const [sun] = sourcesOf(session);
  assert.equal(sun?.share, 8400 / 12_345);
  assert.deepEqual(keys({}), ["sun", "battery", "grid"]);
  assert.deepEqual(keys({ sun_wh: 1, battery_wh: null }), ["grid"]);
  assert.deepEqual(keys({ sun_wh: null }), []);
  assert.deepEqual(keys({ sun_wh: 0, battery_wh: 0, grid_wh: 0 }), []);
  assert.deepEqual(keys({ sun_wh: -5, battery_wh: 0 }), ["grid"]);
});

test("the shares make a hundred percent", () => {
  const of = (sun_wh: number, battery_wh: number, grid_wh: number) =>
    percentsOf(sourcesOf({ ...session, sun_wh, battery_wh, grid_wh }));
  assert.deepEqual(of(455, 49, 496), [46, 5, 49]);
  assert.deepEqual(of(1, 1, 1), [33, 33, 34]);
  assert.deepEqual(of(0, 0, 7), [100]);
  assert.deepEqual(percentsOf([]), []);
});

test("each reason of having nothing to show says what to do", () => {
  const chosen: string[] = [];
  const of = (why: Parameters<typeof nothingHint>[0]) => nothingHint(why, say, (id) => chosen.push(id));
  assert.match(of({ of: "nothing", why: "none" }).link?.path ?? "", /evse_ocpp/);
  assert.match(of({ of: "nothing", why: "gone", device: "abc" }).text ?? "", /abc/);
  const devices = [{ id: "a", name: "" }, { id: "b", name: "Street" }];
  const choose = of({ of: "nothing", why: "choose", devices });
  assert.deepEqual(choose.buttons?.map((each) => each.text), ["a", "Street"]);
  choose.buttons?.[1]?.press();
  assert.deepEqual(chosen, ["b"]);
});

test("a mistake in the configuration is told with field, what came and what is allowed", () => {
  const [problem] = readConfig({ layout: "huge" }).problems;
  const told = problemHint(problem ?? assert.fail(), say);
  assert.equal(`${told.title} ${told.text}`, "layout: “huge” is not possible Possible: full, compact.");
});

test("what is wrong is told: not loaded, away, a fault, an entity that is not there", () => {
  const titles = (of = shown(), loaded = true) =>
    troubles(house(), of, DEVICE, loaded, say, NOW).map((each) => each.title);
  assert.deepEqual(titles(), []);
  const away = { ...shown(), away: { since: "2026-11-20T11:00:00Z" } };
  assert.deepEqual(titles(away), ["Not connected since 12:00"]);
  assert.deepEqual(titles({ ...away, away: { since: null } }), ["Not connected"]);
  assert.deepEqual(titles(away, false), ["EVSE OCPP is not running"]);
  assert.deepEqual(titles({ ...shown(), fault: "GroundFailure" }), [
    "The wallbox reports a fault: GroundFailure",
  ]);
  const missing = [{ role: "mode", entity: "select.x" }];
  assert.deepEqual(titles({ ...shown(), missing }), ["entities: mode: there is no entity “select.x”"]);
});

test("a new card is of a wallbox that is there, and suggested for its entities alone", () => {
  assert.deepEqual(stubConfig(house()), { device: DEVICE });
  assert.deepEqual(stubConfig(house({})), {});
  const config = { type: "custom:evse-ocpp-card", device: DEVICE };
  const hass = house({ ...STATES, "sensor.other": ["1"] });
  assert.deepEqual(suggestion(hass, "sensor.garage_power"), { config });
  assert.equal(suggestion(hass, "sensor.other"), null);
  assert.equal(suggestion(hass, "sensor.nowhere"), null);
  const site = { entity_id: "sensor.s", device_id: "site", platform: "evse_ocpp", translation_key: "site_price" };
  hass.entities["sensor.s"] = site;
  assert.equal(suggestion(hass, "sensor.s"), null);
});

test("the editor has a field for all that can be written, with words", () => {
  const fields = cardSchema(say, [{ value: DEVICE, label: "Garage" }]);
  const group = (name: string) => fields.find((each) => each.name === name)?.schema?.map((each) => each.name);
  assert.deepEqual(fields.map((each) => each.name), ["device", "name", "layout", "show", "entities"]);
  assert.deepEqual(group("show"), [...PARTS]);
  assert.deepEqual(group("entities"), Object.keys(ROLES));
});

test("the editor shows what holds and writes only what differs from it", () => {
  const written = { type: "custom:evse-ocpp-card", device: "d", show: { plan: false } };
  const form = shownOf(written);
  assert.equal(form["layout"], "full");
  assert.deepEqual(form["show"], { ...Object.fromEntries(PARTS.map((part) => [part, true])), plan: false });
  assert.deepEqual(writtenOf(form), written);
  const emptied = { ...form, device: "", name: "", entities: { power: "", status: undefined }, show: {} };
  assert.deepEqual(writtenOf(emptied), { type: "custom:evse-ocpp-card" });
  assert.deepEqual(shownOf({ show: "nonsense" })["show"], Object.fromEntries(PARTS.map((part) => [part, true])));
});
