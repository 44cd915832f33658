/** The cards' own words, in five languages. Names of states come from Home Assistant itself. */

import de from "./texts/de.json";
import en from "./texts/en.json";
import es from "./texts/es.json";
import fr from "./texts/fr.json";
import it from "./texts/it.json";

export type TextKey = keyof typeof en;

const TEXTS: Record<string, Partial<Record<TextKey, string>>> = { de, en, es, fr, it };

/** The words of a language, also of a region of it (`de-AT`); English of any other. */
export function texts(language: string): (key: TextKey, values?: Record<string, unknown>) => string {
  const table = TEXTS[language.split("-", 1)[0] ?? ""] ?? en;
  return (key, values = {}) =>
    (table[key] ?? en[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in values ? String(values[name]) : whole,
    );
}
