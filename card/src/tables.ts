/**
 * The cards' own words by language: each is a file beside the built one, so that nobody loads five, nor
 * two: scripts/build_card.py.
 */

import type en from "./texts/en.json";

export type TextKey = keyof typeof en;
export type Table = Partial<Record<TextKey, string>>;

/** What has been loaded; all languages have the same keys. */
export const TABLES: Record<string, Table> = {};

const LANGUAGES = ["en", "de", "es", "fr", "it"];
const ENGLISH = "en";
/** Home Assistant waits 5 s for a strategy: time for two tries. */
const TIMEOUT_MS = 2_000;

/** The name of a language's table: that of `de-AT` is `de`, and English of what has none. */
export function tableName(language: string): string {
  const name = language.split("-", 1)[0];
  return LANGUAGES.find((each) => each === name) ?? ENGLISH;
}

/** The words of a language; while they come, those that are there. */
export function tableOf(language: string): Table {
  return TABLES[tableName(language)] ?? Object.values(TABLES)[0] ?? {};
}

const asked = new Map<string, Promise<boolean>>();

/** Load the words of a language, once; true when there are words now that were not there before. */
export function learn(language: string): Promise<boolean> {
  const name = tableName(language);
  if (TABLES[name] !== undefined) return Promise.resolve(false);
  const loading = asked.get(name) ?? load(name);
  asked.set(name, loading);
  return loading;
}

async function load(name: string): Promise<boolean> {
  // With the version of the file itself: browsers keep both for a month.
  const own = new URL(import.meta.url);
  const place = new URL(`texts/${name}.json${own.search}`, own);
  try {
    const answer = await fetch(place, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    TABLES[name] = (await answer.json()) as Table;
    return true;
  } catch (error) {
    console.warn(`EVSE OCPP: no words from ${place.href}.`, error);
    return name !== ENGLISH && learn(ENGLISH);
  }
}
