/** How own controls look: buttons, choices and fields in Home Assistant's colours, readable in any theme. */

import { css } from "lit";

import { hidden } from "./hidden.ts";

/**
 * Words are always in the text's colour: many themes' accent and error colours are too light for
 * letters. Colour is in grounds, borders and signs.
 */
export const controls = css`
  :host {
    --line: var(--divider-color, rgba(0, 0, 0, 0.12));
    --tint: rgba(var(--rgb-primary-color, 0, 154, 199), 0.16);
    --quiet: rgba(var(--rgb-primary-text-color, 33, 33, 33), 0.06);
    display: block;
    color: var(--primary-text-color);
    font-size: 14px;
    line-height: 1.4;
  }
  * {
    box-sizing: border-box;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    min-block-size: 44px;
    min-inline-size: 44px;
    padding-inline: 16px;
    border: 0;
    border-radius: 22px;
    background: var(--quiet);
    cursor: pointer;
    font-weight: 500;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    transition: background 0.15s;
  }
  button.main {
    background: var(--tint);
    box-shadow: inset 0 0 0 1.5px var(--primary-color);
  }
  button.sign {
    padding: 0;
    background: none;
    --mdc-icon-size: 20px;
    color: var(--secondary-text-color);
  }
  button:hover {
    background: var(--tint);
  }
  button:disabled {
    opacity: 0.5;
    cursor: default;
  }
  :focus-visible,
  input:focus-visible + span {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  ${hidden}
  .note {
    display: flex;
    gap: 12px;
    align-items: flex-start;
    padding: 12px;
    border-radius: 12px;
    background: var(--quiet);
    --mdc-icon-size: 20px;
  }
  .note > ha-icon {
    flex: none;
    color: var(--secondary-text-color);
  }
  .note > div {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .note.warns {
    background: rgba(var(--rgb-warning-color, 255, 166, 0), 0.16);
  }
  .note.warns > ha-icon {
    color: var(--warning-color, #ffa600);
  }
  .note.fails {
    background: rgba(var(--rgb-error-color, 219, 68, 55), 0.14);
  }
  .note.fails > ha-icon {
    color: var(--error-color, #db4437);
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`;
