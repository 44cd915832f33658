// The settings as the wallbox has them, and what was typed but not saved yet. One save carries all
// changes; the wallbox takes all of them or none.

import { computed, effect, signal } from "@preact/signals";

import { ApiProblem, get, post, put } from "./api";
import { language, t } from "./i18n";
import { link } from "./live";
import { inWords } from "./load";
import type { Row, SaveAnswer, SettingsAnswer, Value } from "./model";
import { logOut, role } from "./session";

export const settings = signal<SettingsAnswer | null>(null);
export const settingsProblem = signal<string | null>(null);
export const draft = signal<Record<string, Value>>({});
export const fieldErrors = signal<Record<string, string>>({});
/** Seconds until a change of the network undoes itself, from the last save. */
export const trialEndsAt = signal<number | null>(null);

export const rows = computed(() => {
  const all = settings.value?.pages.flatMap((page) => page.rows) ?? [];
  return new Map(all.map((row) => [row.key, row]));
});
export const changedCount = computed(() => Object.keys(draft.value).length);

export async function loadSettings(): Promise<void> {
  try {
    const answer = await get<SettingsAnswer>("settings");
    settings.value = {
      ...answer,
      pages: answer.pages.map((page) => ({ ...page, rows: page.rows.map(whole) })),
    };
    settingsProblem.value = null;
  } catch (error) {
    settingsProblem.value = inWords(error);
  }
}

/** A row with what its kind does not have: a fact has no bounds, a button no value. */
const whole = (row: Partial<Row>): Row =>
  ({
    type: "str",
    unit: "",
    min: null,
    max: null,
    options: [],
    value: null,
    default: null,
    restart: false,
    secret: false,
    is_set: false,
    safety: false,
    argument: "",
    danger: false,
    waiting: false,
    ...row,
  }) as Row;

/** Settings belong to who is logged in, and come in the language of the page. */
export function follow(): void {
  let lastRole = role.peek();
  effect(() => {
    language.value;
    if (role.value === null) return; // what was typed waits for whoever logs in again
    if (role.value !== lastRole && lastRole !== null) {
      discard();
      settings.value = null;
    }
    lastRole = role.value;
    void loadSettings();
  });
  let away = false;
  effect(() => {
    if (link.value === "lost") away = true;
    if (link.value !== "live" || !away) return;
    away = false;
    void loadSettings(); // it has perhaps restarted, with what had waited for that
  });
  addEventListener("beforeunload", (event) => {
    if (changedCount.peek() > 0) event.preventDefault();
  });
}

/** Log out: what was typed is nobody else's business. */
export async function leave(): Promise<void> {
  discard();
  await logOut();
}

const same = (a: Value, b: Value): boolean => JSON.stringify(a) === JSON.stringify(b);

export function valueOf(row: Row): Value {
  const typed = draft.value[row.key];
  return typed === undefined ? row.value : typed;
}

export function change(row: Row, value: Value): void {
  const { [row.key]: _old, ...others } = draft.value;
  const { [row.key]: _error, ...otherErrors } = fieldErrors.value;
  const unchanged = !row.secret && same(value, row.value);
  draft.value = unchanged ? others : { ...others, [row.key]: value };
  fieldErrors.value = otherErrors;
}

/** As `change`, by the key; for tools that fill in a field. */
export function fill(key: string, value: Value): void {
  const row = rows.value.get(key);
  if (row) change(row, value);
}

export function discard(key?: string): void {
  if (key === undefined) {
    draft.value = {};
    fieldErrors.value = {};
    return;
  }
  const { [key]: _old, ...others } = draft.value;
  const { [key]: _error, ...otherErrors } = fieldErrors.value;
  draft.value = others;
  fieldErrors.value = otherErrors;
}

/** What is wrong with a number at first sight; the wallbox checks everything again. */
export function numberError(row: Row, value: Value): string | null {
  if (row.type !== "int" && row.type !== "float") return null;
  const fits =
    typeof value === "number" &&
    (row.type === "float" || Number.isInteger(value)) &&
    (row.min === null || value >= row.min) &&
    (row.max === null || value <= row.max);
  return fits ? null : t("setting.number", { range: rangeOf(row) });
}

/** "6 … 32 A" */
export function rangeOf(row: Row): string {
  if (row.min === null && row.max === null) return row.unit;
  return `${row.min ?? ""} … ${row.max ?? ""} ${row.unit}`.trim();
}

/** The changed rows whose wrong value can do harm. */
export const risky = (): Row[] =>
  Object.keys(draft.value)
    .map((key) => rows.value.get(key))
    .filter((row): row is Row => row?.safety === true);

/** Whether all numbers can be; what cannot is told at its field. */
export function check(): boolean {
  fieldErrors.value = Object.fromEntries(
    Object.entries(draft.value).flatMap(([key, value]) => {
      const row = rows.value.get(key);
      const error = row ? numberError(row, value) : null;
      return error ? [[key, error]] : [];
    }),
  );
  return Object.keys(fieldErrors.value).length === 0;
}

/** Save all changes. Returns the wallbox's answer, or null with the errors at their fields. */
export async function save(): Promise<SaveAnswer | null> {
  const changes = draft.value;
  try {
    const answer = await put<SaveAnswer>("settings", { changes, confirm_safety: risky().length > 0 });
    trialEndsAt.value = answer.trial ? Date.now() + answer.trial.ends_in_s * 1000 : null;
    await loadSettings();
    // What was typed meanwhile is a change of what has just been saved.
    draft.value = Object.fromEntries(
      Object.entries(draft.value).filter(([key, value]) => !same(value, changes[key] ?? null)),
    );
    return answer;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const placed = error.errors.filter((one) => one.field !== null && one.field in changes);
    fieldErrors.value = Object.fromEntries(placed.map((one) => [one.field, one.message]));
    if (placed.length === 0) throw error;
    return null;
  }
}

export const restart = (): Promise<unknown> => post("actions/system.restart");
