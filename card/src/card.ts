/** The card of one wallbox. */

import { LitElement, html } from "lit";
import { property } from "lit/decorators.js";

import type { Hass } from "./ha.ts";
import { texts } from "./localize.ts";

export class EvseOcppCard extends LitElement {
  @property({ attribute: false }) hass?: Hass;

  setConfig(_config: unknown): void {}

  getCardSize(): number {
    return 6;
  }

  override render() {
    return html`<ha-card>${texts(this.hass?.language ?? "en")("card.name")}</ha-card>`;
  }
}
