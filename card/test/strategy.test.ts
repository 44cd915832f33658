import assert from "node:assert/strict";
import test from "node:test";

// The strategy is an element; outside of a browser there are none.
(globalThis as Record<string, unknown>)["HTMLElement"] ??= class {};

import { readBoardCardConfig, readBoardConfig } from "../src/board-config.ts";
import { askRepairs, faulted, troublesOf } from "../src/faults.ts";
import { found } from "../src/found.ts";
import type { Hass } from "../src/ha.ts";
import { TABLES } from "../src/tables.ts";
import de from "../src/texts/de.json";
import "./words.ts";

const { dashboard, EvseOcppStrategy } = await import("../src/strategy.ts");

interface House {
  connectors?: string[];
  sites?: string[];
  language?: string;
}

const KEYS = ["status", "power", "error", "connected", "energy", "cost_total"];
const SITE_KEYS = ["site_price", "site_surplus", "site_grid_power", "site_meter_lost"];

/** Devices of ours, of another integration's, and one without a device. */
function house({ connectors = ["Garage"], sites = [], language = "en" }: House = {}): Hass {
  const entities: Record<string, unknown> = {
    "sensor.other": { entity_id: "sensor.other", device_id: "other", platform: "mqtt", translation_key: "status" },
    "sensor.loose": { entity_id: "sensor.loose", platform: "evse_ocpp", translation_key: "status" },
  };
  const devices: Record<string, unknown> = { other: { name: "Other", name_by_user: null } };
  for (const [names, keys] of [[connectors, KEYS], [sites, SITE_KEYS]] as const) {
    for (const name of names) {
      devices[name] = { id: name, name, name_by_user: null };
      for (const key of keys) {
        const entity_id = `sensor.${name}_${key}`.toLowerCase();
        entities[entity_id] = { entity_id, device_id: name, platform: "evse_ocpp", translation_key: key };
      }
    }
  }
  return { entities, devices, states: {}, language, formatEntityState: () => "Charging" } as unknown as Hass;
}

function made(config: unknown, hass: Hass) {
  return dashboard(readBoardConfig(config), hass);
}

function cardsOf(hass: Hass, path: string, config: unknown = {}) {
  const view = made(config, hass).views.find((each) => each.path === path);
  return (view?.sections ?? []).flatMap(({ cards }) => cards);
}

test("there are five views, in the user's language", () => {
  TABLES["de"] = de;
  const english = made({}, house());
  assert.deepEqual(english.views.map(({ path }) => path), ["overview", "sessions", "months", "costs", "faults"]);
  assert.equal(made({}, house({ language: "de" })).views[0]?.title, "Übersicht");
  assert.equal(new Set(english.views.map(({ icon }) => icon)).size, 5);
});

test("the overview has a card for each connector by name, and one for each site", () => {
  const hass = house({ connectors: ["Wallbox 10", "Wallbox 2"], sites: ["House"] });
  const cards = cardsOf(hass, "overview");
  assert.deepEqual(
    cards.filter(({ type }) => type === "custom:evse-ocpp-card").map(({ device }) => device),
    ["Wallbox 2", "Wallbox 10"],
  );
  assert.deepEqual(cards.find(({ type }) => type === "custom:evse-ocpp-phases-card")?.["site"], "House");
  assert.equal(made({}, hass).views[0]?.badges?.length, 2);
});

test("without a wallbox one view says so, and where to add one", () => {
  const { views } = made({}, house({ connectors: [] }));
  assert.equal(views.length, 1);
  const content = String(views[0]?.sections[0]?.cards[0]?.["content"]);
  assert.match(content, /There is no wallbox yet/);
  assert.match(content, /\/config\/integrations\/integration\/evse_ocpp/);
});

test("chosen wallboxes are the only ones in all views", () => {
  const hass = house({ connectors: ["Carport", "Garage"] });
  const config = { devices: ["Garage"] };
  assert.equal(cardsOf(hass, "overview", config).filter(({ type }) => type === "custom:evse-ocpp-card").length, 1);
  assert.deepEqual(cardsOf(hass, "sessions", config)[0]?.["devices"], ["Garage"]);
  assert.equal(cardsOf(hass, "sessions")[0]?.["devices"], undefined);
  assert.deepEqual(cardsOf(hass, "costs", config).map(({ devices }) => devices), [["Garage"], ["Garage"]]);
});

const MISTAKES: [unknown, RegExp][] = [
  [{ devices: ["gone"] }, /devices: “gone” is no wallbox/],
  [{ devices: 7 }, /devices.*7.*a list of texts/],
  [{ views: ["overview", "garden"] }, /views.*garden.*overview, sessions, months, costs, faults/],
  [{ views: { overview: true } }, /views.*overview.*a list of texts/],
];

for (const [config, complaint] of MISTAKES) {
  test(`${JSON.stringify(config)} is told on the first view`, () => {
    const { views } = made(config, house());
    assert.match(String(views[0]?.sections[0]?.cards[0]?.["content"]), complaint);
  });
}

for (const config of [undefined, null, "text", 3, {}]) {
  test(`${JSON.stringify(config)} as a configuration gives the whole dashboard`, () => {
    assert.equal(made(config, house()).views.length, 5);
  });
}

const CARD_MISTAKES: [unknown, string[]][] = [
  [{ devices: ["a"], period: "month", measure: "cost" }, []],
  [null, []],
  [{ devices: "a" }, ["devices: a"]],
  [{ devices: [1] }, ["devices: [1]"]],
  [{ period: "year", measure: 3 }, ["period: year", "measure: 3"]],
];

for (const [config, problems] of CARD_MISTAKES) {
  test(`a card with ${JSON.stringify(config)} names what it does not understand: ${problems}`, () => {
    const read = readBoardCardConfig(config);
    assert.deepEqual(read.problems.map(({ field, came }) => `${field}: ${came}`), problems);
    assert.ok(["day", "month"].includes(read.period));
  });
}

test("views can be left out and ordered; each one once", () => {
  const { views } = made({ views: ["faults", "overview", "faults"] }, house());
  assert.deepEqual(views.map(({ path }) => path), ["faults", "overview"]);
});

test("costs show a price only where there is a site", () => {
  const titles = (hass: Hass) => cardsOf(hass, "costs").map(({ title }) => title);
  assert.ok(titles(house({ sites: ["House"] })).includes("Price of electricity"));
  assert.ok(!titles(house()).includes("Price of electricity"));
});

test("the log of faults has entities of ours only, each once", () => {
  const log = cardsOf(house({ sites: ["House"] }), "faults").find(({ type }) => type === "logbook");
  const ids = (log?.["target"] as { entity_id: string[] }).entity_id;
  assert.ok(ids.includes("sensor.garage_error") && ids.includes("sensor.house_site_meter_lost"));
  assert.ok(!ids.includes("sensor.other") && new Set(ids).size === ids.length);
});

test("Home Assistant's way of asking gives the same, and a name for a new dashboard", async () => {
  const hass = house();
  assert.deepEqual(await EvseOcppStrategy.generate({ type: "custom:evse-ocpp" }, hass), made({}, hass));
  assert.deepEqual(EvseOcppStrategy.getCreateSuggestions(hass), { title: "Charging", icon: "mdi:ev-station" });
});

const SINCE = "2026-11-26T10:00:00+00:00";
const STATES: [Record<string, string>, string, string][] = [
  [{ status: "charging", connected: "on" }, "ok", "faults.well"],
  [{ status: "charging", connected: "off" }, "warning", "faults.not_connected"],
  [{ status: "unavailable" }, "warning", "faults.silent"],
  [{}, "warning", "faults.silent"],
  [{ status: "faulted", connected: "on", error: "ground_failure" }, "error", "faults.fault"],
  [{ status: "faulted", error: "unknown" }, "error", "faults.fault"],
  [{ status: "out_of_service" }, "warning", "faults.out_of_service"],
];

for (const [states, level, key] of STATES) {
  test(`a wallbox with ${JSON.stringify(states)} is ${level}: ${key}`, () => {
    const hass = house();
    for (const [name, state] of Object.entries(states)) {
      const entity_id = `sensor.garage_${name}`;
      hass.states[entity_id] = { entity_id, state, attributes: {}, last_changed: SINCE, last_updated: SINCE };
    }
    const trouble = troublesOf(hass, found(hass))[0];
    assert.deepEqual([trouble?.level, trouble?.text, trouble?.name], [level, key, "Garage"]);
  });
}

test("the wallbox's own words tell of the fault where its entity is off", () => {
  const hass = house();
  const status = { entity_id: "sensor.garage_status", state: "faulted", attributes: {}, last_changed: SINCE, last_updated: SINCE };
  hass.states[status.entity_id] = status;
  const there = found(hass);
  assert.deepEqual(faulted(hass, there), ["Garage"]);
  assert.equal(troublesOf(hass, there, new Map([["Garage", "Too hot"]]))[0]?.detail, "Too hot");
});

test("without entities of faults the log tells of the status", () => {
  const hass = house();
  delete hass.entities["sensor.garage_error"];
  const log = cardsOf(hass, "faults").find(({ type }) => type === "logbook");
  assert.ok((log?.["target"] as { entity_id: string[] }).entity_id.includes("sensor.garage_status"));
});

test("a silent meter of the house comes before wallboxes that work", () => {
  const hass = house({ sites: ["House"] });
  for (const [entity_id, state] of [["sensor.garage_status", "charging"], ["sensor.house_site_meter_lost", "on"]] as const) {
    hass.states[entity_id] = { entity_id, state, attributes: {}, last_changed: SINCE, last_updated: SINCE };
  }
  assert.deepEqual(troublesOf(hass, found(hass)).map(({ text }) => text), ["faults.meter_silent", "faults.well"]);
});

test("repairs are those of this integration that are not ignored, in the user's words", async () => {
  const issue = (domain: string, issue_id: string, more: object = {}) => ({
    domain,
    issue_id,
    severity: "warning",
    created: SINCE,
    translation_key: "clock_wrong",
    translation_placeholders: { name: "Garage" },
    ...more,
  });
  const hass = {
    callWS: async () => ({
      issues: [issue("evse_ocpp", "a"), issue("evse_ocpp", "b", { ignored: true }), issue("mqtt", "c"), issue("evse_ocpp", "d", { translation_key: "new" })],
    }),
    loadBackendTranslation: async () => (key: string, values: Record<string, string>) =>
      key === "component.evse_ocpp.issues.clock_wrong.title" ? `The clock of ${values["name"]} is wrong` : "",
  } as unknown as Hass;
  const titles = (await askRepairs(hass)).map(({ title }) => title);
  assert.deepEqual(titles, ["The clock of Garage is wrong", "d"]);
});
