import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { texts } from "../src/localize.ts";
import { learn, TABLES } from "../src/tables.ts";

const answers = (answer: () => Promise<unknown>) => mock.method(globalThis, "fetch", answer as typeof fetch);

/** A page with a card of ours in the shadow of another element, and a stranger. */
function page() {
  const drawn: unknown[][] = [];
  const element = (localName: string, inside: object[] = []) => ({
    localName,
    requestUpdate: (...of: unknown[]) => drawn.push([localName, ...of]),
    shadowRoot: inside.length > 0 ? { querySelectorAll: () => inside } : null,
  });
  const found = [element("ha-card", [element("evse-ocpp-plan")]), element("evse-ocpp-card")];
  Object.assign(globalThis, { document: { querySelectorAll: () => found } });
  return drawn;
}

test("the words of a language are asked for once, beside the file itself; cards are drawn with them", async () => {
  const drawn = page();
  const fetched = answers(async () => new Response(JSON.stringify({ "card.name": "Wandladestation" })));
  const say = texts("de");
  assert.deepEqual(await Promise.all([learn("de-AT"), learn("de")]), [true, true]);
  assert.equal(fetched.mock.callCount(), 1);
  assert.match(String(fetched.mock.calls[0]?.arguments[0]), /\/texts\/de\.json$/);
  // What was made before speaks it from then on; what the file does not hold is English.
  assert.equal(say("card.name"), "Wandladestation");
  assert.equal(say("goal.save"), TABLES["en"]?.["goal.save"]);
  assert.equal(await learn("de"), false);
  assert.deepEqual(drawn, [
    ["evse-ocpp-plan", "hass", undefined],
    ["evse-ocpp-card", "hass", undefined],
  ]);
  fetched.mock.restore();
});

for (const [language, name] of [
  ["fr", "a file that is not there"],
  ["es", "no network"],
] as const) {
  test(`${name} leaves English, with a word in the browser's console`, async () => {
    const fetched = answers(async () => {
      if (language === "es") throw new TypeError("no network");
      return new Response("", { status: 404 });
    });
    const warned = mock.method(console, "warn", () => undefined);
    assert.equal(await learn(language), false);
    assert.equal(warned.mock.callCount(), 1);
    assert.equal(texts(language)("card.name"), TABLES["en"]?.["card.name"]);
    fetched.mock.restore();
    warned.mock.restore();
  });
}

test("a language that there is no table of is not asked for", async () => {
  const fetched = answers(async () => new Response("{}"));
  assert.equal(await learn("nl"), false);
  assert.equal(await learn(""), false);
  assert.equal(fetched.mock.callCount(), 0);
  fetched.mock.restore();
});
