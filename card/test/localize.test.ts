import assert from "node:assert/strict";
import { test } from "node:test";

import { texts } from "../src/localize.ts";
import { TABLES } from "../src/tables.ts";
import de from "../src/texts/de.json";
import en from "../src/texts/en.json";
import es from "../src/texts/es.json";
import fr from "../src/texts/fr.json";
import it from "../src/texts/it.json";

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
