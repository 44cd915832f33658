/**
 * The cards' own words by language. English is in the built file; any other language is a file beside
 * it, so that nobody loads five: scripts/build_card.py.
 */

import en from "./texts/en.json";

export type TextKey = keyof typeof en;
export type Table = Partial<Record<TextKey, string>>;

export const TABLES: Record<string, Table> = { en };

const OTHERS = ["de", "es", "fr", "it"];
/** English is better than a page that waits for words; Home Assistant waits 5 s for a strategy. */
const TIMEOUT_MS = 3_000;

/** The name of a language's table: that of `de-AT` is `de`. */
export function tableName(language: string): string {
  return language.split("-", 1)[0] ?? "";
}

const asked = new Map<string, Promise<boolean>>();

/** Load the words of a language, once; true when there are words now that were not there before. */
export function learn(language: string): Promise<boolean> {
  const name = tableName(language);
  if (!OTHERS.includes(name) || TABLES[name] !== undefined) return Promise.resolve(false);
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
    console.warn(`EVSE OCPP: no words from ${place.href}, they stay English.`, error);
    return false;
  }
}
