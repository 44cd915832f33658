/** How the phases of a house look. */

import { css } from "lit";

export const phasesStyle = css`
  :host {
    display: grid;
    gap: 12px;
    --house: rgba(var(--rgb-primary-text-color, 33, 33, 33), 0.38);
    --cars: var(--primary-color, #009ac7);
    --export: var(--energy-solar-color, #ff9800);
  }
  .loading {
    min-block-size: 182px;
    border-radius: 12px;
    background: var(--quiet);
  }
  .bars {
    display: grid;
    gap: 12px;
  }
  .phase {
    display: grid;
    grid-template-columns: auto 1fr auto;
    grid-template-areas:
      "name told value"
      "track track track";
    align-items: baseline;
    column-gap: 10px;
    row-gap: 4px;
  }
  .name {
    grid-area: name;
    font-weight: 500;
  }
  .value {
    grid-area: value;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .value strong {
    font-size: 18px;
    font-weight: 500;
  }
  small {
    font-size: 13px;
    color: var(--secondary-text-color);
  }
  .told {
    grid-area: told;
    min-inline-size: 0;
    font-size: 12px;
    color: var(--secondary-text-color);
    --mdc-icon-size: 14px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .track {
    grid-area: track;
    position: relative;
    block-size: 14px;
    border-radius: 7px;
    background: var(--quiet);
  }
  .track i {
    position: absolute;
    top: 0;
    bottom: 0;
    transition:
      width 0.6s ease,
      left 0.6s ease,
      right 0.6s ease;
  }
  .track .house {
    border-radius: 7px 2px 2px 7px;
  }
  .track .cars {
    border-radius: 2px 7px 7px 2px;
  }
  .track .export {
    border-radius: 7px 2px 2px 7px;
  }
  .track .alone {
    border-radius: 7px;
  }
  .house {
    background: var(--house);
  }
  .cars {
    background: var(--cars);
  }
  .export {
    background: var(--export);
  }
  .track .zero {
    width: 2px;
    margin-left: -1px;
    top: -3px;
    bottom: -3px;
    background: var(--secondary-text-color);
  }
  .track .fuse {
    width: 3px;
    margin-left: -1.5px;
    top: -4px;
    bottom: -4px;
    border-radius: 2px;
    background: var(--primary-text-color);
  }
  .nearly ha-icon {
    color: var(--warning-color, #ffa600);
  }
  .over ha-icon {
    color: var(--error-color, #db4437);
  }
  .over .told {
    color: var(--primary-text-color);
    font-weight: 500;
  }
  .over .house,
  .over .cars {
    background-color: var(--error-color, #db4437);
  }
  .over .cars {
    opacity: 0.7;
  }
  .silent .track {
    background: repeating-linear-gradient(
      -45deg,
      var(--quiet) 0 6px,
      rgba(var(--rgb-primary-text-color, 33, 33, 33), 0.12) 6px 12px
    );
  }
  .legend,
  .facts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 14px;
  }
  p {
    margin: 0;
  }
  p,
  .legend {
    font-size: 12px;
    color: var(--secondary-text-color);
  }
  .legend > span:not(.facts) {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .legend i {
    inline-size: 10px;
    block-size: 10px;
    border-radius: 3px;
  }
  .facts {
    margin-inline-start: auto;
  }
  .facts strong {
    color: var(--primary-text-color);
    font-weight: 500;
  }
`;
