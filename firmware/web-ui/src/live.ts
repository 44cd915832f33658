// The live state of the wallbox over a websocket: the newest state, and whether it still is. A lost
// connection is tried again after 1, 2, 4 … 30 s, and at once when the page comes into view.

import { effect, signal } from "@preact/signals";

import { BASE, get, hooks } from "./api";
import { language } from "./i18n";
import type { LiveState, Session } from "./model";
import { role } from "./session";

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
const SESSION_ENDED = 4401; // the close codes of the server
const ROLE_CHANGED = 4403;

export const live = signal<LiveState | null>(null);
/** "live": what is shown is so now. "lost": it is what was so, until the connection broke. */
export const link = signal<"connecting" | "live" | "lost">("connecting");
export const lostAt = signal<string | null>(null);

let socket: WebSocket | null = null;
let timer = 0;
let retryMs = FIRST_RETRY_MS;

function open(): void {
  clearTimeout(timer);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const mine = new WebSocket(`${scheme}://${location.host}${BASE}live?language=${language.peek()}`);
  let opened = false;
  socket = mine;
  mine.onopen = () => {
    opened = true;
  };
  mine.onmessage = (event: MessageEvent<string>) => {
    if (socket !== mine) return;
    live.value = JSON.parse(event.data) as LiveState;
    link.value = "live";
    retryMs = FIRST_RETRY_MS;
  };
  mine.onclose = (event) => {
    if (socket !== mine) return;
    socket = null;
    if (!opened) void askWhy();
    if (event.code === SESSION_ENDED || event.code === ROLE_CHANGED) return hooks.onLoggedOut();
    if (link.value !== "lost") lostAt.value = new Date().toISOString();
    link.value = "lost";
    timer = window.setTimeout(open, retryMs);
    retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
  };
}

/** A socket that is refused does not say why: perhaps the session is over. */
async function askWhy(): Promise<void> {
  const now = await get<Session>("session").catch(() => null); // no answer: the wallbox is away
  if (now !== null && now.role === null) hooks.onLoggedOut();
}

function close(): void {
  clearTimeout(timer);
  const mine = socket;
  socket = null;
  mine?.close();
}

/** Try now, whatever the wait was. */
export function retry(): void {
  retryMs = FIRST_RETRY_MS;
  if (socket === null && role.peek() !== null) open();
}

addEventListener("online", retry);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) retry();
});

/** Follow the session: open while somebody is logged in, anew for another role or language. */
export function follow(): void {
  effect(() => {
    const somebody = role.value !== null;
    language.value; // its texts come with the state
    close();
    retryMs = FIRST_RETRY_MS;
    link.value = "connecting";
    if (somebody) open();
    else live.value = null;
  });
}
