/** The session that runs, else the last one: energy, time, cost, whose it is, and of what sources. */

import { type TemplateResult, html, nothing } from "lit";

import type { Session } from "./feed.ts";
import { NONE, energy, instant, moment, money, percent, span } from "./format.ts";
import type { Hass } from "./ha.ts";
import type { Texts } from "./localize.ts";
import type { Look } from "./model.ts";

/** How long it lasted, or lasts until now; null: nobody tells when it began. */
export function lengthOf(session: Session, now: Date): number | null {
  const [from, to] = [instant(session.started_at), instant(session.ended_at) ?? now];
  return from === null ? null : Math.max(0, (to.getTime() - from.getTime()) / 1000);
}

export interface Source {
  key: "sun" | "battery" | "grid";
  wh: number;
  share: number;
}

/** Less than this is told as 0 %, which says nothing. */
const LEAST_SHARE = 0.005;

/** What the energy is made of; empty where nobody tells. */
export function sourcesOf(session: Session): Source[] {
  const parts = { sun: session.sun_wh, battery: session.battery_wh, grid: session.grid_wh };
  if (session.sun_wh === null) return [];
  const told = Object.entries(parts).filter(([, wh]) => wh !== null && wh > 0) as [
    Source["key"],
    number,
  ][];
  const total = told.reduce((sum, [, wh]) => sum + wh, 0);
  return told
    .map(([key, wh]) => ({ key, wh, share: wh / total }))
    .filter((source) => source.share >= LEAST_SHARE);
}

/** The shares in whole percents that make a hundred: the last one is what the others leave. */
export function percentsOf(sources: Source[]): number[] {
  const percents = sources.map((source) => Math.round(source.share * 100));
  const others = percents.slice(0, -1).reduce((sum, each) => sum + each, 0);
  return percents.map((each, at) => (at === percents.length - 1 ? 100 - others : each));
}

const ICONS = {
  sun: "mdi:white-balance-sunny",
  battery: "mdi:home-battery",
  grid: "mdi:transmission-tower",
};

/** The part of the card. Its height is the same with and without a session. */
export function session(hass: Hass, look: Look, say: Texts, now: Date): TemplateResult {
  const of = look.session;
  const [value, unit] = energy(hass.locale, of?.energy_wh);
  const title = of === null ? "session.none" : of.running ? "session.now" : "session.last";
  const unpriced = of !== null && of.cost !== null && of.unpriced_wh > 0;
  return html`<div class="session" role="group" aria-label=${say(title)}>
    <div class="title"><span>${say(title)}</span><span>${of === null ? nothing : origin(hass, of, now)}</span></div>
    <dl>
      ${fact(say("session.energy"), value, unit)}
      ${fact(say("session.time"), ...(of === null ? [NONE] : span(hass.locale, lengthOf(of, now))))}
      ${fact(
        say("session.cost"),
        money(hass.locale, of?.cost, of?.currency),
        "",
        unpriced ? say("session.unpriced") : "",
      )}
    </dl>
    ${look.has_site ? sources(hass, of, say) : nothing}
  </div>`;
}

/** When it began; of one that is over also whose it was. */
function origin(hass: Hass, of: Session, now: Date): TemplateResult {
  const who = of.running ? null : (of.person ?? of.card);
  const began = instant(of.started_at);
  const time = began === null ? "" : moment(hass, began, now);
  return html`<bdi>${who ?? ""}</bdi>${who && time ? " · " : ""}${time}`;
}

/** All that a charger without sessions tells: what it has charged in all. */
export function total(hass: Hass, look: Look, say: Texts): TemplateResult | typeof nothing {
  if (look.total_wh === null) return nothing;
  const [value, unit] = energy(hass.locale, look.total_wh);
  return html`<dl class="session">${fact(say("session.total"), value, unit)}</dl>`;
}

function fact(name: string, value = NONE, unit = "", note = ""): TemplateResult {
  return html`<div title=${note || nothing}>
    <dd><bdi>${value}${unit ? html` <small>${unit}</small>` : nothing}${note ? "*" : nothing}</bdi></dd>
    <dt>${name}</dt>
  </div>`;
}

function sources(hass: Hass, of: Session | null, say: Texts): TemplateResult {
  const parts = of === null ? [] : sourcesOf(of);
  const percents = percentsOf(parts);
  const words = parts.map(
    (part, at) => `${say(`source.${part.key}`)} ${percent(hass.locale, (percents[at] ?? 0) / 100)}`,
  );
  return html`<div class="sources">
    <div class="bar" aria-hidden="true">
      ${parts.map((part) => html`<i class=${part.key} style="flex-grow:${part.share}"></i>`)}
    </div>
    <ul>
      ${parts.length === 0
        ? html`<li>${say("source.unknown")}</li>`
        : parts.map(
            (part, index) =>
              html`<li class=${part.key}>
                <ha-icon .icon=${ICONS[part.key]}></ha-icon>${words[index]}
              </li>`,
          )}
    </ul>
  </div>`;
}
