/** How the parts look that tell something: ring, session, and why. */

import { css } from "lit";

export const telling = css`
  .dial {
    position: relative;
    inline-size: min(100%, 248px);
    margin: -8px auto -22px;
  }
  .ring {
    position: relative;
    display: grid;
    inline-size: 100%;
    aspect-ratio: 1;
    padding: 0;
    place-items: center;
    border-radius: 50%;
  }
  .ring:disabled {
    cursor: default;
  }
  .arc {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    fill: none;
    stroke-linecap: round;
  }
  .track,
  .value {
    stroke-width: 14;
  }
  .track {
    stroke: color-mix(in srgb, var(--primary-text-color) 10%, transparent);
  }
  .value {
    stroke: var(--of-state);
    transition: stroke-dasharray 0.6s ease;
  }
  .mark {
    stroke: var(--primary-text-color);
    stroke-width: 4;
  }
  .mark-gap {
    stroke: var(--ha-card-background, var(--card-background-color, #fff));
    stroke-width: 10;
    stroke-linecap: butt;
  }
  .inner {
    position: relative;
    display: grid;
    max-inline-size: 66%;
    justify-items: center;
    gap: 2px;
    text-align: center;
  }
  .state {
    --mdc-icon-size: 28px;
    color: var(--of-state);
  }
  .charging .state {
    animation: breathe 2.4s ease-in-out infinite;
  }
  .big {
    font-size: 2.5rem;
    font-weight: 400;
    line-height: 1.15;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .big small {
    margin-inline-start: -4px;
    color: var(--secondary-text-color);
    font-size: 1rem;
  }
  .word {
    font-size: 1.25rem;
    line-height: 1.3;
    overflow-wrap: anywhere;
  }
  .detail {
    display: block;
    min-block-size: 1.4em;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
    line-height: 1.4;
  }
  .ends {
    position: absolute;
    inset-inline: 19%;
    inset-block-end: 3%;
    display: flex;
    justify-content: space-between;
    color: var(--secondary-text-color);
    font-size: 0.75rem;
    direction: ltr;
  }

  .session .title {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    min-block-size: 24px;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
    line-height: 24px;
  }
  .chip bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  dl {
    display: grid;
    grid-auto-columns: minmax(0, 1fr);
    grid-auto-flow: column;
    margin-block-start: 4px;
    border-radius: 12px;
    background: var(--tint);
  }
  dl div {
    display: grid;
    min-inline-size: 0;
    padding: 10px 8px;
    justify-items: center;
  }
  dl div + div {
    border-inline-start: 1px solid var(--ha-card-background, var(--card-background-color, #fff));
  }
  dd {
    max-inline-size: 100%;
    overflow: hidden;
    font-size: 1.0625rem;
    font-weight: 500;
    font-variant-numeric: tabular-nums;
    line-height: 1.4;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  dd small {
    color: var(--secondary-text-color);
    font-size: 0.75rem;
    font-weight: 400;
  }
  dt {
    order: 2;
    color: var(--secondary-text-color);
    font-size: 0.75rem;
  }
  .sources {
    margin-block-start: 12px;
  }
  .bar {
    display: flex;
    gap: 2px;
    block-size: 8px;
    overflow: hidden;
    border-radius: 4px;
    background: color-mix(in srgb, var(--primary-text-color) 10%, transparent);
  }
  .bar i {
    flex: 0 1 0;
    min-inline-size: 3px;
  }
  i.sun {
    background: var(--sun);
  }
  i.battery {
    background: var(--battery);
  }
  i.grid {
    background: var(--grid);
  }
  .sources ul {
    display: flex;
    flex-wrap: wrap;
    gap: 0 16px;
    min-block-size: 24px;
    margin-block-start: 6px;
    color: var(--secondary-text-color);
    font-size: 0.8125rem;
    line-height: 24px;
    list-style: none;
    font-variant-numeric: tabular-nums;
  }
  .sources li {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    --mdc-icon-size: 16px;
  }
  .sources li.sun ha-icon {
    color: var(--sun);
  }
  .sources li.battery ha-icon {
    color: var(--battery);
  }
  .sources li.grid ha-icon {
    color: var(--grid);
  }

  .why {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 4.2em;
    padding: 12px;
    border-radius: 12px;
    background: color-mix(in srgb, var(--of-state) 10%, transparent);
    line-height: 1.4;
    box-sizing: border-box;
  }
  .why ha-icon {
    flex: none;
    color: var(--of-state);
  }
  .why .then {
    margin-block-start: 2px;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
  }
`;
