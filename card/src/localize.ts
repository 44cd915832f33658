/** The cards' own words, in five languages. Names of states come from Home Assistant itself. */

import { redraw } from "./redraw.ts";
import { learn, TABLES, tableName, tableOf, type TextKey } from "./tables.ts";

export type { TextKey } from "./tables.ts";

/** Says the words of a key; `values` take the places of what stands in braces. */
export type Texts = (key: TextKey, values?: Record<string, unknown>) => string;

/**
 * The words of a language, also of a region of it (`de-AT`); English of any other.
 *
 * Those of the page's language are there before any element is (define.ts). Of another one, which the
 * user has just chosen, they come a moment later, and all elements are drawn anew.
 */
export function texts(language: string): Texts {
  if (TABLES[tableName(language)] === undefined) void learn(language).then((news) => news && redraw(document));
  return (key, values = {}) =>
    (tableOf(language)[key] ?? key).replace(/\{(\w+)\}/g, (whole, value: string) =>
      value in values ? String(values[value]) : whole,
    );
}
