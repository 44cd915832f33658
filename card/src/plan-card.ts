/** The plan of one wallbox as a card of its own. Configuration: `device`, `name`. */

import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";

import { readConfig, type CardConfig } from "./config.ts";
import { deviceName } from "./entities.ts";
import { Following } from "./following.ts";
import type { Hass } from "./ha.ts";
import { hint, nothingHint, problemHint } from "./hint.ts";
import { texts } from "./localize.ts";
import { target, type Target } from "./model.ts";
import { deviceForm } from "./place-form.ts";
import { styles } from "./style.ts";
import { stubConfig } from "./suggest.ts";

export class EvseOcppPlanCard extends LitElement {
  static getStubConfig = stubConfig;
  static getConfigForm = () => deviceForm("device");

  @property({ attribute: false }) hass?: Hass;
  @state() private config: CardConfig = readConfig({});
  /** Chosen in the card, as long as it is shown. */
  @state() private chosen?: string;

  private readonly following = new Following(this);
  private found?: Target;

  setConfig(raw: unknown): void {
    this.config = readConfig(raw);
  }

  getCardSize(): number {
    return 8;
  }

  getGridOptions(): Record<string, unknown> {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  override willUpdate(changed: PropertyValues): void {
    const { hass } = this;
    if (!hass) return;
    const before = changed.get("hass") as Hass | undefined;
    const moved = before?.devices !== hass.devices || before?.entities !== hass.entities;
    if (!this.found || moved || changed.has("config") || changed.has("chosen")) {
      this.found = target(hass, { ...this.config, entities: undefined }, this.chosen);
    }
    this.following.of(hass, this.found.of === "device" ? this.found.device : undefined);
  }

  override render() {
    const { hass, config, found } = this;
    if (!hass || !found) return nothing;
    const say = texts(hass.language);
    const problems = config.problems.map((each) => hint(problemHint(each, say)));
    if (found.of !== "device") {
      const none = found.of === "nothing" ? hint(nothingHint(found, say, (device) => (this.chosen = device))) : nothing;
      return html`<ha-card><div class="bare">${problems}${none}</div></ha-card>`;
    }
    return html`<ha-card>
      <div class="full">
        ${problems}
        <h2><bdi>${config.name ?? (deviceName(hass, found.device) || say("card.name"))}</bdi></h2>
        <evse-ocpp-plan
          .hass=${hass}
          .snapshot=${this.following.snapshot}
          .deviceId=${found.device}
        ></evse-ocpp-plan>
      </div>
    </ha-card>`;
  }

  static override styles = [
    styles,
    css`
      .full {
        min-block-size: 468px;
        box-sizing: border-box;
      }
    `,
  ];
}
