/** Why the current is what it is, and when that will change. */

import { type TemplateResult, html, nothing } from "lit";

import { duration, instant, moment } from "./format.ts";
import type { Hass } from "./ha.ts";
import type { Texts } from "./localize.ts";
import type { Look } from "./model.ts";

/** Changes further away are told by their time alone. */
const SOON_S = 6 * 3600;

/** The sentence; announced by screen readers when it changes, politely. */
export function why(hass: Hass, look: Look, say: Texts, now: Date): TemplateResult {
  const of = look.why;
  return html`<div class="why" role="group" aria-label=${say("why.title")}>
    <ha-icon icon="mdi:information-outline"></ha-icon>
    <div>
      <p role="status"><bdi>${of?.sentence || say("why.unknown")}</bdi></p>
      ${of === null ? nothing : next(hass, of.then, instant(of.next_change), say, now)}
    </div>
  </div>`;
}

function next(hass: Hass, then: string | null, at: Date | null, say: Texts, now: Date) {
  if (then !== null) return html`<p class="then"><bdi>${then}</bdi></p>`;
  if (at === null || at <= now) return nothing;
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const clock = moment(hass, at, now);
  const soon = seconds < SOON_S;
  return html`<p class="then">
    ${say(soon ? "why.next_in" : "why.next", {
      time: clock,
      duration: duration(hass.locale, seconds),
    })}
  </p>`;
}
