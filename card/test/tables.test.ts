import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { texts } from "../src/localize.ts";
import { learn } from "../src/tables.ts";
import en from "../src/texts/en.json";

const answers = (answer: (place?: unknown) => Promise<unknown>) => mock.method(globalThis, "fetch", answer as typeof fetch);

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

page();

test("a file that is not there: English words instead, with a word in the browser's console", async () => {
  const fetched = answers(async (place) =>
    String(place).endsWith("/en.json") ? new Response(JSON.stringify(en)) : new Response("", { status: 404 }),
  );
  const warned = mock.method(console, "warn", () => undefined);
  assert.equal(texts("fr")("card.name"), "card.name", "nothing has come yet");
  assert.equal(await learn("fr"), true);
  assert.equal(texts("fr")("card.name"), en["card.name"]);
  assert.deepEqual([fetched.mock.callCount(), warned.mock.callCount()], [2, 1]);
  fetched.mock.restore();
  warned.mock.restore();
});

test("a language that has no words of its own has English ones", async () => {
  const fetched = answers(async () => new Response("{}"));
  assert.deepEqual([await learn("nl"), await learn(""), await learn("en-GB")], [false, false, false]);
  assert.equal(fetched.mock.callCount(), 0);
  assert.equal(texts("nl")("card.name"), en["card.name"]);
  fetched.mock.restore();
});

test("the words of a language are asked for once, beside the file itself; cards are drawn with them", async () => {
  const drawn = page();
  const fetched = answers(async () => new Response(JSON.stringify({ "card.name": "Wandladestation" })));
  const say = texts("de");
  assert.equal(say("card.name"), en["card.name"], "until they are there those of before are shown");
  assert.deepEqual(await Promise.all([learn("de-AT"), learn("de")]), [true, true]);
  assert.equal(fetched.mock.callCount(), 1);
  assert.match(String(fetched.mock.calls[0]?.arguments[0]), /\/texts\/de\.json$/);
  assert.equal(say("card.name"), "Wandladestation");
  assert.equal(await learn("de"), false);
  assert.deepEqual(drawn, [
    ["evse-ocpp-plan", "words", null],
    ["evse-ocpp-card", "words", null],
  ]);
  fetched.mock.restore();
});

test("without a network the words that are there stay", async () => {
  const fetched = answers(async () => {
    throw new TypeError("no network");
  });
  const warned = mock.method(console, "warn", () => undefined);
  assert.equal(await learn("es"), false);
  assert.equal(warned.mock.callCount(), 1);
  assert.equal(texts("es")("card.name"), en["card.name"]);
  fetched.mock.restore();
  warned.mock.restore();
});
