/** Makes elements known to the page, at the moment from which on Home Assistant finds them. */

import { learn } from "./tables.ts";

/**
 * Home Assistant replaces the registry of elements while it starts: what was defined before is lost
 * (home-assistant/frontend issues 53890, 52960). An element of an older file of ours, from the
 * browser's cache, stays: a second definition would throw. Words come first: no card is seen
 * without them.
 */
export async function define(elements: Record<string, CustomElementConstructor>): Promise<void> {
  await customElements.whenDefined("home-assistant");
  await learn(pageLanguage());
  for (const [name, element] of Object.entries(elements)) {
    if (customElements.get(name) === undefined) customElements.define(name, element);
  }
}

/** The user's language as far as it is known while the page starts. */
export function pageLanguage(): string {
  const page = document.querySelector("home-assistant") as { hass?: { language?: string } } | null;
  return page?.hass?.language ?? stored() ?? (document.documentElement.lang || navigator.language);
}

/** What Home Assistant keeps of the last visit: a JSON text, or null for the browser's language. */
function stored(): string | undefined {
  try {
    const language: unknown = JSON.parse(localStorage.getItem("selectedLanguage") ?? "null");
    return typeof language === "string" ? language : navigator.language;
  } catch {
    // Browsers may refuse to keep anything, and others may have written there.
    return undefined;
  }
}
