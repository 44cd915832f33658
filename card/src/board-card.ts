/** What the dashboard's cards have in common: their configuration, and when they are drawn anew. */

import { LitElement } from "lit";
import { property, state } from "lit/decorators.js";

import type { Hass } from "./ha.ts";
import { texts } from "./localize.ts";
import type { Texts } from "./views.ts";

/** Home Assistant gives its object anew with each state of the house; of it only these matter. */
function differs(now?: Hass, before?: Hass): boolean {
  return (
    now?.connection !== before?.connection ||
    now?.language !== before?.language ||
    now?.locale !== before?.locale ||
    now?.entities !== before?.entities ||
    now?.devices !== before?.devices
  );
}

/** `devices`: only these connectors; all if it is left out. */
export interface BoardCardConfig {
  devices?: string[];
  period?: string;
  measure?: string;
}

export abstract class BoardCard extends LitElement {
  @property({ attribute: false, hasChanged: differs }) hass?: Hass;
  @state() protected config: BoardCardConfig = {};

  /** Whatever a user writes is taken as far as it is understood. */
  setConfig(config: unknown): void {
    const written = (typeof config === "object" && config !== null ? config : {}) as Record<string, unknown>;
    const devices = written["devices"];
    const names = Array.isArray(devices) ? devices.filter((each) => typeof each === "string") : [];
    const word = (field: string) => (typeof written[field] === "string" ? written[field] : undefined);
    this.config = { devices: names.length > 0 ? names : undefined, period: word("period"), measure: word("measure") };
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
}
