/**
 * The slider of the current limit. It shows the confirmed value; while a finger or a key moves it,
 * the wanted one, which is told when it is let go.
 */

import { LitElement, type PropertyValues, css, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { amps } from "./format.ts";
import type { Locale } from "./ha.ts";
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

  static override styles = css`
    :host {
      display: block;
    }
    .head {
      display: flex;
      justify-content: space-between;
      align-items: baseline;
      gap: 8px;
      margin-block-end: 6px;
      color: var(--secondary-text-color);
      font-size: 0.875rem;
    }
    output {
      display: inline-flex;
      align-items: center;
      gap: 8px;
      color: var(--primary-text-color);
      font-size: 1rem;
      font-weight: 500;
      font-variant-numeric: tabular-nums;
    }
    .slider {
      position: relative;
      display: block;
      block-size: 44px;
      border-radius: 12px;
      overflow: hidden;
      background: color-mix(in srgb, var(--primary-color) 16%, transparent);
    }
    .fill {
      position: absolute;
      inset-block: 0;
      inset-inline-start: 0;
      inline-size: calc(20px + var(--share) * (100% - 20px));
      border-start-end-radius: 8px;
      border-end-end-radius: 8px;
      background: var(--primary-color);
    }
    .fill::after {
      content: "";
      position: absolute;
      inset-block: 12px;
      inset-inline-end: 8px;
      inline-size: 4px;
      border-radius: 2px;
      background: var(--card-background-color, #fff);
    }
    .unknown .fill {
      display: none;
    }
    input {
      position: absolute;
      inset: 0;
      inline-size: 100%;
      block-size: 100%;
      margin: 0;
      opacity: 0;
      cursor: pointer;
      touch-action: pan-y;
    }
    .slider:focus-within {
      outline: 2px solid var(--primary-color);
      outline-offset: 2px;
    }
    input:disabled {
      cursor: default;
    }
    .slider:has(input:disabled) {
      opacity: 0.5;
    }
    .spin {
      inline-size: 12px;
      block-size: 12px;
      border-radius: 50%;
      border: 2px solid var(--primary-color);
      border-block-start-color: transparent;
      animation: turn 0.8s linear infinite;
    }
    .compact {
      display: flex;
      flex-direction: row-reverse;
      align-items: center;
      gap: 12px;
    }
    .compact .head {
      margin: 0;
      min-inline-size: 3.2em;
      justify-content: flex-end;
    }
    .compact #label {
      display: none;
    }
    .compact .slider {
      flex: 1;
    }
    @keyframes turn {
      to {
        rotate: 360deg;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      .spin {
        animation-duration: 4s;
      }
    }
    @media (forced-colors: active) {
      .slider {
        border: 1px solid;
      }
      .fill {
        background: Highlight;
        forced-color-adjust: none;
      }
    }
  `;
}
