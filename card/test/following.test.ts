/** A connector is followed once for all cards of the page, and again after an error or a break. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import type { ReactiveControllerHost } from "lit";

import { Doing, wordsOf } from "../src/doing.ts";
import type { Snapshot } from "../src/feed.ts";
import { Following } from "../src/following.ts";
import type { Hass } from "../src/ha.ts";
import { DEVICE, SNAPSHOT, house } from "./garage.ts";

interface Line {
  heard: (snapshot: Snapshot) => void;
  ended: boolean;
}

/** A connection whose subscriptions are in the test's hand; `refuse`: the code of the next ones. */
function connection() {
  const lines: Line[] = [];
  const ready = new Set<() => void>();
  const state = { lines, ready, refuse: null as string | null };
  const hass = house(undefined, {
    connection: {
      subscribeMessage: <T>(heard: (message: T) => void) => {
        if (state.refuse) return Promise.reject({ code: state.refuse });
        const line = { heard: heard as unknown as Line["heard"], ended: false };
        lines.push(line);
        return Promise.resolve(() => {
          line.ended = true;
          return Promise.resolve();
        });
      },
      addEventListener: (_, listener) => ready.add(listener),
      removeEventListener: (_, listener) => ready.delete(listener),
    },
  });
  return { hass, ...state, refuseWith: (code: string | null) => (state.refuse = code) };
}

function card(hass: Hass, device: string | undefined = DEVICE) {
  let drawn = 0;
  const host = {
    addController: () => undefined,
    requestUpdate: () => (drawn += 1),
  } as unknown as ReactiveControllerHost;
  const following = new Following(host);
  following.hostConnected();
  following.of(hass, device);
  return { following, drawn: () => drawn };
}

const settled = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

test("two cards share one subscription, which ends with the last of them", async () => {
  const { hass, lines, ready } = connection();
  const [one, two] = [card(hass), card(hass)];
  await settled();
  assert.equal(lines.length, 1);
  lines[0]?.heard(SNAPSHOT);
  assert.equal(one.following.snapshot, SNAPSHOT);
  assert.equal(two.following.snapshot, SNAPSHOT);
  assert.equal(two.drawn(), 1);
  one.following.hostDisconnected();
  await settled();
  assert.equal(lines[0]?.ended, false);
  two.following.hostDisconnected();
  await settled();
  assert.equal(lines[0]?.ended, true);
  assert.equal(ready.size, 0);
});

test("a new hass is no reason to subscribe anew; another device is, and forgets the last one", async () => {
  const { hass, lines } = connection();
  const { following } = card(hass);
  await settled();
  lines[0]?.heard(SNAPSHOT);
  following.of({ ...hass }, DEVICE);
  assert.equal(lines.length, 1);
  following.of(hass, "other");
  await settled();
  assert.equal(following.snapshot, null);
  assert.equal(lines[0]?.ended, true);
  assert.equal(lines.length, 2);
  following.of(hass, undefined);
  await settled();
  assert.equal(lines[1]?.ended, true);
});

test("what was refused is asked again, until it is answered", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { hass, lines, refuseWith } = connection();
  refuseWith("not_loaded");
  const { following } = card(hass);
  await settled();
  assert.equal(following.error, "not_loaded");
  context.mock.timers.tick(5_000);
  await settled();
  assert.equal(following.error, "not_loaded");
  refuseWith(null);
  context.mock.timers.tick(5_000);
  await settled();
  lines[0]?.heard(SNAPSHOT);
  assert.equal(following.error, null);
  assert.equal(following.snapshot, SNAPSHOT);
  following.hostDisconnected();
});

test("after a break of the connection it is subscribed anew; the old line is not heard any more", async () => {
  const { hass, lines, ready } = connection();
  const { following } = card(hass);
  await settled();
  lines[0]?.heard(SNAPSHOT);
  ready.forEach((back) => back());
  await settled();
  assert.equal(lines.length, 2);
  const later = { ...SNAPSHOT, power_w: 0 };
  lines[1]?.heard(later);
  lines[0]?.heard(SNAPSHOT);
  assert.equal(following.snapshot, later);
  following.hostDisconnected();
});

test("what is done is busy until it ends, and what was refused is told in its words", async () => {
  const host = { addController: () => undefined, requestUpdate: mock.fn() };
  const doing = new Doing(host as unknown as ReactiveControllerHost);
  let finish = () => {};
  const run = doing.run("mode fast", () => new Promise<void>((done) => (finish = done)));
  assert.equal(doing.busy, "mode fast");
  finish();
  assert.equal(await run, true);
  assert.equal(doing.busy, null);
  assert.equal(await doing.run("limit", () => Promise.reject(new Error("Too much"))), false);
  assert.equal(doing.error, "Too much");
  doing.forget();
  assert.equal(doing.error, null);
});

test("a refusal without words has none", () => {
  assert.equal(wordsOf({ code: 1, message: "No" }), "No");
  assert.equal(wordsOf(3), "");
  assert.equal(wordsOf({ code: "x" }), "");
  assert.equal(wordsOf(undefined), "");
});
