import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { VIEWS } from "../src/board-config.ts";
import { LAYOUTS, PARTS, ROLES } from "../src/config.ts";
import { AMOUNTS } from "../src/goal.ts";
import { texts } from "../src/localize.ts";
import { PERIODS } from "../src/period.ts";
import { SOURCES } from "../src/sources.ts";
import { TABLES } from "../src/tables.ts";
import de from "../src/texts/de.json";
import en from "../src/texts/en.json";
import es from "../src/texts/es.json";
import fr from "../src/texts/fr.json";
import it from "../src/texts/it.json";
import "./words.ts";

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

for (const [language, table] of Object.entries({ de, es, fr, it })) {
  test(`${language} has the keys and the placeholders of English`, () => {
    assert.deepEqual(Object.keys(table).sort(), Object.keys(en).sort());
    for (const [key, text] of Object.entries(table)) {
      assert.deepEqual(placeholders(text), placeholders(en[key as keyof typeof en]), key);
    }
  });
}

TABLES["de"] = de;

test("a region has its language's words, an unknown language English ones", () => {
  assert.equal(texts("de-AT")("card.name"), de["card.name"]);
  assert.equal(texts("nl")("card.name"), en["card.name"]);
});

const each = (start: string, ends: readonly string[]) => ends.map((end) => `${start}.${end}`);
/** Keys that are put together: they stand nowhere as a whole. */
const COMPUTED = [
  ...each("board", VIEWS),
  ...each("column", ["when", "where", "who", "energy", "cost"]),
  ...each("editor", ["device", "name", "layout", ...LAYOUTS.map((layout) => `layout_${layout}`)]),
  ...each("editor", Object.keys(ROLES).filter((role) => !PARTS.some((part) => part === role))),
  ...each("energy", ["day", "month"]),
  ...each("filter", ["from", "to"]),
  ...each("goal", [...Object.keys(AMOUNTS), "once", "repeats"]),
  ...each("kind", ["charging", "ready", "waiting", "free", "fault", "away", "unknown"]),
  ...each("part", PARTS),
  ...each("period", PERIODS),
  ...each("sessions", ["csv", "pdf"]),
  ...each("source", [...SOURCES, "other"]),
  ...["plan", "phases", "sessions", "month", "energy", "faults"].map((card) => `${card}.card`),
];

test("each key of English is used, and each that is put together is there", () => {
  const sources = readdirSync("src").filter((name) => name.endsWith(".ts"));
  const source = sources.map((name) => readFileSync(`src/${name}`, "utf8")).join("\n");
  const unused = Object.keys(en).filter((key) => !source.includes(`"${key}"`) && !COMPUTED.includes(key));
  assert.deepEqual(unused, []);
  assert.deepEqual(COMPUTED.filter((key) => !Object.hasOwn(en, key)), []);
});
