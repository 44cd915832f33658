/** What is said beside a plan or a house: a sign and a sentence; with something to press behind it. */

import { html, nothing, type TemplateResult } from "lit";

/** How it looks (controls.ts), and how it is told to screen readers. */
const ROLES = { tells: "note", warns: "status", fails: "alert" };

export function note(
  told: unknown,
  level: keyof typeof ROLES = "tells",
  icon = level === "fails" ? "mdi:alert-circle-outline" : "mdi:information-outline",
  button: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<div class="note ${level} ${button === nothing ? "" : "act"}" role=${ROLES[level]}>
    <ha-icon icon=${icon}></ha-icon>
    <div>${told}</div>
    ${button}
  </div>`;
}
