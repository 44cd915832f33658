/** How the form of a goal looks. */

import { css } from "lit";

import { controls } from "./controls.ts";

export const goalFormStyle = [
  controls,
  css`
    form {
      display: grid;
      gap: 16px;
      padding: 16px;
      border-radius: 16px;
      border: 1px solid var(--line);
    }
    h3 {
      margin: 0;
      font-size: 16px;
      font-weight: 500;
    }
    h3:focus-visible {
      outline: none;
    }
    fieldset {
      border: 0;
      margin: 0;
      padding: 0;
      min-inline-size: 0;
      display: grid;
      gap: 8px;
    }
    legend {
      padding: 0;
      margin-block-end: 8px;
      color: var(--secondary-text-color);
    }
    .choice {
      display: flex;
      border-radius: 12px;
      background: var(--quiet);
    }
    .choice label {
      flex: 1 1 0;
      min-inline-size: 0;
      position: relative;
      cursor: pointer;
    }
    .choice span {
      min-block-size: 44px;
      padding-inline: 6px;
      display: flex;
      align-items: center;
      justify-content: center;
      text-align: center;
      border-radius: 12px;
      line-height: 1.2;
      font-size: 13px;
    }
    .choice input:checked + span {
      background: var(--tint);
      box-shadow: inset 0 0 0 1.5px var(--primary-color);
      font-weight: 500;
    }
    .amount {
      display: flex;
      align-items: center;
      justify-content: center;
      gap: 12px;
    }
    .turn {
      padding: 0;
      inline-size: 44px;
      --mdc-icon-size: 22px;
    }
    .number {
      display: flex;
      align-items: baseline;
      gap: 6px;
      border-block-end: 2px solid var(--line);
    }
    .number:focus-within {
      border-color: var(--primary-color);
    }
    .big {
      inline-size: 4.2ch;
      min-block-size: 52px;
      padding: 0;
      border: 0;
      background: none;
      outline: none;
      text-align: end;
      font-size: 34px;
      font-weight: 300;
      font-variant-numeric: tabular-nums;
    }
    .sign {
      min-inline-size: 3ch;
      color: var(--secondary-text-color);
      font-size: 16px;
    }
    .usual {
      display: grid;
      grid-auto-flow: column;
      grid-auto-columns: 1fr;
      gap: 8px;
    }
    .usual button {
      padding-inline: 4px;
      font-weight: 400;
    }
    .row {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: 12px;
      min-block-size: 48px;
    }
    .row small {
      display: block;
      color: var(--secondary-text-color);
      font-size: 12px;
    }
    .row > input,
    .row > select {
      flex: none;
      min-block-size: 44px;
      inline-size: 150px;
      padding-inline: 12px;
      border: 1px solid var(--line);
      border-radius: 12px;
      background: var(--card-background-color, #fff);
    }
    details .row {
      padding-block: 4px;
    }
    details .row > input,
    details .row > select {
      inline-size: 96px;
    }
    .row > [aria-invalid="true"] {
      border-color: var(--error-color, #db4437);
    }
    .days {
      display: grid;
      grid-template-columns: repeat(7, 1fr);
    }
    .days label {
      position: relative;
      min-block-size: 44px;
      display: grid;
      place-items: center;
      cursor: pointer;
    }
    .days span {
      inline-size: 38px;
      block-size: 38px;
      border-radius: 50%;
      display: grid;
      place-items: center;
      background: var(--quiet);
    }
    .days input:checked + span {
      background: var(--tint);
      box-shadow: inset 0 0 0 1.5px var(--primary-color);
      font-weight: 500;
    }
    .help {
      margin: 0;
      font-size: 12px;
      color: var(--secondary-text-color);
    }
    .wrong {
      margin: 0;
      display: flex;
      gap: 6px;
      align-items: center;
      --mdc-icon-size: 18px;
    }
    .wrong:empty {
      display: none;
    }
    /* Told when the field is left: the button that is being pressed then must stay where it is. */
    #amount-wrong,
    #precondition-wrong {
      display: flex;
      min-block-size: 20px;
    }
    .wrong ha-icon {
      color: var(--error-color, #db4437);
      flex: none;
    }
    summary {
      min-block-size: 44px;
      display: list-item;
      align-content: center;
      cursor: pointer;
      color: var(--secondary-text-color);
    }
    .ends {
      display: flex;
      justify-content: end;
      gap: 8px;
    }
    .ends button {
      padding-inline: 24px;
    }
  `,
];
