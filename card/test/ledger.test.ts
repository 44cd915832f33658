import assert from "node:assert/strict";
import test from "node:test";

import type { Hass } from "../src/ha.ts";
import { askSessions, entriesOf, ownerData, type WallboxesTold } from "../src/ledger.ts";
import { iconOf, moneyOf, ownerName, pictureOf } from "../src/people.ts";
import { partsOf, sunShare, totalOf, wordsOfParts } from "../src/sources.ts";
import { statementData } from "../src/statements.ts";
import { texts } from "../src/localize.ts";
import "./words.ts";

const LOCALE = { language: "en", number_format: "comma_decimal", time_format: "24" };
const text = texts("en");

const OWNERS: [string | undefined, unknown][] = [
  [undefined, {}],
  ["person:person.anna", { person: "person.anna" }],
  ["card:04:A1", { id_tag: "04:A1" }],
  ["nobody", null],
];

for (const [owner, data] of OWNERS) {
  test(`the actions know the owner ${owner} as ${JSON.stringify(data)}`, () => {
    assert.deepEqual(ownerData(owner), data);
  });
}

test("a statement is asked for by month, owner and format, in a language that documents have", () => {
  const hass = { language: "de-AT" } as Hass;
  assert.deepEqual(statementData(hass, { month: "2026-10", owner: "card:04A1" }, "pdf"), {
    month: "2026-10",
    format: "pdf",
    language: "de",
    id_tag: "04A1",
  });
  const dutch = statementData({ language: "nl" } as Hass, { month: "2026-10", devices: ["d"] }, "csv");
  assert.deepEqual(dutch, { month: "2026-10", format: "csv", device_id: ["d"] });
});

test("sessions are asked for with what is wanted, a page at a time", async () => {
  let asked: Record<string, unknown> = {};
  const hass = { callWS: async (message: Record<string, unknown>) => (asked = message) } as unknown as Hass;
  await askSessions(hass, { owner: "nobody" }, 12, 24);
  assert.deepEqual(asked, { type: "evse_ocpp/sessions", owner: "nobody", limit: 12, offset: 24 });
});

test("documents are asked of the servers whose wallboxes are meant", () => {
  const wallbox = (entry_id: string, device_id: string) => ({
    entry_id,
    identity: device_id,
    name: device_id,
    connectors: [{ connector_id: 1, device_id, name: device_id }],
  });
  const told = { wallboxes: [wallbox("e1", "a"), wallbox("e1", "b"), wallbox("e2", "c")] } as unknown as WallboxesTold;
  assert.deepEqual(entriesOf(told), ["e1", "e2"]);
  assert.deepEqual(entriesOf(told, ["c"]), ["e2"]);
  assert.deepEqual(entriesOf(told, ["gone"]), []);
});

test("sums of several currencies are told apart, and of none as unknown", () => {
  assert.equal(moneyOf(LOCALE, { EUR: 12.4, CHF: 3 }), "€12.40 + CHF\u00a03.00");
  assert.equal(moneyOf(LOCALE, {}), "–");
  assert.equal(moneyOf(LOCALE, undefined), "–");
});

test("energy of unknown source is one part; what is not sun or battery is the grid's", () => {
  assert.deepEqual(partsOf({ energy_wh: 900, sun_wh: null }), { sun: 0, battery: 0, grid: 0, other: 900 });
  const parts = partsOf({ energy_wh: 900, sun_wh: 500, battery_wh: 600 });
  assert.equal(parts.grid, 0);
  assert.equal(totalOf(partsOf({ energy_wh: 900, sun_wh: 500 })), 900);
  assert.equal(wordsOfParts({ sun: 4200, battery: 0, grid: 1000, other: 0 }, LOCALE, text), "Sun 4.20\u00a0kWh, Grid 1.00\u00a0kWh");
});

test("the share of the sun is between nothing and all, and unknown without energy", () => {
  assert.equal(sunShare(0, 0), null);
  assert.equal(sunShare(1000, null), null);
  assert.equal(sunShare(1000, 1001), 1);
  assert.equal(sunShare(1000, 250), 0.25);
});

test("who charged is the person, else the card, else nobody with a card", () => {
  assert.equal(ownerName({ person: "Anna", card: "Blue" }, text), "Anna");
  assert.equal(ownerName({ person: null, card: "Blue" }, text), "Blue");
  assert.equal(ownerName({ person: null, card: null }, text), "Without a card");
  assert.equal(new Set(["person:person.a", "card:1", "nobody"].map(iconOf)).size, 3);
});

test("a person's picture is asked of Home Assistant, and only of a person that has one", () => {
  const states = { "person.a": { attributes: { entity_picture: "/a.png" } }, "person.b": { attributes: {} } };
  const hass = { states, hassUrl: (path: string) => `http://ha${path}` } as unknown as Hass;
  assert.equal(pictureOf(hass, "person:person.a"), "http://ha/a.png");
  for (const owner of ["person:person.b", "person:person.gone", "card:1"]) assert.equal(pictureOf(hass, owner), null);
});
