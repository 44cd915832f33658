// The page's language: chosen by hand (kept in the browser), else the browser's, else English. The
// texts of one language are one file, fetched when it is needed; all languages have the same keys.

import { signal } from "@preact/signals";

import de from "./texts/de.json";
import en from "./texts/en.json";
import es from "./texts/es.json";
import fr from "./texts/fr.json";
import it from "./texts/it.json";

type Texts = typeof en;
export type TextKey = { [G in keyof Texts]: `${G}.${keyof Texts[G] & string}` }[keyof Texts];
export type Language = "en" | "it" | "de" | "es" | "fr";

/** Each language by its own name, in the order of the choice. */
export const LANGUAGES: Record<Language, string> = {
  en: "English",
  it: "Italiano",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
};

// esbuild's loader "file" makes each import the address of the file; the types see its content.
const ADDRESSES = { en, it, de, es, fr } as unknown as Record<Language, string>;
const KEPT = "evse-language";

export const language = signal<Language>("en");
const texts = signal<Record<string, Record<string, string>>>({});

function preferred(): Language {
  const wanted = [localStorage.getItem(KEPT) ?? "", ...navigator.languages];
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES);
  return (known as Language | undefined) ?? "en";
}

async function load(wanted: Language): Promise<void> {
  const response = await fetch(ADDRESSES[wanted]);
  if (!response.ok) throw new Error(`the texts of ${wanted}: HTTP ${response.status}`);
  texts.value = (await response.json()) as Record<string, Record<string, string>>;
  language.value = wanted;
  document.documentElement.lang = wanted;
}

export const loadTexts = (): Promise<void> => load(preferred());

export async function choose(wanted: Language): Promise<void> {
  await load(wanted);
  localStorage.setItem(KEPT, wanted);
}

/** The text of `key`, with `{name}` replaced by the value of that name. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  const [group = "", name = ""] = key.split(".");
  const text = texts.value[group]?.[name] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, wanted: string) => String(values[wanted] ?? all));
}

/** The text of `group.name` when there is one, else `name` itself: for names the wallbox makes. */
export function word(group: keyof Texts, name: string): string {
  return texts.value[group]?.[name] ?? name;
}
