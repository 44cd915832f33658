/** How the slider of the limit looks. */

import { css } from "lit";

export const limitStyle = css`
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
