/** The visual editor: Home Assistant's own form, filled with what holds where nothing is written. */

import { LitElement, type PropertyValues, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { LAYOUTS, PARTS, ROLES, type Role } from "./config.ts";
import { connectorDevices, deviceName } from "./entities.ts";
import { type Hass, fire } from "./ha.ts";
import { type TextKey, texts } from "./localize.ts";

/** A field of Home Assistant's forms. */
export interface Field {
  name: string;
  type?: string;
  title?: string;
  icon?: string;
  selector?: Record<string, unknown>;
  schema?: readonly Field[];
}

type Written = Record<string, unknown>;
type Helpers = { createCardElement(config: Written): HTMLElement };

/** The form of a card: `devices` are the connectors to choose from. */
export function cardSchema(
  say: (key: TextKey) => string,
  devices: { value: string; label: string }[],
): Field[] {
  const list = (options: { value: string; label: string }[]) => ({
    select: { mode: "dropdown", options },
  });
  const layouts = LAYOUTS.map((value) => ({ value, label: say(`editor.layout_${value}`) }));
  const parts = PARTS.map((name) => ({ name, selector: { boolean: {} } }));
  const roles = (Object.keys(ROLES) as Role[]).map((name) => ({
    name,
    selector: { entity: { filter: { domain: [...ROLES[name]] } } },
  }));
  const group = { type: "expandable" };
  return [
    { name: "device", selector: list(devices) },
    { name: "name", selector: { text: {} } },
    { name: "layout", selector: list(layouts) },
    { ...group, name: "show", title: say("editor.show"), icon: "mdi:eye-outline", schema: parts },
    {
      ...group,
      name: "entities",
      title: say("editor.entities"),
      icon: "mdi:ev-station",
      schema: roles,
    },
  ];
}

/** What the form shows of what is written: what is not written is as it holds. */
export function shownOf(written: Written): Written {
  const all = Object.fromEntries(PARTS.map((part) => [part, true]));
  const show = written["show"];
  return {
    layout: "full",
    ...written,
    show: { ...all, ...(typeof show === "object" && show !== null ? show : {}) },
  };
}

/** What is to be written of what the form shows: what holds anyhow stays away. */
export function writtenOf(shown: Written): Written {
  const written: Written = { ...shown };
  const kept = (values: unknown, keep: (value: unknown) => boolean) =>
    Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => keep(value)));
  written["show"] = kept(shown["show"], (value) => value !== true);
  written["entities"] = kept(shown["entities"], (value) => value !== undefined && value !== "");
  for (const group of ["show", "entities"]) {
    if (Object.keys(written[group] as object).length === 0) delete written[group];
  }
  for (const field of ["device", "name"]) if (!written[field]) delete written[field];
  if (written["layout"] === "full") delete written["layout"];
  return written;
}

export class EvseOcppCardEditor extends LitElement {
  @property({ attribute: false }) hass?: Hass;
  @state() private written: Written = {};

  setConfig(config: Written): void {
    this.written = config;
  }

  protected override shouldUpdate(changed: PropertyValues<this>): boolean {
    const before = changed.get("hass") as Hass | undefined;
    return (
      changed.size > 1 ||
      !changed.has("hass") ||
      before?.devices !== this.hass?.devices ||
      before?.entities !== this.hass?.entities ||
      before?.language !== this.hass?.language
    );
  }

  override render() {
    const { hass } = this;
    if (hass === undefined) return nothing;
    const say = texts(hass.language);
    const devices = connectorDevices(hass).map((id) => ({
      value: id,
      label: deviceName(hass, id) || id,
    }));
    return html`<ha-form
      .hass=${hass}
      .data=${shownOf(this.written)}
      .schema=${cardSchema(say, devices)}
      .computeLabel=${(field: Field) => say(labelOf(field.name))}
      .computeHelper=${(field: Field) =>
        field.name === "device" ? say("editor.device_help") : undefined}
      @value-changed=${this.changed}
    ></ha-form>`;
  }

  private changed = (event: CustomEvent<{ value: Written }>) => {
    event.stopPropagation();
    const config = writtenOf(event.detail.value);
    fire(this, "config-changed", { config });
  };
}

function labelOf(field: string): TextKey {
  const part = (PARTS as readonly string[]).includes(field) ? "part" : "editor";
  return `${part}.${field}` as TextKey;
}

/** How long the form of Home Assistant may take to load. */
const FORM_MS = 10_000;

/** The editor's element, once Home Assistant has loaded its form; undefined where it does not. */
export async function cardEditor(): Promise<HTMLElement | undefined> {
  if (customElements.get("ha-form") === undefined) {
    // Only the editors of Home Assistant's own cards load it.
    const page = window as { loadCardHelpers?: () => Promise<Helpers> };
    const helpers = await page.loadCardHelpers?.();
    const button = helpers?.createCardElement({ type: "button" }).constructor as
      | { getConfigElement?: () => Promise<HTMLElement> }
      | undefined;
    await button?.getConfigElement?.();
    const late = new Promise((done) => setTimeout(done, FORM_MS));
    await Promise.race([customElements.whenDefined("ha-form"), late]);
  }
  if (customElements.get("ha-form") === undefined) return undefined;
  return document.createElement("evse-ocpp-card-editor");
}
