/** How the list of sessions looks. */

import { css } from "lit";

export const sessionsStyle = css`
  .documents {
    display: flex;
    gap: 8px;
  }
  .filters {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));
    gap: 12px;
  }
  .list {
    /* As high as a full page from the beginning, so that nothing jumps. */
    min-block-size: calc(var(--rows) * 57px + 60px);
    display: flex;
    flex-direction: column;
    gap: 12px;
  }
  [role="row"] {
    display: grid;
    grid-template-columns: 1.3fr 1fr 1fr minmax(8rem, 1.1fr) 6rem;
    align-items: center;
    gap: 4px 16px;
    min-block-size: 56px;
    border-block-end: 1px solid var(--divider-color);
  }
  [role="row"].head {
    min-block-size: 32px;
    font-size: 0.8rem;
    color: var(--secondary-text-color);
  }
  [role="row"] > * {
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .when small,
  .value small {
    color: var(--secondary-text-color);
  }
  .when small {
    display: block;
  }
  .energy,
  .cost {
    font-variant-numeric: tabular-nums;
  }
  .cost,
  .head .energy,
  .value {
    text-align: end;
  }
  .value {
    display: block;
    margin-block-end: 4px;
  }
  .pages {
    justify-content: center;
  }
  @container (max-width: 480px) {
    .filters > :first-child {
      grid-column: 1 / -1;
    }
  }
  @container (max-width: 599px) {
    .head {
      position: absolute;
      clip-path: inset(50%);
      block-size: 1px;
      min-block-size: 0 !important;
      overflow: hidden;
    }
    [role="row"]:not(.head) {
      grid-template:
        "who energy" auto
        "when energy" auto
        "where cost" auto / 1fr minmax(7.5rem, auto);
      padding-block: 10px;
      gap: 2px 12px;
    }
    .when,
    .where {
      font-size: 0.85rem;
      color: var(--secondary-text-color);
    }
    .when small {
      display: inline;
      font-size: inherit;
    }
    .when small::before {
      content: "· ";
    }
    .when {
      grid-area: when;
    }
    .where {
      grid-area: where;
    }
    .who {
      grid-area: who;
      font-weight: 500;
    }
    .energy {
      grid-area: energy;
    }
    .cost {
      grid-area: cost;
    }
  }
`;
