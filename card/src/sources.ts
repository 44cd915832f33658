/** Where energy came from: sun, home battery, grid — as one bar of three colours. */

import { html, nothing, type TemplateResult } from "lit";

import { energy, percent } from "./format.ts";
import type { Locale } from "./ha.ts";
import type { Texts } from "./localize.ts";

export const SOURCES = ["sun", "battery", "grid"] as const;
export type Source = (typeof SOURCES)[number];

/** Energy in Wh; null: nobody told of it. `other`: of no known source. */
export interface Parts {
  sun: number;
  battery: number;
  grid: number;
  other: number;
}

export function partsOf(told: { energy_wh: number; sun_wh: number | null; battery_wh?: number | null }): Parts {
  if (told.sun_wh === null) return { sun: 0, battery: 0, grid: 0, other: told.energy_wh };
  const battery = told.battery_wh ?? 0;
  return { sun: told.sun_wh, battery, grid: Math.max(0, told.energy_wh - told.sun_wh - battery), other: 0 };
}

export function totalOf(parts: Parts): number {
  return parts.sun + parts.battery + parts.grid + parts.other;
}

/** The share of the sun in what is known, null without any. */
export function sunShare(energyWh: number, sunWh: number | null): number | null {
  return sunWh === null || energyWh <= 0 ? null : Math.min(1, Math.max(0, sunWh / energyWh));
}

/** The parts that there are, with their names: "Sun 4.2 kWh, Grid 1.0 kWh". */
export function wordsOfParts(parts: Parts, locale: Locale, text: Texts): string {
  return ([...SOURCES, "other"] as const)
    .filter((source) => parts[source] > 0)
    .map((source) => `${text(`source.${source}`)} ${energy(locale, parts[source]).join("\u00a0")}`)
    .join(", ");
}

/** A bar; `share`: how long it is of what it has, 0 to 1. */
export function sourceBar(parts: Parts, locale: Locale, text: Texts, share = 1): TemplateResult {
  const total = totalOf(parts);
  if (!(total > 0)) return html`<div class="sources" aria-hidden="true"></div>`;
  const label = wordsOfParts(parts, locale, text);
  return html`<div class="sources" role="img" aria-label=${label} title=${label}>
    <div class="filled" style="inline-size:${Math.max(1.5, share * 100).toFixed(1)}%">
      ${([...SOURCES, "other"] as const).map((source) =>
        parts[source] > 0
          ? html`<span class=${source} style="flex-grow:${(parts[source] / total).toFixed(4)}"></span>`
          : nothing,
      )}
    </div>
  </div>`;
}

/** What the colours mean. */
export function legend(shown: readonly (Source | "other")[], text: Texts): TemplateResult {
  return html`<ul class="legend">
    ${shown.map((source) => html`<li><span class="dot ${source}"></span>${text(`source.${source}`)}</li>`)}
  </ul>`;
}

export function shareWords(locale: Locale, energyWh: number, sunWh: number | null): string {
  return percent(locale, sunShare(energyWh, sunWh));
}
