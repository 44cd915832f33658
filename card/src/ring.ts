/** The ring: how much of what the wallbox can give flows now, and where the limit stands. */

import { type TemplateResult, html, nothing, svg } from "lit";

import { NONE, amps, decimal, power } from "./format.ts";
import type { Hass } from "./ha.ts";
import type { Texts } from "./localize.ts";
import type { Look } from "./model.ts";
import { iconOf } from "./status.ts";

const SIZE = 200;
const RADIUS = 86;
/** The ring is open at its foot: it begins and ends so far from there. */
const GAP_DEG = 45;
const SWEEP_DEG = 360 - 2 * GAP_DEG;

/** The point of a share of 0 … 1 on a circle of this radius. */
export function pointAt(share: number, radius = RADIUS): [x: number, y: number] {
  const turn = ((90 + GAP_DEG + share * SWEEP_DEG) * Math.PI) / 180;
  const round = (value: number) => Math.round(value * 100) / 100;
  return [
    round(SIZE / 2 + radius * Math.cos(turn)),
    round(SIZE / 2 + radius * Math.sin(turn)),
  ];
}

const [FROM, TO] = [pointAt(0), pointAt(1)];
const ARC = `M${FROM.join(" ")} A${RADIUS} ${RADIUS} 0 1 1 ${TO.join(" ")}`;

/** Where the limit stands on the ring, null where none is below what the wallbox can give. */
export function limitShare(look: Look): number | null {
  if (look.maximum_a === null || look.maximum_a <= 0) return null;
  const value_a = look.limit?.value_a ?? null;
  if (value_a === null || value_a >= look.maximum_a) return null;
  return Math.max(0, value_a / look.maximum_a);
}

/** The arc alone: `pathLength` 100 makes a share a length. */
export function arc(look: Look): TemplateResult {
  const mark = limitShare(look);
  const [inner, outer] = mark === null ? [] : [pointAt(mark, RADIUS - 11), pointAt(mark, RADIUS + 11)];
  const filled = Math.round(look.share * 1000) / 10;
  return html`<svg class="arc" viewBox="0 0 ${SIZE} ${SIZE}" aria-hidden="true">
    <path class="track" d=${ARC} />
    ${filled > 0
      ? svg`<path class="value" d=${ARC} pathLength="100" stroke-dasharray="${filled} 200" />`
      : nothing}
    ${inner && outer
      ? svg`<line class="mark-gap" x1=${inner[0]} y1=${inner[1]} x2=${outer[0]} y2=${outer[1]} />
          <line class="mark" x1=${inner[0]} y1=${inner[1]} x2=${outer[0]} y2=${outer[1]} />`
      : nothing}
  </svg>`;
}

/** The ring with its words; a press shows the entity's details. */
export function ring(hass: Hass, look: Look, say: Texts, more: () => void): TemplateResult {
  const [value, unit] = power(hass.locale, look.power_w);
  const flows = look.kind === "charging" || (look.power_w ?? 0) > 0;
  const word = look.status || say(`kind.${look.kind}`);
  const most = look.maximum_a;
  return html`<div class="dial">
    <button
      class="ring ${look.kind}"
      type="button"
      ?disabled=${look.main === undefined}
      @click=${more}
    >
      ${arc(look)}
      <span class="inner">
        <ha-icon class="state" .icon=${iconOf(look.kind)}></ha-icon>
        ${flows
          ? html`<bdi class="big">${value} <small>${unit}</small></bdi>
              <span class="detail">${word}</span>`
          : html`<span class="word">${word}</span>`}
        <bdi class="detail">${detail(hass, look, say)}</bdi>
      </span>
    </button>
    ${most === null
      ? nothing
      : html`<div class="ends" aria-hidden="true">
          <span>0</span><span>${decimal(hass.locale, most, 0)} A</span>
        </div>`}
  </div>`;
}

/** “16 A · 3 phases” while current flows, else what is offered. */
export function detail(hass: Hass, look: Look, say: Texts): string {
  if (look.kind === "away") return "";
  if (look.current_a !== null && look.current_a > 0) {
    const phases =
      look.phases === null || look.phases === 0
        ? ""
        : look.phases === 1
          ? say("ring.one_phase")
          : say("ring.phases", { count: look.phases });
    return [amps(hass.locale, look.current_a), phases].filter(Boolean).join(" · ");
  }
  if (look.offered_a !== null && look.kind !== "free") {
    return say("ring.offered", { current: amps(hass.locale, look.offered_a) });
  }
  return look.power_w === null && look.kind === "charging" ? NONE : "";
}
