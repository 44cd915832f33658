import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseSite, type Houses } from "../src/site-choice.ts";

const HOUSE = { entry_id: "e", site_id: "s1", name: "House", device_id: "house" };
const BARN = { entry_id: "e", site_id: "s2", name: "Barn", device_id: "barn" };
const box = (site_id: string | null, ...devices: string[]) => ({
  entry_id: "e",
  site_id,
  connectors: devices.map((device_id) => ({ device_id })),
});
const WALLBOXES = [box(null, "alone"), box("s1"), box("s1", "garage", "garage 2"), box("s2", "barn box")];

for (const [name, houses, site, told] of [
  ["the only site", { sites: [HOUSE], wallboxes: WALLBOXES }, undefined, "garage"],
  ["the named of two", { sites: [HOUSE, BARN], wallboxes: WALLBOXES }, "barn", "barn box"],
  ["none of two", { sites: [HOUSE, BARN], wallboxes: WALLBOXES }, undefined, "choose"],
  ["a removed one", { sites: [HOUSE], wallboxes: WALLBOXES }, "cellar", "gone"],
  ["no site", { sites: [], wallboxes: WALLBOXES }, undefined, "none"],
  ["a site without wallboxes", { sites: [BARN], wallboxes: [box("s1", "garage")] }, undefined, "empty"],
  ["the same number in another entry", { sites: [HOUSE], wallboxes: [{ ...box("s1", "x"), entry_id: "f" }] }, undefined, "empty"],
] as [string, Houses, string | undefined, string][]) {
  test(`${name}: ${told}`, () => {
    const choice = chooseSite(houses, site);
    assert.equal(choice.of === "house" ? choice.follow : choice.why, told);
  });
}

test("several houses are told by name; one without a device cannot be chosen", () => {
  const choice = chooseSite({ sites: [HOUSE, BARN, { ...BARN, device_id: null }], wallboxes: [] }, undefined);
  assert.deepEqual(choice.of === "nothing" && choice.houses, [
    { id: "house", name: "House" },
    { id: "barn", name: "Barn" },
  ]);
});
