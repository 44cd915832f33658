import assert from "node:assert/strict";
import test from "node:test";

import { Asking } from "../src/asking.ts";

function host() {
  const found = { updates: 0, addController: () => undefined, removeController: () => undefined, requestUpdate: () => void found.updates++, updateComplete: Promise.resolve(true) };
  return found;
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 0));

test("the same question is asked once, another one anew", async () => {
  const asking = new Asking<number>(host());
  let asked = 0;
  const fetch = async () => ++asked;
  for (const question of ["a", "a", "b", "b"]) asking.ask(question, fetch);
  await soon();
  assert.deepEqual([asked, asking.answer, asking.busy], [2, 2, false]);
});

test("of two answers that come in the wrong order the one to the last question counts", async () => {
  const asking = new Asking<string>(host());
  let answerFirst = (_: string) => {};
  asking.ask("first", () => new Promise((resolve) => (answerFirst = resolve)));
  asking.ask("second", async () => "second");
  await soon();
  answerFirst("first");
  await soon();
  assert.equal(asking.answer, "second");
});

test("after an error the last answer stays beside what Home Assistant said", async () => {
  const at = host();
  const asking = new Asking<string>(at);
  asking.ask("one", async () => "one");
  await soon();
  asking.ask("two", async () => Promise.reject({ code: "failed", message: "The database is locked" }));
  await soon();
  assert.deepEqual([asking.answer, asking.error, asking.busy, at.updates], ["one", "The database is locked", false, 2]);
  await asking.again();
  assert.equal(asking.error, "The database is locked");
  asking.ask("three", async () => "three");
  await soon();
  assert.deepEqual([asking.answer, asking.error], ["three", null]);
});
