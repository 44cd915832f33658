/** The phases of a house as a card. Configuration: `site` (its device) or `device` (a wallbox), `name`. */

import { LitElement, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { Asking } from "./asking.ts";
import { differs } from "./board-card.ts";
import { readConfig, told, type CardConfig, type Problem } from "./config.ts";
import { connectorDevices, deviceName, INTEGRATION_PATH } from "./entities.ts";
import { Following } from "./following.ts";
import type { Hass } from "./ha.ts";
import { hint, problemHint, type Hint } from "./hint.ts";
import { texts, type Texts } from "./localize.ts";
import { deviceForm } from "./place-form.ts";
import { chooseSite, type Houses, type SiteChoice } from "./site-choice.ts";
import { styles } from "./style.ts";

export class EvseOcppPhasesCard extends LitElement {
  static getStubConfig = () => ({});
  static getConfigForm = () => deviceForm("site");

  @property({ attribute: false, hasChanged: differs }) hass?: Hass;
  @state() private config: Pick<CardConfig, "device" | "name" | "problems"> & { site?: string } = readConfig({});
  /** Chosen in the card, as long as it is shown. */
  @state() private chosen?: string;

  private readonly asking = new Asking<Houses>(this);
  private readonly following = new Following(this);
  private choice: SiteChoice | null = null;

  setConfig(raw: unknown): void {
    const read = readConfig(raw);
    const site = (raw as { site?: unknown } | null)?.site ?? undefined;
    const problems: Problem[] = [...read.problems];
    if (site !== undefined && typeof site !== "string") {
      problems.push({ field: "site", came: told(site), allowed: "problem.text" });
    }
    this.config = { device: read.device, name: read.name, problems, site: typeof site === "string" ? site || undefined : undefined };
  }

  getCardSize(): number {
    return 4;
  }

  getGridOptions(): Record<string, unknown> {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  override willUpdate(): void {
    const { hass, config } = this;
    if (!hass) return;
    const named = config.device ?? this.chosen ?? config.site;
    if (named !== undefined && connectorDevices(hass).includes(named)) {
      this.choice = { of: "house", name: "", follow: named };
    } else {
      const message = { type: "evse_ocpp/list" };
      this.asking.ask(`list ${config.site}`, () => hass.callWS<Houses>(message));
      this.choice = this.asking.answer && chooseSite(this.asking.answer, named);
    }
    this.following.of(hass, this.choice?.of === "house" ? this.choice.follow : undefined);
  }

  override render() {
    const { hass, config, choice } = this;
    if (!hass) return nothing;
    const say = texts(hass.language);
    const problems = config.problems.map((each) => hint(problemHint(each, say)));
    if (choice?.of === "nothing" || (choice === null && this.asking.error !== null)) {
      return html`<ha-card><div class="bare">${problems}${this.nothing(choice, say)}</div></ha-card>`;
    }
    const { snapshot } = this.following;
    const name = config.name ?? (snapshot?.site?.name || (config.site && deviceName(hass, config.site)) || say("phases.title"));
    return html`<ha-card>
      <div class="full">
        ${problems}
        <h2><bdi>${name}</bdi></h2>
        <evse-ocpp-phases .hass=${hass} .snapshot=${snapshot}></evse-ocpp-phases>
      </div>
    </ha-card>`;
  }

  /** Why there is no house to be shown, and what to do. */
  private nothing(choice: SiteChoice | null, say: Texts): TemplateResult {
    const link = { path: INTEGRATION_PATH, text: say("hint.open_integration") };
    const told: Omit<Hint, "title"> = { level: "info", icon: "mdi:home-lightning-bolt-outline", link };
    if (choice === null || choice.of === "house") {
      const text = this.asking.error ?? undefined;
      return hint({ ...told, level: "warning", title: say("hint.not_loaded"), text });
    }
    switch (choice.why) {
      case "choose":
        return hint({
          ...told,
          link: undefined,
          title: say("phases.choose"),
          buttons: choice.houses.map(({ id, name }) => ({ text: name || id, press: () => (this.chosen = id) })),
        });
      case "gone":
        return hint({ ...told, level: "warning", title: say("phases.gone"), text: say("phases.gone_text") });
      case "empty":
        return hint({ ...told, title: say("phases.empty"), text: say("phases.empty_text") });
      default:
        return hint({ ...told, title: say("phases.none"), text: say("phases.none_text") });
    }
  }

  static override styles = styles;
}
