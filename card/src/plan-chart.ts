/** The chart of a plan: prices, when it is charged, the sun to come, now and the departure. */

import { LitElement, html, nothing, svg } from "lit";
import { property, state } from "lit/decorators.js";

import { drawing, rows, stretchAt, type Drawing, type Stretch } from "./chart.ts";
import type { PlanDetail } from "./feed.ts";
import { decimal, money, power, type Clock } from "./format.ts";
import type { Texts } from "./localize.ts";
import { planChartStyle } from "./plan-chart-style.ts";
import { clockText, hourText, spanText, weekdayName } from "./plan-words.ts";
import { WEEKDAYS } from "./goal.ts";
import { wallOf } from "./house-time.ts";

export class EvseOcppPlanChart extends LitElement {
  @property({ attribute: false }) detail?: PlanDetail;
  @property({ attribute: false }) clock?: Clock;
  @property({ attribute: false }) words?: Texts;
  /** ms since 1970. */
  @property({ type: Number }) now = 0;

  /** The stretch that is looked at, -1: none. */
  @state() private looked = -1;
  @state() private asTable = false;
  private drawn: Drawing | null = null;

  override willUpdate(changed: Map<string, unknown>): void {
    if (!this.detail || !this.clock) return;
    if (changed.has("detail") || changed.has("now") || changed.has("clock")) {
      this.drawn = drawing(this.detail, this.now, this.clock.config.time_zone);
      if (this.looked >= (this.drawn?.stretches.length ?? 0)) this.looked = -1;
    }
  }

  override render() {
    const { drawn, clock, words } = this;
    if (!drawn || !clock || !words) return nothing;
    return html`
      <div class="top">
        <div class="read" aria-hidden="true">${this.readout(drawn, clock, words)}</div>
        <button
          class="sign"
          aria-expanded=${this.asTable}
          aria-label=${words("chart.table")}
          title=${words("chart.table")}
          @click=${() => {
            this.asTable = !this.asTable;
          }}
        >
          <ha-icon icon=${this.asTable ? "mdi:table-large-remove" : "mdi:table-large"}></ha-icon>
        </button>
      </div>
      <div class="plot" dir="ltr">
        <div
          class="field"
          role="slider"
          tabindex="0"
          aria-label=${`${words("chart.label")}. ${words("chart.help")}`}
          aria-valuemin="0"
          aria-valuemax=${drawn.stretches.length - 1}
          aria-valuenow=${Math.max(0, this.looked)}
          aria-valuetext=${this.spoken(drawn, clock, words)}
          @pointermove=${this.point}
          @pointerdown=${this.point}
          @pointerleave=${this.leave}
          @keydown=${this.step}
          @blur=${this.leave}
        >
          ${drawn.levels.map(
            (level) =>
              html`<span class="level" style="top:${level.y}%"
                >${decimal(clock.locale, level.value, drawn.digits, true)}</span
              >`,
          )}
          ${this.picture(drawn)} ${this.marks(drawn, clock, words)}
        </div>
        <div class="strip">
          ${drawn.runs.map(
            (run) =>
              html`<i
                style="left:${run.x}%;width:${run.width}%;--sun:${run.sun * 100}%;opacity:${0.55 + 0.45 * run.power}"
              ></i>`,
          )}
        </div>
        <div class="hours">
          ${drawn.hours.map(
            (hour) =>
              html`<span style="left:${hour.x}%" class=${hour.midnight ? "day" : ""}
                >${hour.midnight ? this.weekday(hour.at, clock) : hourText(clock, hour.at)}</span
              >`,
          )}
        </div>
      </div>
      <div class="legend">
        ${drawn.prices.edge ? html`<span><i class="price"></i>${words("chart.price")}</span>` : nothing}
        ${drawn.runs.length > 0 ? html`<span><i class="charging"></i>${words("chart.charging")}</span>` : nothing}
        ${drawn.sun ? html`<span><i class="sun"></i>${words("chart.sun")}</span>` : nothing}
      </div>
      ${this.asTable ? this.table(drawn, clock, words) : nothing}
    `;
  }

  private picture(drawn: Drawing) {
    const looked = drawn.stretches[this.looked];
    const x = (at: number) => ((at - drawn.from) / (drawn.to - drawn.from)) * 100;
    return html`<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      ${drawn.levels.map((level) => svg`<line class="grid" x1="0" x2="100" y1=${level.y} y2=${level.y} />`)}
      <path class="price-area" d=${drawn.prices.area} />
      <path class="planned" d=${drawn.planned} />
      ${drawn.sun
        ? svg`<path class="sun-area" d=${drawn.sun.area} /><path class="sun-edge" d=${drawn.sun.edge} />`
        : nothing}
      <path class="price-edge" d=${drawn.prices.edge} />
      ${drawn.levels.length > 0
        ? svg`<line class="zero" x1="0" x2="100" y1=${drawn.zero} y2=${drawn.zero} />`
        : nothing}
      ${looked
        ? svg`<rect class="looked" x=${x(looked.start)} width=${x(looked.end) - x(looked.start)} y="0" height="100" />`
        : nothing}
    </svg>`;
  }

  private marks(drawn: Drawing, clock: Clock, words: Texts) {
    const due = drawn.due === null || !this.detail?.planned ? null : Date.parse(this.detail.planned.due);
    return html`<span class="now" style="left:${drawn.now}%"></span>
      ${due === null || drawn.due === null
        ? nothing
        : html`<span class="due ${drawn.due > 75 ? "left" : ""}" style="left:${drawn.due}%"
            ><strong>${words("plan.ready_by", { time: clockText(clock, due) })}</strong></span
          >`}`;
  }

  /** Always one line high: what is looked at, else in what the prices are. */
  private readout(drawn: Drawing, clock: Clock, words: Texts) {
    const stretch = drawn.stretches[this.looked];
    if (!stretch) return html`<span>${drawn.levels.length > 0 ? `${this.detail?.currency ?? ""}/kWh` : ""}</span>`;
    return html`<strong>${spanText(clock, stretch.start, stretch.end, new Date(this.now))}</strong>
      ${this.facts(stretch, clock, words).map(
        ([name, value, kind]) => html`<span title=${name}><i class=${kind}></i>${value}</span>`,
      )}`;
  }

  private spoken(drawn: Drawing, clock: Clock, words: Texts): string {
    const stretch = drawn.stretches[Math.max(0, this.looked)];
    if (!stretch) return "";
    const facts = this.facts(stretch, clock, words).map(([name, value]) => `${name} ${value}`);
    return [spanText(clock, stretch.start, stretch.end, new Date(this.now)), ...facts].join(", ");
  }

  private facts(stretch: Stretch, clock: Clock, words: Texts): [string, string, string][] {
    const found: [string, string, string][] = [];
    if (stretch.price !== null) found.push([words("chart.price"), this.price(stretch.price, clock), "price"]);
    if (stretch.power_w !== null) {
      found.push([words("chart.charging"), power(clock.locale, stretch.power_w).join(" "), "charging"]);
    }
    if (stretch.sun_w) found.push([words("chart.sun"), power(clock.locale, stretch.sun_w).join(" "), "sun"]);
    return found;
  }

  /** Prices need more digits than money: 0.2134 €/kWh. */
  private price(value: number, clock: Clock): string {
    return `${decimal(clock.locale, value, Math.max(3, this.drawn?.digits ?? 0))} ${this.detail?.currency ?? ""}/kWh`;
  }

  private table(drawn: Drawing, clock: Clock, words: Texts) {
    const now = new Date(this.now);
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${words("chart.label")}>
      <table>
        <thead>
          <tr>
            <th>${words("chart.time")}</th>
            <th>${words("chart.price")}</th>
            <th>${words("chart.charging")}</th>
            <th>${words("chart.cost")}</th>
            ${drawn.sun ? html`<th>${words("chart.sun")}</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${rows(drawn).map(
            (row) =>
              html`<tr class=${row.power_w === null ? "" : "on"}>
                <th scope="row">${spanText(clock, row.start, row.end, now)}</th>
                <td>${decimal(clock.locale, row.price, Math.max(3, drawn.digits))}</td>
                <td>${row.power_w === null ? "" : power(clock.locale, row.power_w).join(" ")}</td>
                <td>${row.cost === null ? "" : money(clock.locale, row.cost, this.detail?.currency)}</td>
                ${drawn.sun ? html`<td>${row.sun_w ? power(clock.locale, row.sun_w).join(" ") : ""}</td>` : nothing}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  private weekday(at: number, clock: Clock): string {
    const day = wallOf(at, clock.config.time_zone).slice(0, 10);
    const index = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
    return weekdayName(clock, WEEKDAYS[index] ?? "mon");
  }

  private point(event: PointerEvent): void {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    if (this.drawn && box.width > 0) this.looked = stretchAt(this.drawn, ((event.clientX - box.left) / box.width) * 100);
  }

  private leave(event: Event): void {
    // A finger that is lifted leaves what it has chosen to be read.
    if (event instanceof PointerEvent && event.pointerType === "touch") return;
    this.looked = -1;
  }

  private step(event: KeyboardEvent): void {
    const last = (this.drawn?.stretches.length ?? 0) - 1;
    const to = {
      ArrowRight: this.looked + 1,
      ArrowUp: this.looked + 1,
      ArrowLeft: this.looked - 1,
      ArrowDown: this.looked - 1,
      PageDown: this.looked - 8,
      PageUp: this.looked + 8,
      Home: 0,
      End: last,
      Escape: -1,
    }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.looked = event.key === "Escape" ? -1 : Math.min(last, Math.max(0, to));
  }

  static override styles = planChartStyle;
}
