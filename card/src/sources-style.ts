/** How the bar of sources looks, and what its colours are. */

import { css } from "lit";

export const sourceStyle = css`
  .sources {
    block-size: 6px;
    border-radius: 3px;
    background: var(--divider-color);
    overflow: hidden;
  }
  .sources .filled {
    display: flex;
    gap: 1px;
    block-size: 100%;
  }
  .sources span {
    flex-basis: 0;
    min-inline-size: 1px;
  }
  .sun {
    background: var(--energy-solar-color, #ff9800);
  }
  .battery {
    background: var(--energy-battery-out-color, #4db6ac);
  }
  .grid {
    background: var(--energy-grid-consumption-color, #488fc2);
  }
  .other {
    background: var(--primary-color);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.85em;
    color: var(--secondary-text-color);
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .dot {
    inline-size: 10px;
    block-size: 10px;
    border-radius: 50%;
  }
`;
