/** How all wallboxes and sites are, and the open repairs. */

import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import { Asking } from "./asking.ts";
import { BoardCard } from "./board-card.ts";
import { boardStyle } from "./board-style.ts";
import { askRepairs, faulted, type Level, type Repair, type Trouble, troublesOf, watched } from "./faults.ts";
import { follow } from "./feed.ts";
import { instant, moment } from "./format.ts";
import { found, type Found } from "./found.ts";
import { fire, type Hass } from "./ha.ts";
import type { Texts } from "./views.ts";

const ICONS: Record<Level, string> = {
  error: "mdi:alert-circle",
  warning: "mdi:alert",
  ok: "mdi:check-circle",
};

export class EvseOcppFaultsCard extends BoardCard {
  @property({ attribute: false, hasChanged: () => true }) override hass?: Hass;

  private found?: Found;
  private ids: string[] = [];
  /** What faulted wallboxes say of it, and how to stop listening to them. */
  private readonly words = new Map<string, string>();
  private readonly heard = new Map<string, () => void>();
  private readonly repairs = new Asking<Repair[]>(this);

  /** Most states of the house are none of ours. */
  protected override shouldUpdate(changed: PropertyValues): boolean {
    const before = changed.get("hass") as Hass | undefined;
    const now = this.hass;
    if (before === undefined || now === undefined || changed.size > 1) return true;
    if (before.entities !== now.entities || before.devices !== now.devices || before.language !== now.language) return true;
    return this.ids.some((id) => before.states[id] !== now.states[id]);
  }

  protected override willUpdate(): void {
    const { hass } = this;
    if (hass === undefined) return;
    this.found = found(hass, this.config.devices);
    this.ids = watched(this.found);
    this.hear(hass, faulted(hass, this.found));
    const states = this.ids.map((id) => hass.states[id]?.state);
    this.repairs.ask(JSON.stringify([hass.language, states]), () => askRepairs(hass));
  }

  private hear(hass: Hass, devices: string[]): void {
    for (const device of this.heard.keys()) if (!devices.includes(device)) this.unhear(device);
    for (const device of devices) {
      if (this.heard.has(device)) continue;
      const end = follow(hass, device, (snapshot) => {
        const fault = snapshot?.fault;
        if (!fault || fault === this.words.get(device)) return;
        this.words.set(device, fault);
        this.requestUpdate();
      });
      this.heard.set(device, end);
    }
  }

  private unhear(device: string): void {
    this.heard.get(device)?.();
    this.heard.delete(device);
    this.words.delete(device);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const device of [...this.heard.keys()]) this.unhear(device);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override render() {
    const { hass, text } = this;
    if (hass === undefined || this.found === undefined) return html`<ha-card></ha-card>`;
    const repairs = this.repairs.answer ?? [];
    return html`<ha-card>
      <h2>${text("faults.now")}</h2>
      ${this.problems()}
      <ul>
        ${troublesOf(hass, this.found, this.words).map((each) => this.trouble(hass, each, text))}
      </ul>
      ${repairs.length === 0
        ? nothing
        : html`<h3>${text("faults.repairs")}</h3>
            <ul>
              ${repairs.map((each) => this.repair(hass, each))}
            </ul>`}
      ${repairs.length > 0 && hass.user?.is_admin ? html`<a class="button" href="/config/repairs">${text("faults.open_repairs")}</a>` : nothing}
    </ha-card>`;
  }

  private trouble(hass: Hass, { name, level, text: key, detail, since, entity }: Trouble, text: Texts): TemplateResult {
    const at = moment(hass, instant(since), new Date());
    const words = text(key, { detail: detail ?? "", since: at }).replace(/[:\s–]+$/, "");
    const more = () => entity !== undefined && fire(this, "hass-more-info", { entityId: entity });
    return html`<li>
      <button class="line" @click=${more} ?disabled=${entity === undefined}>
        <ha-icon class=${level} icon=${ICONS[level]}></ha-icon>
        <span class="words"><bdi>${name}</bdi><span class="quiet">${words}</span></span>
      </button>
    </li>`;
  }

  private repair(hass: Hass, { title, severity, created }: Repair): TemplateResult {
    const level: Level = severity === "warning" ? "warning" : "error";
    return html`<li class="line">
      <ha-icon class=${level} icon="mdi:wrench"></ha-icon>
      <span class="words"><span>${title}</span><span class="quiet">${moment(hass, instant(created), new Date())}</span></span>
    </li>`;
  }

  static override styles = [
    boardStyle,
    css`
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .line {
        display: flex;
        align-items: center;
        justify-content: start;
        gap: 16px;
        inline-size: 100%;
        min-block-size: 60px;
        padding: 4px 8px;
        text-align: start;
        box-sizing: border-box;
      }
      button.line {
        border: 0;
        background: none;
        opacity: 1;
      }
      .line .error {
        color: var(--error-color);
        background: none;
        padding: 0;
      }
      .line .warning {
        color: var(--warning-color);
      }
      .line .ok {
        color: var(--success-color);
      }
      .line ha-icon {
        flex: none;
        --mdc-icon-size: 26px;
      }
      .words {
        display: grid;
        min-inline-size: 0;
        font-size: 1rem;
        line-height: 1.35;
        overflow-wrap: anywhere;
      }
    `,
  ];
}
