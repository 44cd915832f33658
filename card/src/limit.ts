/**
 * The slider of the current limit. It shows the confirmed value; while a finger or a key moves it,
 * the wanted one, which is told when it is let go.
 */

import { LitElement, type PropertyValues, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { amps } from "./format.ts";
import type { Locale } from "./ha.ts";
import { limitStyle } from "./limit-style.ts";
import type { Limit } from "./model.ts";

/** Presses of an arrow key in a row are one wish: it is told so long after the last one. */
export const REST_MS = 400;
/** So long after it was told the wanted value stays shown, for the state that confirms it. */
export const CONFIRM_MS = 2_000;

export class EvseOcppLimit extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  @property({ attribute: false }) limit!: Limit;
  @property({ attribute: false }) locale!: Locale;
  @property() label = "";
  @property({ type: Boolean }) disabled = false;
  @property({ type: Boolean }) compact = false;
  /** Tell the wallbox; resolved when it has been done, rejected when it was refused. */
  @property({ attribute: false }) send!: (value_a: number) => Promise<boolean>;

  @state() private wanted: number | null = null;
  @state() private telling = false;

  private timer?: ReturnType<typeof setTimeout>;

  protected override shouldUpdate(changed: PropertyValues<this>): boolean {
    if (changed.size > 1 || !changed.has("limit")) return true;
    const before = changed.get("limit") as Limit | undefined;
    return before === undefined || JSON.stringify(before) !== JSON.stringify(this.limit);
  }

  protected override willUpdate(): void {
    if (!this.telling && this.timer === undefined) return;
    if (!this.telling && this.wanted === this.limit.value_a) this.settle();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.settle();
  }

  override render() {
    const { min_a, max_a, step_a, value_a } = this.limit;
    const shown = this.wanted ?? value_a;
    const share = ((shown ?? min_a) - min_a) / (max_a - min_a);
    const text = amps(this.locale, shown);
    return html`
      <div class="row ${this.compact ? "compact" : ""}" aria-busy=${this.telling}>
        <span class="head">
          <span id="label">${this.label}</span>
          <output class=${this.wanted === null ? "" : "wanted"}>
            ${this.telling ? html`<i class="spin"></i>` : nothing}<bdi>${text}</bdi>
          </output>
        </span>
        <span
          class="slider ${shown === null ? "unknown" : ""}"
          style="--share:${Math.min(1, Math.max(0, share))}"
        >
          <span class="fill"></span>
          <input
            type="range"
            aria-label=${this.label}
            aria-valuetext=${text}
            min=${min_a}
            max=${max_a}
            step=${step_a}
            .value=${String(shown ?? min_a)}
            ?disabled=${this.disabled}
            @input=${this.moved}
            @change=${this.letGo}
          />
        </span>
      </div>
    `;
  }

  private moved = (event: Event) => {
    this.wanted = Number((event.target as HTMLInputElement).value);
    clearTimeout(this.timer);
    this.timer = undefined;
  };

  private letGo = () => {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.tell(), REST_MS);
  };

  private async tell(): Promise<void> {
    this.timer = undefined;
    const wanted = this.wanted;
    if (wanted === null || wanted === this.limit.value_a) {
      this.settle();
      return;
    }
    this.telling = true;
    const done = await this.send(wanted);
    this.telling = false;
    if (this.wanted !== wanted) return; // moved again meanwhile
    if (!done || this.limit.value_a === wanted) this.settle();
    else this.timer = setTimeout(() => this.settle(), CONFIRM_MS);
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wanted = null;
  }

  static override styles = limitStyle;
}
