/** The cards' own words, in five languages. Names of states come from Home Assistant itself. */

import { TABLES, type TextKey } from "./tables.ts";

export type { TextKey } from "./tables.ts";

const ENGLISH = TABLES["en"] ?? {};

/** The words of a language, also of a region of it (`de-AT`); English of any other. */
export function texts(language: string): (key: TextKey, values?: Record<string, unknown>) => string {
  const table = TABLES[language.split("-", 1)[0] ?? ""] ?? ENGLISH;
  return (key, values = {}) =>
    (table[key] ?? ENGLISH[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in values ? String(values[name]) : whole,
    );
}
