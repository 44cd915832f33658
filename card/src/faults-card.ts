/** How all wallboxes and sites are, and the open repairs. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import { Asking } from "./asking.ts";
import { BoardCard, differs } from "./board-card.ts";
import { boardStyle } from "./board-style.ts";
import { faultsStyle } from "./faults-card-style.ts";
import { askRepairs, faulted, type Level, type Repair, type Trouble, troublesOf, watched } from "./faults.ts";
import { follow } from "./feed.ts";
import { instant, moment } from "./format.ts";
import { found, type Found } from "./found.ts";
import { fire, type Hass } from "./ha.ts";
import type { Texts } from "./localize.ts";

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
  /** Of what was asked and heard, what was drawn last. */
  private drawn: unknown[] = [];

  /** Most states of the house are none of ours; but an answer may have come together with one. */
  protected override shouldUpdate(changed: PropertyValues): boolean {
    const before = changed.get("hass") as Hass | undefined;
    const now = this.hass;
    const inside = [this.repairs.answer, this.repairs.error, ...this.words.values()];
    const other = inside.length !== this.drawn.length || inside.some((each, index) => each !== this.drawn[index]);
    this.drawn = inside;
    if (other || before === undefined || now === undefined || changed.size > 1) return true;
    return differs(now, before) || this.ids.some((id) => before.states[id] !== now.states[id]);
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
    const troubles = troublesOf(hass, this.found, this.words);
    return html`<ha-card>
      <h2>${text("faults.now")}</h2>
      ${this.problems()}
      ${troubles.length === 0
        ? html`<p class="hint">${text("board.none")}</p>`
        : html`<ul>
            ${troubles.map((each) => this.trouble(hass, each, text))}
          </ul>`}
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

  static override styles = [boardStyle, faultsStyle];
}
