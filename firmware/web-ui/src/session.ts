// Who is logged in at this browser, and the ways in and out.

import { computed, signal } from "@preact/signals";

import { del, get, hooks, post } from "./api";
import { language } from "./i18n";
import type { RoleName, Session } from "./model";

export const session = signal<Session | null>(null);
export const role = computed<RoleName | null>(() => session.value?.role ?? null);
/** True after a session has ended by itself: the log-in page says why it is there. */
export const ended = signal(false);

hooks.csrf = () => session.peek()?.csrf ?? null;
hooks.language = () => language.peek();
hooks.onLoggedOut = () => {
  const known = session.peek();
  if (known?.role) {
    ended.value = true;
    session.value = { ...known, role: null, login: null, csrf: null };
  }
};

export async function refresh(): Promise<void> {
  session.value = await get<Session>("session");
}

export async function logIn(login: string, password: string): Promise<void> {
  session.value = await post<Session>("session", { login, password });
  ended.value = false;
}

export async function claim(deviceKey: string, passwords: Record<RoleName, string>): Promise<void> {
  session.value = await post<Session>("claim", { device_key: deviceKey, passwords });
}

export async function logOut(): Promise<void> {
  await del("session");
  await refresh();
}

/** Whether one of the roles is logged in. What it may do the server decides; this hides the rest. */
export const mayBe = (...roles: RoleName[]): boolean => role.value !== null && roles.includes(role.value);
