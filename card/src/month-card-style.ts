/** How a month looks. */

import { css } from "lit";

export const monthStyle = css`
  .chooser {
    flex-wrap: nowrap;
    align-items: end;
  }
  .chooser label {
    flex: 1;
    max-inline-size: 20rem;
  }
  .chooser select {
    font-size: 1.1rem;
    font-weight: 500;
  }
  .lists {
    min-block-size: 420px;
  }
  section + section {
    margin-block-start: 20px;
  }
  ul:not(.legend) {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    display: flex;
    align-items: center;
    gap: 12px;
    padding-block: 10px;
    border-block-end: 1px solid var(--divider-color);
  }
  .face {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    border-radius: 50%;
    object-fit: cover;
    color: var(--primary-color);
    background: color-mix(in srgb, var(--primary-color) 14%, transparent);
  }
  .sum {
    flex: 1;
    min-inline-size: 0;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 5px;
  }
  .names {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  .names > :first-child {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .documents {
    display: inline-flex;
    gap: 4px;
  }
  .documents button {
    padding: 0 8px;
    font-size: 0.75rem;
    min-inline-size: 44px;
  }
  .all + .hint {
    margin-block-start: 10px;
  }
  .links {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-block-start: 8px;
  }
  .all {
    padding-block-start: 10px;
  }
  @container (max-width: 420px) {
    li {
      flex-wrap: wrap;
    }
    li .documents {
      inline-size: 100%;
      justify-content: end;
    }
    li .documents:empty {
      display: none;
    }
  }
`;
