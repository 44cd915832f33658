/** The cards' own words, in five languages. Names of states come from Home Assistant itself. */

import { redraw } from "./redraw.ts";
import { learn, TABLES, tableName, type TextKey } from "./tables.ts";

export type { TextKey } from "./tables.ts";

/**
 * The words of a language, also of a region of it (`de-AT`); English of any other.
 *
 * Those of the page's language are there before any element is (define.ts). Of another one, which the
 * user has just chosen, they come a moment later, and all elements are drawn anew.
 */
export function texts(language: string): (key: TextKey, values?: Record<string, unknown>) => string {
  const name = tableName(language);
  if (TABLES[name] === undefined) void learn(language).then((news) => news && redraw(document));
  return (key, values = {}) =>
    (TABLES[name]?.[key] ?? TABLES["en"]?.[key] ?? key).replace(/\{(\w+)\}/g, (whole, value: string) =>
      value in values ? String(values[value]) : whole,
    );
}
