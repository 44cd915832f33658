/**
 * What was charged from sun, battery and grid, by day or by month, from the long-term statistics; or,
 * with `measure: cost`, what was paid for it.
 */

import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import { Asking } from "./asking.ts";
import { barsForm, BoardCard } from "./board-card.ts";
import { type Grain, GRAINS } from "./board-config.ts";
import { boardStyle, type Figure, figures } from "./board-style.ts";
import { energyStyle } from "./energy-card-style.ts";
import { askEnergy, type Bar, metersOf, paidOf, sumOf, ticksOf } from "./energy.ts";
import { decimal, energy, money, percent } from "./format.ts";
import { found } from "./found.ts";
import type { Hass } from "./ha.ts";
import type { Texts } from "./localize.ts";
import { sourceStyle } from "./sources-style.ts";
import { legend, type Parts, SOURCES, sunShare, totalOf, wordsOfParts } from "./sources.ts";

const STACK = ["grid", "battery", "sun", "other"] as const;

export class EvseOcppEnergyCard extends BoardCard {
  static override getConfigForm = barsForm;

  @state() private grain?: Grain;
  /** The bar that is told in words. */
  @state() private chosen: number | null = null;

  private noMeters = false;
  private readonly bars = new Asking<Bar[]>(this);

  private get ofCost(): boolean {
    return this.config.measure === "cost";
  }

  private get heading(): string {
    return this.text(this.ofCost ? "energy.paid" : "energy.title");
  }

  private get shownGrain(): Grain {
    return this.grain ?? this.config.period;
  }

  protected override willUpdate(): void {
    const { hass } = this;
    if (hass === undefined) return;
    const meters = metersOf(found(hass, this.config.devices));
    const grain = this.shownGrain;
    this.noMeters = Object.values(meters).every((ids) => ids.length === 0);
    if (this.noMeters) return;
    this.bars.ask(JSON.stringify([meters, grain]), () => askEnergy(hass, meters, grain, Date.now()));
  }

  override render() {
    const { hass, text } = this;
    if (hass === undefined) return html`<ha-card></ha-card>`;
    const told = this.bars.answer;
    const bars = told !== null && this.ofCost ? paidOf(told) : told;
    return html`<ha-card>
      <div class="top">
        <h2>${this.heading}</h2>
        <div class="grains" role="radiogroup" aria-label=${text("filter.period")}>
          ${GRAINS.map((grain) => this.grainButton(grain, text))}
        </div>
      </div>
      ${this.problems()} ${this.noMeters ? html`<p class="hint">${text("energy.no_meters")}</p>` : this.sums(hass, told, text)}
      ${this.bars.error === null ? nothing : html`<p class="error" role="alert">${text("energy.failed", { error: this.bars.error || "–" })}</p>`}
      <div class="chart ${this.bars.busy ? "busy" : ""}" aria-busy=${this.bars.busy}>
        ${bars === null ? nothing : this.chart(hass, bars, text)}
      </div>
      <div class="foot">${bars === null ? nothing : this.foot(hass, bars, text)}</div>
    </ha-card>`;
  }

  private grainButton(grain: Grain, text: Texts): TemplateResult {
    const checked = grain === this.shownGrain;
    const choose = (which: Grain) => {
      this.grain = which;
      this.chosen = null;
    };
    const other = GRAINS.find((each) => each !== grain) ?? grain;
    return html`<button
      role="radio"
      aria-checked=${checked}
      tabindex=${checked ? 0 : -1}
      @click=${() => choose(grain)}
      @keydown=${(event: KeyboardEvent) => {
        if (!event.key.startsWith("Arrow")) return;
        event.preventDefault();
        choose(other);
        void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("[aria-checked=true]")?.focus());
      }}
    >
      ${text(`energy.${grain}`)}
    </button>`;
  }

  private sums(hass: Hass, bars: Bar[] | null, text: Texts): TemplateResult {
    const { locale } = hass;
    const { parts, cost } = sumOf(bars ?? []);
    const total = totalOf(parts);
    const known = total - parts.other;
    const [kwh, unit] = energy(locale, bars === null ? null : total);
    const paid: Figure = [text("sum.cost"), money(locale, cost, hass.config.currency)];
    if (this.ofCost) {
      const each = cost === null || total <= 0 ? null : cost / (total / 1000);
      return figures([paid, [text("energy.per_kwh"), money(locale, each, hass.config.currency)]]);
    }
    const shown: Figure[] = [
      [text("sum.energy"), kwh, unit],
      [text("sum.sun"), percent(locale, bars === null ? null : sunShare(known, known > 0 ? parts.sun : null))],
    ];
    if (cost !== null) shown.push(paid);
    return figures(shown);
  }

  private chart(hass: Hass, bars: Bar[], text: Texts): TemplateResult {
    const scale = this.ofCost ? 1 : 1000;
    const ticks = ticksOf(bars, scale);
    const top = ticks[ticks.length - 1] ?? 1;
    const every = bars.length > 12 ? 5 : 1;
    const move = (event: KeyboardEvent) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, Home: -bars.length, End: bars.length }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const rtl = getComputedStyle(this).direction === "rtl" && event.key.startsWith("Arrow");
      const from = this.chosen ?? bars.length;
      this.chosen = Math.max(0, Math.min(bars.length - 1, from + (rtl ? -step : step)));
    };
    return html`<div class="axis" aria-hidden="true">
        ${ticks.map(
          (tick) => html`<span style="inset-block-end:${((100 * tick) / top).toFixed(2)}%">${decimal(hass.locale, tick / scale, 2)}</span>`,
        )}
      </div>
      <div
        class="bars"
        tabindex="0"
        role="group"
        aria-roledescription=${text("energy.chart")}
        aria-label=${`${this.heading}. ${text("chart.help")}`}
        @keydown=${move}
        @pointerleave=${() => (this.chosen = null)}
      >
        ${ticks.map((tick) => html`<i style="inset-block-end:${((100 * tick) / top).toFixed(2)}%"></i>`)}
        ${bars.map(
          (bar, index) => html`<div
            class="slot ${this.chosen === index ? "chosen" : ""}"
            @pointerenter=${() => (this.chosen = index)}
            @click=${() => (this.chosen = index)}
          >
            <div class="bar">${STACK.map((source) => piece(bar.parts, source, top))}</div>
            <span class="name">${(bars.length - 1 - index) % every === 0 ? this.name(hass, bar, "short") : nothing}</span>
          </div>`,
        )}
      </div>`;
  }

  private foot(hass: Hass, bars: Bar[], text: Texts): TemplateResult {
    const bar = this.chosen === null ? undefined : bars[this.chosen];
    const { parts } = sumOf(bars);
    const shown = ([...SOURCES, "other"] as const).filter((source) => parts[source] > 0);
    const nothingYet = totalOf(parts) === 0;
    return html`<p class="told" aria-live="polite">
        ${bar ? this.words(hass, bar, text) : nothingYet ? text("energy.none") : this.ofCost ? text("energy.touch") : legend(shown, text)}
      </p>
      <details>
        <summary>${text("chart.table")}</summary>
        <table>
          ${[...bars].reverse().map(
            (each) => html`<tr>
              <th scope="row">${this.name(hass, each, "long")}</th>
              <td>${this.amount(hass, each)}</td>
              <td>${this.ofCost || totalOf(each.parts) === 0 ? nothing : wordsOfParts(each.parts, hass.locale, text)}</td>
            </tr>`,
          )}
        </table>
      </details>`;
  }

  private words(hass: Hass, bar: Bar, text: Texts): string {
    const total = totalOf(bar.parts);
    const words = [`${this.name(hass, bar, "long")}: ${this.amount(hass, bar)}`];
    if (this.ofCost) return words.join();
    if (total > bar.parts.other) words.push(wordsOfParts(bar.parts, hass.locale, text));
    if (bar.cost !== null && total > 0) words.push(money(hass.locale, bar.cost, hass.config.currency));
    return words.join(" · ");
  }

  private amount(hass: Hass, bar: Bar): string {
    if (this.ofCost) return money(hass.locale, bar.cost, hass.config.currency);
    return energy(hass.locale, totalOf(bar.parts)).join("\u00a0");
  }

  private name(hass: Hass, bar: Bar, length: "short" | "long"): string {
    const options: Intl.DateTimeFormatOptions = { month: length === "short" ? "short" : "long", timeZone: "UTC" };
    if (this.shownGrain === "day") options.day = "numeric";
    if (length === "long") options.year = "numeric";
    if (length === "short" && this.shownGrain === "day") options.month = "numeric";
    return new Intl.DateTimeFormat(hass.locale.language, options).format(Date.parse(`${bar.start}T12:00Z`));
  }

  static override styles = [boardStyle, sourceStyle, energyStyle];
}

function piece(parts: Parts, source: (typeof STACK)[number], top: number): TemplateResult | typeof nothing {
  if (!(parts[source] > 0)) return nothing;
  return html`<span class=${source} style="block-size:${((100 * parts[source]) / top).toFixed(2)}%"></span>`;
}
