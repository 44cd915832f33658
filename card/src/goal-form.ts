/**
 * The form of one goal: how much, by when. It says at once what is wrong and what will not be possible.
 *
 * Events: `goal-save` with the form, `goal-cancel`.
 */

import { LitElement, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import type { Goal, PlanDetail, Snapshot } from "./feed.ts";
import {
  advice,
  AMOUNTS,
  formOf,
  MOST_STARTS,
  newForm,
  parsed,
  WEEKDAYS,
  wrongs,
  type Field,
  type GoalForm,
  type Unit,
  type Wrong,
} from "./goal.ts";
import type { Clock } from "./format.ts";
import { goalFormStyle } from "./goal-form-style.ts";
import { fire } from "./ha.ts";
import { dayAfter, wallOf } from "./house-time.ts";
import type { TextKey, Texts } from "./localize.ts";
import { note } from "./note.ts";
import { amountText, kwhText, weekdayName } from "./plan-words.ts";

const UNITS: Unit[] = ["kwh", "percent", "km"];

export class EvseOcppGoalForm extends LitElement {
  @property({ attribute: false }) clock?: Clock;
  @property({ attribute: false }) words?: Texts;
  @property({ attribute: false }) snapshot: Snapshot | null = null;
  @property({ attribute: false }) detail: PlanDetail | null = null;
  /** The goal that is changed; null: a new one. */
  @property({ attribute: false }) goal: Goal | null = null;
  @property({ type: Boolean }) busy = false;
  /** What Home Assistant said when the goal was not taken. */
  @property({ attribute: false }) error: string | null = null;

  @state() private form?: GoalForm;
  /** Fields are found wrong only after they were left, all of them when it is to be saved. */
  @state() private left = new Set<Field>();

  override willUpdate(changed: Map<string, unknown>): void {
    if (!this.clock || (this.form && !changed.has("goal"))) return;
    const zone = this.clock.config.time_zone;
    this.form = this.goal ? formOf(this.goal, Date.now(), zone) : newForm(Date.now(), zone);
    this.left = new Set();
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h3")?.focus();
  }

  override render() {
    const { clock, words, form } = this;
    if (!clock || !words || !form) return nothing;
    const wrong = wrongs(form, Date.now(), clock.config.time_zone);
    const shown = Object.fromEntries(Object.entries(wrong).filter(([field]) => this.left.has(field as Field)));
    return html`<form novalidate @submit=${this.save} @keydown=${this.escape} aria-labelledby="title">
      <h3 id="title" tabindex="-1">${words(this.goal ? "goal.change" : "goal.new")}</h3>
      ${this.amount(form, shown, clock, words)} ${this.when(form, shown, clock, words)}
      ${this.details(form, shown, words)} ${this.said(form, clock, words)}
      ${this.error === null ? nothing : note(this.error || words("act.failed"), "fails")}
      <div class="ends">
        <button type="button" @click=${() => fire(this, "goal-cancel")}>${words("goal.cancel")}</button>
        <button class="main" ?disabled=${this.busy}>${words("goal.save")}</button>
      </div>
    </form>`;
  }

  private amount(form: GoalForm, shown: Partial<Record<Field, Wrong>>, clock: Clock, words: Texts) {
    const { usual, step } = AMOUNTS[form.unit];
    return html`<fieldset>
      <legend>${words("goal.amount")}</legend>
      ${this.choice("unit", words("goal.unit"), UNITS, form.unit, (unit) => words(`goal.${unit}`), (unit) => {
        const usually = AMOUNTS[unit].usual[1] ?? 1;
        this.put({ unit, amount: String(usually) }, "amount");
      })}
      <div class="amount">
        <button type="button" class="turn" aria-label=${words("goal.less")} @click=${() => this.turn(-step)}>
          <ha-icon icon="mdi:minus"></ha-icon>
        </button>
        <label class="number">
          <span class="hidden">${words("goal.amount")}</span>
          <input
            class="big"
            inputmode="decimal"
            autocomplete="off"
            .value=${form.amount}
            aria-invalid=${shown.amount !== undefined}
            aria-describedby="amount-wrong"
            @input=${(event: Event) => this.put({ amount: valueOf(event) })}
            @change=${() => this.leave("amount")}
          />
          <span class="sign" aria-hidden="true">${AMOUNTS[form.unit].sign}</span>
        </label>
        <button type="button" class="turn" aria-label=${words("goal.more")} @click=${() => this.turn(step)}>
          <ha-icon icon="mdi:plus"></ha-icon>
        </button>
      </div>
      <div class="usual">
        ${usual.map(
          (amount) =>
            html`<button
              type="button"
              class=${parsed(form.amount) === amount ? "main" : ""}
              aria-pressed=${parsed(form.amount) === amount}
              @click=${() => this.put({ amount: String(amount) }, "amount")}
            >
              ${amountText(clock, amount, form.unit)}
            </button>`,
        )}
      </div>
      ${this.wrong("amount", shown.amount, words)}
    </fieldset>`;
  }

  private when(form: GoalForm, shown: Partial<Record<Field, Wrong>>, clock: Clock, words: Texts) {
    return html`<fieldset>
      <legend>${words("goal.when")}</legend>
      ${this.choice("once", words("goal.when"), ["once", "repeats"] as const, form.once ? "once" : "repeats", (each) => words(`goal.${each}`), (each) =>
        this.put({ once: each === "once" }),
      )}
      ${form.once ? this.day(form, shown, clock, words) : this.days(form, clock, words)}
      <label class="row">
        <span>${words("goal.time")}</span>
        <input
          type="time"
          required
          .value=${form.time}
          aria-invalid=${shown.time !== undefined}
          aria-describedby="time-wrong"
          @input=${(event: Event) => this.put({ time: valueOf(event) })}
          @change=${() => this.leave("time", "date")}
        />
      </label>
      ${this.wrong("time", shown.time, words)}
    </fieldset>`;
  }

  private day(form: GoalForm, shown: Partial<Record<Field, Wrong>>, clock: Clock, words: Texts) {
    const today = wallOf(Date.now(), clock.config.time_zone).slice(0, 10);
    const near: [TextKey, string][] = [
      ["goal.today", today],
      ["goal.tomorrow", dayAfter(today, 1)],
    ];
    return html`<div class="usual">
        ${near.map(
          ([key, date]) =>
            html`<button
              type="button"
              class=${form.date === date ? "main" : ""}
              aria-pressed=${form.date === date}
              @click=${() => this.put({ date }, "date")}
            >
              ${words(key)}
            </button>`,
        )}
      </div>
      <label class="row">
        <span>${words("goal.date")}</span>
        <input
          type="date"
          required
          min=${today}
          .value=${form.date}
          aria-invalid=${shown.date !== undefined}
          aria-describedby="date-wrong"
          @input=${(event: Event) => this.put({ date: valueOf(event) })}
          @change=${() => this.leave("date")}
        />
      </label>
      ${this.wrong("date", shown.date, words)}`;
  }

  private days(form: GoalForm, clock: Clock, words: Texts) {
    return html`<div class="days" role="group" aria-label=${words("goal.weekdays")}>
        ${WEEKDAYS.map(
          (day) =>
            html`<label>
              <input
                class="hidden"
                type="checkbox"
                .checked=${form.weekdays.includes(day)}
                aria-label=${weekdayName(clock, day, "long")}
                @change=${(event: Event) => {
                  const others = form.weekdays.filter((each) => each !== day);
                  this.put({ weekdays: (event.target as HTMLInputElement).checked ? [...others, day] : others });
                }}
              /><span aria-hidden="true">${weekdayName(clock, day, "narrow")}</span>
            </label>`,
        )}
      </div>
      <p class="help">${form.weekdays.length === 0 ? words("goal.all_days") : html`&nbsp;`}</p>`;
  }

  private details(form: GoalForm, shown: Partial<Record<Field, Wrong>>, words: Texts) {
    return html`<details ?open=${form.most_starts !== "" || form.precondition !== ""}>
      <summary>${words("goal.details")}</summary>
      <label class="row">
        <span>${words("goal.starts")}<small>${words("goal.starts_help")}</small></span>
        <select
          .value=${form.most_starts}
          @change=${(event: Event) => this.put({ most_starts: valueOf(event) }, "most_starts")}
        >
          <option value="" ?selected=${form.most_starts === ""}>${words("goal.any_starts")}</option>
          ${Array.from({ length: MOST_STARTS }, (_, index) => String(index + 1)).map(
            (count) => html`<option value=${count} ?selected=${form.most_starts === count}>${count}</option>`,
          )}
        </select>
      </label>
      ${this.wrong("most_starts", shown.most_starts, words)}
      <label class="row">
        <span>${words("goal.precondition")}<small>${words("goal.precondition_help")}</small></span>
        <input
          inputmode="numeric"
          autocomplete="off"
          placeholder="0"
          .value=${form.precondition}
          aria-invalid=${shown.precondition !== undefined}
          aria-describedby="precondition-wrong"
          @input=${(event: Event) => this.put({ precondition: valueOf(event) })}
          @change=${() => this.leave("precondition")}
        />
      </label>
      ${this.wrong("precondition", shown.precondition, words)}
    </details>`;
  }

  private said(form: GoalForm, clock: Clock, words: Texts) {
    const said = advice(form, this.snapshot, this.detail, Date.now(), clock.config.time_zone);
    const most = said?.most_kwh === undefined ? "" : kwhText(clock, Math.floor(said.most_kwh * 10) / 10);
    if (!said) return nothing;
    return note(words(said.key, { most }), "warns");
  }

  /** A choice of one: native radio buttons, drawn as one bar. */
  private choice<T extends string>(
    name: string,
    label: string,
    of: readonly T[],
    chosen: T,
    text: (each: T) => string,
    choose: (each: T) => void,
  ) {
    return html`<div class="choice" role="radiogroup" aria-label=${label}>
      ${of.map(
        (each) =>
          html`<label>
            <input
              class="hidden"
              type="radio"
              name=${name}
              .checked=${each === chosen}
              @change=${() => choose(each)}
            /><span>${text(each)}</span>
          </label>`,
      )}
    </div>`;
  }

  private wrong(field: Field, wrong: Wrong | undefined, words: Texts) {
    const said = wrong ? html`<ha-icon icon="mdi:alert-circle"></ha-icon>${words(wrong.key, wrong.values)}` : nothing;
    return html`<p class="wrong" id="${field}-wrong">${said}</p>`;
  }

  private put(fields: Partial<GoalForm>, ...left: Field[]): void {
    if (this.form) this.form = { ...this.form, ...fields };
    if (left.length > 0) this.leave(...left);
  }

  private leave(...fields: Field[]): void {
    this.left = new Set([...this.left, ...fields]);
  }

  private turn(by: number): void {
    if (!this.form) return;
    const { least, most, step } = AMOUNTS[this.form.unit];
    const value = parsed(this.form.amount) ?? least;
    // To the next whole step: from 22.4 with a step of 5 to 25 or 20.
    const next = by > 0 ? Math.floor(value / step + 1) * step : Math.ceil(value / step - 1) * step;
    this.put({ amount: String(Math.min(most, Math.max(least, next))) }, "amount");
  }

  private escape(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    fire(this, "goal-cancel");
  }

  private save(event: Event): void {
    event.preventDefault();
    if (!this.form || !this.clock || this.busy) return;
    const wrong = Object.keys(wrongs(this.form, Date.now(), this.clock.config.time_zone));
    if (wrong.length === 0) {
      fire(this, "goal-save", this.form);
      return;
    }
    this.leave("amount", "date", "time", "most_starts", "precondition");
    void this.updateComplete.then(() => {
      const first = this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]');
      first?.closest("details")?.setAttribute("open", "");
      first?.focus();
    });
  }

  static override styles = goalFormStyle;
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}
