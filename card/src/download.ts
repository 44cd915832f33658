/** Has an action write a document, and the browser fetch it. */

import type { Hass } from "./ha.ts";

/** Fetch a file from an address that Home Assistant has signed, also in its companion apps. */
export function fetchFile(hass: Hass, url: string): void {
  const link = document.createElement("a");
  link.href = hass.hassUrl?.(url) ?? url;
  link.download = "";
  link.target = "_blank";
  link.rel = "noopener";
  document.body.append(link);
  link.click();
  link.remove();
}

/** Run an action of ours that answers; its errors are Home Assistant's, in the user's language. */
export async function answerOf<T>(hass: Hass, action: string, data: Record<string, unknown>): Promise<T> {
  const answer = await hass.callService<T>("evse_ocpp", action, data, undefined, false, true);
  if (answer.response === undefined) throw new Error(`evse_ocpp.${action}: –`);
  return answer.response;
}

export type Format = "pdf" | "csv";

/** The sessions of a filter as a document of each server. */
export async function downloadSessions(
  hass: Hass,
  entries: readonly string[],
  filter: Record<string, unknown>,
  format: Format,
): Promise<void> {
  for (const entry of entries) {
    const data = { ...filter, format, config_entry_id: entry, language: documentLanguage(hass) };
    fetchFile(hass, (await answerOf<{ url: string }>(hass, "export_sessions", data)).url);
  }
}

const DOCUMENT_LANGUAGES = ["en", "it", "de", "es", "fr"];

/** The user's language where documents are written in it, else that of Home Assistant. */
export function documentLanguage(hass: Hass): string | undefined {
  return DOCUMENT_LANGUAGES.find((each) => each === hass.language.split("-", 1)[0]);
}
