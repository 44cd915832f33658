/** What the dashboard's cards have in common: their configuration, and when they are drawn anew. */

import { LitElement, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { type BoardCardConfig, GRAINS, MEASURES, readBoardCardConfig } from "./board-config.ts";
import { pageLanguage } from "./define.ts";
import { DOMAIN } from "./entities.ts";
import type { Hass } from "./ha.ts";
import { texts, type Texts } from "./localize.ts";

/** Home Assistant gives its object anew with each state of the house; of it only these matter. */
export function differs(now?: Hass, before?: Hass): boolean {
  const parts = ["connection", "language", "locale", "devices", "entities"] as const;
  return parts.some((part) => now?.[part] !== before?.[part]);
}

const DEVICES = { name: "devices", selector: { device: { multiple: true, filter: [{ integration: DOMAIN }] } } };

export abstract class BoardCard extends LitElement {
  static getStubConfig = (): object => ({});
  static getConfigForm = (): object => form([DEVICES]);

  @property({ attribute: false, hasChanged: differs }) hass?: Hass;
  @state() protected config: BoardCardConfig = readBoardCardConfig({});

  setConfig(config: unknown): void {
    this.config = readBoardCardConfig(config);
  }

  getCardSize(): number {
    return 8;
  }

  getGridOptions(): Record<string, unknown> {
    return { columns: "full", min_columns: 6 };
  }

  protected get text(): Texts {
    return texts(this.hass?.language ?? "en");
  }

  /** The first error that there is, in Home Assistant's words; "" is one without any. */
  protected failure(...errors: (string | null)[]): TemplateResult | typeof nothing {
    const error = errors.find((each) => each !== null);
    return error === undefined ? nothing : html`<p class="error" role="alert">${error || this.text("act.failed")}</p>`;
  }

  /** What of the configuration was not understood, each with what is allowed. */
  protected problems(): TemplateResult | typeof nothing {
    const { text } = this;
    if (this.config.problems.length === 0) return nothing;
    return html`${this.config.problems.map(
      ({ field, came, allowed, values }) =>
        html`<p class="error" role="alert">${text("hint.problem", { field, came })} ${text(allowed, values)}</p>`,
    )}`;
  }
}

/** The form of the card with bars. */
export function barsForm(): object {
  const say = texts(pageLanguage());
  const select = (name: string, options: readonly string[], words: string[]) => ({
    name,
    selector: { select: { mode: "dropdown", options: options.map((value, index) => ({ value, label: words[index] })) } },
  });
  return form([
    DEVICES,
    select("period", GRAINS, [say("energy.day"), say("energy.month")]),
    select("measure", MEASURES, [say("energy.title"), say("energy.paid")]),
  ]);
}

/** A form that Home Assistant draws. */
function form(schema: { name: string }[]): object {
  const say = texts(pageLanguage());
  const labels: Record<string, string> = {
    devices: say("filter.wallboxes"),
    period: say("filter.period"),
    measure: say("filter.measure"),
  };
  return { schema, computeLabel: ({ name }: { name: string }) => labels[name] ?? name };
}
