/** The charging modes as one group of buttons, of which one is pressed. */

import { type TemplateResult, html, nothing } from "lit";

import type { Choice } from "./model.ts";

const ICONS: Record<string, string> = {
  off: "mdi:power",
  fast: "mdi:flash",
  window: "mdi:clock-outline",
  solar: "mdi:white-balance-sunny",
  minimum_solar: "mdi:weather-partly-cloudy",
  cheap: "mdi:cash-clock",
  plan: "mdi:calendar-clock",
  eco: "mdi:leaf",
  pv: "mdi:white-balance-sunny",
  minpv: "mdi:weather-partly-cloudy",
  now: "mdi:flash",
};

export interface ModeActions {
  label: string;
  /** The mode that is being chosen. */
  busy: string | null;
  choose: (value: string) => void;
}

/** Buttons in a group of radio buttons; arrow keys go from one to the next, as in any such group. */
export function modes(choice: Choice, actions: ModeActions, compact = false): TemplateResult {
  const shown = actions.busy ?? choice.chosen;
  const first = shown ?? choice.options[0]?.value;
  return html`<div
    class="modes ${compact ? "icons" : ""}"
    style="--columns:${columnsOf(choice.options.length)}"
    role="radiogroup"
    aria-label=${actions.label}
    aria-busy=${actions.busy !== null}
    @keydown=${move}
  >
    ${choice.options.map(
      ({ value, label }) => html`<button
        type="button"
        role="radio"
        class=${value === actions.busy ? "busy" : ""}
        data-mode=${value}
        aria-checked=${value === shown}
        aria-label=${compact ? label : nothing}
        title=${compact ? label : nothing}
        tabindex=${value === first ? 0 : -1}
        @click=${() => value !== shown && actions.choose(value)}
      >
        <ha-icon .icon=${ICONS[value] ?? "mdi:ev-station"}></ha-icon>
        ${compact ? nothing : html`<span>${label}</span>`}
      </button>`,
    )}
  </div>`;
}

/** Four in a row at most, and no lonely one in the last. */
export function columnsOf(count: number): number {
  if (count <= 4) return Math.max(1, count);
  return count % 4 === 0 || count % 4 === 3 ? 4 : 3;
}

/** The step of an arrow key, by the direction of the page. */
function stepOf(key: string, rightToLeft: boolean): number {
  if (key === "ArrowDown") return 1;
  if (key === "ArrowUp") return -1;
  if (key === "ArrowRight") return rightToLeft ? -1 : 1;
  if (key === "ArrowLeft") return rightToLeft ? 1 : -1;
  return 0;
}

/** Arrows move the focus only: to try modes on the way would steer the wallbox. Enter chooses. */
function move(event: KeyboardEvent): void {
  const group = event.currentTarget as HTMLElement;
  const step = stepOf(event.key, getComputedStyle(group).direction === "rtl");
  if (step === 0) return;
  event.preventDefault();
  const buttons = [...group.querySelectorAll<HTMLElement>("[role=radio]")];
  const at = buttons.indexOf(event.target as HTMLElement);
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
}
