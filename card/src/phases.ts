/**
 * The phases of the house against their fuse: house and cars stacked, export to the other side.
 *
 * An inner element: `hass` and `snapshot` are given to it.
 */

import { LitElement, html, nothing } from "lit";
import { property } from "lit/decorators.js";

import { controls } from "./controls.ts";
import type { SiteNow, Snapshot } from "./feed.ts";
import { amps, decimal, power } from "./format.ts";
import type { Hass, Locale } from "./ha.ts";
import { texts, type Texts } from "./localize.ts";
import { note } from "./note.ts";
import { phaseBars, type PhaseBar } from "./phase-bars.ts";
import { phasesStyle } from "./phases-style.ts";

export class EvseOcppPhases extends LitElement {
  @property({ attribute: false }) hass?: Hass;
  @property({ attribute: false }) snapshot: Snapshot | null = null;

  private words?: Texts;
  private shown?: string;

  /** Of all that a snapshot and the house tell only the site is shown here. */
  override shouldUpdate(changed: Map<string, unknown>): boolean {
    const before = changed.get("hass") as Hass | undefined;
    const language = !before || before.language !== this.hass?.language || before.locale !== this.hass.locale;
    const site = JSON.stringify(this.snapshot && [this.snapshot.loaded, this.snapshot.site]);
    const other = site !== this.shown;
    this.shown = site;
    return other || changed.has("words") || (changed.has("hass") && language);
  }

  override willUpdate(): void {
    if (this.hass) this.words = texts(this.hass.language);
  }

  override render() {
    const { hass, words, snapshot } = this;
    if (!hass || !words) return nothing;
    if (snapshot === null) {
      return html`<div class="loading" role="status"><span class="hidden">${words("phases.loading")}</span></div>`;
    }
    const { site } = snapshot;
    if (snapshot.loaded === false) return note(words("hint.not_loaded_text"), "warns", "mdi:puzzle-remove-outline");
    if (site === null) return note(words("phases.no_site"), "tells", "mdi:home-lightning-bolt-outline");
    const bars = phaseBars(site);
    return html`
      ${site.meter_lost ? note(words("phases.meter_lost"), "warns", "mdi:meter-electric-outline") : nothing}
      <div class="bars">${bars.map((bar) => this.bar(bar, words, hass.locale, bars.length))}</div>
      ${this.legend(site, bars, words, hass.locale)}
      ${site.has_meter !== false ? nothing : html`<p>${words("phases.no_meter")}</p>`}
      ${site.sum_only ? html`<p>${words("phases.sum_only")}</p>` : nothing}
    `;
  }

  private bar(bar: PhaseBar, words: Texts, locale: Locale, count: number) {
    const name = count === 1 ? words("phases.fuse") : bar.name;
    const told = this.told(bar, words, locale);
    const now = bar.grid_a === null ? "–" : decimal(locale, bar.grid_a, 1, true);
    return html`<div class="phase ${bar.state}">
      <span class="name">${name}</span>
      <div
        class="track"
        dir="ltr"
        role="meter"
        aria-label=${name}
        aria-valuemin=${Math.min(0, Math.floor(bar.grid_a ?? 0))}
        aria-valuemax=${Math.max(bar.fuse_a, Math.ceil(bar.grid_a ?? 0))}
        aria-valuenow=${bar.grid_a ?? 0}
        aria-valuetext="${now} A ${words("phases.of_fuse", { fuse: amps(locale, bar.fuse_a) })}, ${told.join(", ")}"
      >
        <i class="export" style="right:${100 - bar.zero}%;width:${bar.export}%"></i>
        <i class="house" style="left:${bar.zero}%;width:${bar.house}%"></i>
        <i class="cars ${bar.house > 0 ? "" : "alone"}" style="left:${bar.zero + bar.house}%;width:${bar.cars}%"></i>
        ${bar.zero > 0 ? html`<i class="zero" style="left:${bar.zero}%"></i>` : nothing}
        <i class="fuse" style="left:${bar.fuse}%"></i>
      </div>
      <span class="value" aria-hidden="true"
        ><bdi><strong>${now}</strong> A</bdi> <small>${words("phases.of_fuse", { fuse: decimal(locale, bar.fuse_a, 1) })}</small></span
      >
      <span class="told" aria-hidden="true">
        ${bar.state === "over" || bar.state === "nearly" ? html`<ha-icon icon="mdi:alert"></ha-icon>` : nothing}
        ${told.join(" · ")}
      </span>
    </div>`;
  }

  private told(bar: PhaseBar, words: Texts, locale: Locale): string[] {
    const cars = bar.cars_a === null || bar.cars_a <= 0 ? [] : [words("phases.of_cars", { cars: amps(locale, bar.cars_a) })];
    if (bar.grid_a === null || bar.room_a === null) return [words("phases.unknown"), ...cars];
    if (bar.state === "over") return [words("phases.over", { over: amps(locale, -bar.room_a) }), ...cars];
    if (bar.state === "exports") return [words("phases.exports", { export: amps(locale, -bar.grid_a) }), ...cars];
    return [words("phases.room", { room: amps(locale, bar.room_a) }), ...cars];
  }

  private legend(site: SiteNow, bars: PhaseBar[], words: Texts, locale: Locale) {
    const exporting = bars.some((bar) => bar.export > 0);
    const surplus = site.surplus_w;
    return html`<div class="legend">
      ${site.has_meter !== false ? html`<span><i class="house"></i>${words("phases.house")}</span>` : nothing}
      <span><i class="cars"></i>${words("phases.cars")}</span>
      ${exporting ? html`<span><i class="export"></i>${words("phases.export")}</span>` : nothing}
      <span class="facts">
        ${surplus !== null && surplus > 0
          ? html`<span>${words("phases.surplus")} <strong>${power(locale, surplus).join(" ")}</strong></span>`
          : nothing}
        ${site.price === null
          ? nothing
          : html`<span>${words("phases.price")} <strong>${decimal(locale, site.price, 3)} ${site.currency}/kWh</strong></span>`}
      </span>
    </div>`;
  }

  static override styles = [controls, phasesStyle];
}
