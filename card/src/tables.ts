/**
 * The cards' own words by language. In the built file they are one table with a row for each key:
 * scripts/card_shrink.py.
 */

import de from "./texts/de.json";
import en from "./texts/en.json";
import es from "./texts/es.json";
import fr from "./texts/fr.json";
import it from "./texts/it.json";

export type TextKey = keyof typeof en;

export const TABLES: Record<string, Partial<Record<TextKey, string>>> = { de, en, es, fr, it };
