/** How the parts look that are pressed, and the compact card. */

import { css } from "lit";

export const controls = css`
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
`;

export const compact = css`
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
`;
