/** How the bars of energy look. */

import { css } from "lit";

export const energyStyle = css`
  .grains {
    display: inline-flex;
    padding: 2px;
    border-radius: 14px;
    background: color-mix(in srgb, var(--primary-text-color) 8%, transparent);
  }
  .grains button {
    border: 0;
    background: none;
    min-block-size: 44px;
  }
  .grains [aria-checked="true"] {
    background: var(--card-background-color);
    box-shadow: 0 1px 3px rgb(0 0 0 / 25%);
  }
  .chart {
    display: flex;
    gap: 8px;
    block-size: 220px;
  }
  .axis {
    position: relative;
    inline-size: 2.4rem;
    margin-block: 8px 24px;
    font-size: 0.75rem;
    color: var(--secondary-text-color);
    font-variant-numeric: tabular-nums;
  }
  .axis span {
    position: absolute;
    inset-inline-end: 0;
    transform: translateY(50%);
  }
  .bars {
    flex: 1;
    min-inline-size: 0;
    position: relative;
    display: flex;
    margin-block: 8px 24px;
    border-radius: 4px;
  }
  .bars i {
    position: absolute;
    inset-inline: 0;
    border-block-end: 1px solid var(--divider-color);
  }
  .slot {
    position: relative;
    flex: 1 1 0;
    min-inline-size: 0;
  }
  .slot.chosen {
    background: color-mix(in srgb, var(--primary-text-color) 8%, transparent);
  }
  .bar {
    position: relative;
    block-size: 100%;
    margin-inline: clamp(1px, 16%, 10px);
    display: flex;
    flex-direction: column-reverse;
    gap: 1px;
  }
  .bar span:last-child {
    border-start-start-radius: 4px;
    border-start-end-radius: 4px;
  }
  .name {
    position: absolute;
    inset-block-start: calc(100% + 4px);
    inset-inline-start: 50%;
    transform: translateX(-50%);
    font-size: 0.75rem;
    white-space: nowrap;
    color: var(--secondary-text-color);
  }
  :host(:dir(rtl)) .name {
    transform: translateX(50%);
  }
  .foot {
    min-block-size: 92px;
  }
  .told:not(:has(.legend)) {
    color: var(--secondary-text-color);
  }
  .told {
    margin: 0;
    min-block-size: 2.8em;
    font-size: 0.9rem;
    line-height: 1.4;
  }
  summary {
    cursor: pointer;
    min-block-size: 44px;
    display: flex;
    align-items: center;
    font-size: 0.85rem;
    color: var(--secondary-text-color);
  }
  table {
    inline-size: 100%;
    border-collapse: collapse;
    font-size: 0.85rem;
    font-variant-numeric: tabular-nums;
  }
  th {
    white-space: nowrap;
  }
  th,
  td {
    padding: 6px 4px;
    text-align: start;
    font-weight: 400;
    border-block-start: 1px solid var(--divider-color);
  }
  @container (max-width: 420px) {
    .slot:nth-child(even of .slot) .name {
      display: none;
    }
  }
`;
