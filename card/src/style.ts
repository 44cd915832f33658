/** How the card looks: Home Assistant's colours, and places that do not move while it loads. */

import { css } from "lit";

export const styles = css`
  :host {
    --of-state: var(--secondary-text-color);
    --tint: color-mix(in srgb, var(--primary-text-color) 5%, transparent);
    --sun: var(--energy-solar-color, #ff9800);
    --battery: var(--energy-battery-out-color, #4db6ac);
    --grid: var(--energy-grid-consumption-color, #488fc2);
    display: block;
  }
  ha-card {
    container-type: inline-size;
    overflow: hidden;
    color: var(--primary-text-color);
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

  .session header {
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

  .modes {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    padding: 4px;
    border-radius: 14px;
    background: var(--tint);
  }
  .modes button {
    display: grid;
    flex: 1 1 calc(100% / var(--columns) - 4px);
    box-sizing: border-box;
    min-block-size: 60px;
    padding: 6px 4px;
    place-content: center;
    justify-items: center;
    gap: 2px;
    border-radius: 10px;
    color: var(--secondary-text-color);
    font-size: 0.8125rem;
    line-height: 1.25;
    overflow-wrap: anywhere;
    transition: background-color 0.18s ease;
  }
  .modes button:hover {
    background: var(--tint);
  }
  .modes button[aria-checked="true"] {
    background: color-mix(
      in srgb,
      var(--primary-color) 16%,
      var(--ha-card-background, var(--card-background-color, #fff))
    );
    box-shadow: 0 1px 3px rgb(0 0 0 / 16%);
    color: var(--primary-text-color);
    font-weight: 500;
  }
  .modes button[aria-checked="true"] ha-icon {
    color: var(--primary-color);
  }
  .modes .busy ha-icon {
    animation: breathe 1s ease-in-out infinite;
  }
  .modes.icons {
    gap: 0;
    padding: 2px;
  }
  .modes.icons button {
    flex: 1 1 44px;
    min-block-size: 44px;
    padding: 0;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .action,
  .ways button,
  .ways a {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-block-size: 44px;
    min-inline-size: 44px;
    padding: 0 16px;
    border-radius: 22px;
    background: color-mix(in srgb, var(--primary-color) 14%, transparent);
    color: var(--primary-text-color);
    font-size: 0.875rem;
    font-weight: 500;
    text-decoration: none;
    box-sizing: border-box;
  }
  .actions .action {
    flex: 1;
  }
  .action ha-icon {
    --mdc-icon-size: 20px;
    color: var(--primary-color);
  }
  .action.on {
    background: color-mix(in srgb, var(--warning-color, #ffa600) 24%, transparent);
  }
  .action.on ha-icon {
    color: inherit;
  }
  .action[aria-busy="true"] ha-icon {
    animation: breathe 1s ease-in-out infinite;
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
    color: var(--error-color);
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

  .compact {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 10px;
    padding: 10px 12px;
  }
  .line {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 52px;
  }
  .ring.small {
    flex: none;
    inline-size: 52px;
  }
  .small .track,
  .small .value {
    stroke-width: 20;
  }
  .small .mark-gap {
    display: none;
  }
  .small .mark {
    stroke-width: 8;
  }
  .small .state {
    --mdc-icon-size: 22px;
  }
  .names {
    flex: 1;
    min-inline-size: 0;
  }
  .names h2 {
    font-size: 1rem;
  }
  .names p {
    overflow: hidden;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
    line-height: 1.4;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .line .action {
    padding: 0;
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
