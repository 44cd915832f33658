/** How the card looks: Home Assistant's colours, and places that do not move while it loads. */

import { css } from "lit";

import { compact, controls } from "./style-controls.ts";
import { telling } from "./style-telling.ts";

const frame = css`
  :host {
    --of-state: var(--secondary-text-color);
    --tint: color-mix(in srgb, var(--primary-text-color) 5%, transparent);
    /* The secondary colour is for text on the card itself: on a tint it is too pale in 2025. */
    --on-tint: color-mix(in srgb, var(--secondary-text-color) 80%, var(--primary-text-color));
    --sun: var(--energy-solar-color, #ff9800);
    --battery: var(--energy-battery-out-color, #4db6ac);
    --grid: var(--energy-grid-consumption-color, #488fc2);
    display: block;
  }
  ha-card {
    container-type: inline-size;
    overflow: hidden;
    color: var(--primary-text-color);
    --secondary-text-color: var(--on-tint);
  }
  .charging {
    --of-state: var(--success-color, #43a047);
  }
  .ready {
    --of-state: var(--primary-color);
  }
  .waiting {
    --of-state: var(--warning-color, #ffa600);
  }
  .fault {
    --of-state: var(--error-color, #db4437);
  }
  h2,
  p,
  dl,
  dd,
  ul {
    margin: 0;
    padding: 0;
  }
  h2 {
    overflow: hidden;
    font-size: 1.125rem;
    font-weight: 500;
    line-height: 1.3;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  button {
    font: inherit;
    color: inherit;
    border: 0;
    background: none;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  button:focus-visible,
  a:focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  button[aria-busy="true"] {
    cursor: progress;
  }

  .full {
    display: flex;
    flex-direction: column;
    gap: 16px;
    padding: 16px;
  }
  .columns,
  .column {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 16px;
    align-content: start;
    min-inline-size: 0;
  }
  .hints:empty {
    display: none;
  }
  .hints,
  .bare {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
  }
  .bare {
    padding: 16px;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 8px;
    min-block-size: 32px;
  }
  .head h2 {
    flex: 1;
  }
  .chip {
    display: inline-flex;
    flex: none;
    align-items: center;
    gap: 6px;
    max-inline-size: 45%;
    padding-block: 4px;
    padding-inline: 8px 12px;
    border-radius: 16px;
    background: var(--tint);
    font-size: 0.875rem;
    line-height: 24px;
    box-sizing: border-box;
    --mdc-icon-size: 18px;
  }

  .hint {
    --level: var(--info-color, #039be5);
    display: flex;
    gap: 12px;
    padding: 12px;
    border-radius: 12px;
    background: color-mix(in srgb, var(--level) 12%, transparent);
    line-height: 1.4;
    overflow-wrap: anywhere;
  }
  .hint.warning {
    --level: var(--warning-color, #ffa600);
  }
  .hint.error {
    --level: var(--error-color, #db4437);
  }
  .hint > ha-icon {
    flex: none;
    color: var(--level);
  }
  .hint > div {
    min-inline-size: 0;
  }
  .hint strong {
    font-weight: 500;
  }
  .hint p,
  .hint ul {
    margin-block-start: 4px;
    font-size: 0.875rem;
  }
  .hint ul {
    padding-inline-start: 18px;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-block-start: 8px;
  }

  .phases {
    padding-block-start: 16px;
    border-block-start: 1px solid var(--divider-color);
  }
  .phases.loading {
    min-block-size: 203px; /* three phases and two lines of words */
  }
  .plan {
    margin-block-end: -8px;
    border-block-start: 1px solid var(--divider-color);
  }
  .fold {
    display: flex;
    align-items: center;
    gap: 12px;
    inline-size: 100%;
    min-block-size: 52px;
    margin-block-start: 4px;
    padding: 0;
    border-radius: 8px;
    text-align: start;
  }
  .fold ha-icon {
    flex: none;
    color: var(--secondary-text-color);
  }
  .fold .title {
    font-weight: 500;
  }
  .fold .summary {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
    text-align: end;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .fold .missed {
    /* The error's own colour is for shapes: as text it is too pale, in the light and in the dark. */
    color: color-mix(in srgb, var(--error-color, #db4437) 65%, var(--primary-text-color));
  }
  .chevron {
    transition: rotate 0.2s ease;
  }
  .fold[aria-expanded="true"] .chevron {
    rotate: 180deg;
  }
  #plan:not([hidden]) {
    padding-block: 4px 12px;
  }

  @container (min-width: 620px) {
    .full .columns {
      grid-template-columns: minmax(260px, 5fr) minmax(300px, 7fr);
      gap: 24px;
    }
  }
  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
  @media (forced-colors: active) {
    .modes button[aria-checked="true"] {
      outline: 2px solid Highlight;
    }
    .value,
    .bar i {
      forced-color-adjust: none;
    }
  }
`;

export const styles = [frame, telling, controls, compact];
