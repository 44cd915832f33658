/** How a plan looks. */

import { css } from "lit";

import { controls } from "./controls.ts";

export const planStyle = [
  controls,
  css`
    :host {
      display: grid;
      gap: 12px;
      container-type: inline-size;
    }
    .loading {
      min-block-size: 400px;
      border-radius: 12px;
      background: var(--quiet);
      animation: breathe 1.6s ease-in-out infinite alternate;
    }
    @keyframes breathe {
      to {
        opacity: 0.4;
      }
    }
    .head {
      display: flex;
      align-items: center;
      gap: 12px;
    }
    .head > div {
      flex: 1;
      min-inline-size: 0;
    }
    .lead {
      flex: none;
      inline-size: 40px;
      block-size: 40px;
      border-radius: 50%;
      display: grid;
      place-items: center;
      background: var(--tint);
      color: var(--primary-text-color);
      --mdc-icon-size: 22px;
    }
    h2 {
      margin: 0;
      font-size: 16px;
      font-weight: 500;
    }
    p {
      margin: 0;
    }
    .head p {
      color: var(--secondary-text-color);
      overflow-wrap: anywhere;
    }
    .add {
      flex: none;
      padding-inline: 12px 16px;
      --mdc-icon-size: 20px;
    }
    .note p {
      margin-block-start: 8px;
    }
    .note.act {
      align-items: center;
    }
    .note.act button {
      flex: none;
    }
    ul {
      list-style: none;
      margin: 0;
      padding: 0;
      border-block-start: 1px solid var(--line);
    }
    li {
      display: flex;
      align-items: center;
      min-block-size: 56px;
      border-block-end: 1px solid var(--line);
    }
    li > div {
      flex: 1;
      min-inline-size: 0;
    }
    li strong {
      display: block;
      font-weight: 500;
    }
    li:last-child {
      border-block-end: 0;
    }
    li.first strong::after {
      content: "";
      display: inline-block;
      margin-inline-start: 8px;
      inline-size: 8px;
      block-size: 8px;
      border-radius: 50%;
      background: var(--primary-color);
    }
    li.off strong {
      color: var(--secondary-text-color);
      font-weight: 400;
    }
    small {
      font-size: 13px;
      color: var(--secondary-text-color);
    }
    .use {
      position: relative;
      min-inline-size: 52px;
      min-block-size: 44px;
      display: grid;
      place-items: center;
      cursor: pointer;
    }
    .use span {
      inline-size: 40px;
      block-size: 22px;
      border-radius: 11px;
      background: rgba(var(--rgb-primary-text-color, 33, 33, 33), 0.28);
      transition: background 0.2s;
    }
    .use span::after {
      content: "";
      display: block;
      margin: 3px;
      inline-size: 16px;
      block-size: 16px;
      border-radius: 50%;
      background: var(--card-background-color, #fff);
      transition: margin 0.2s;
    }
    .use input:checked + span {
      background: var(--primary-color);
    }
    .use input:checked + span::after {
      margin-inline-start: 21px;
    }
    .undo {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: 12px;
      padding-inline: 16px 4px;
      border-radius: 12px;
      background: var(--quiet);
      overflow-wrap: anywhere;
    }
    .undo:not(:has(button)) {
      display: none;
    }
    .undo button {
      background: none;
    }
    .sides {
      display: grid;
      gap: 12px 24px;
      align-items: start;
    }
    .sides > * {
      min-inline-size: 0;
    }
    @container (min-width: 760px) {
      .sides {
        grid-template-columns: 3fr 2fr;
      }
      ul {
        border-block-start: 0;
      }
    }
    @container (max-width: 380px) {
      .head {
        flex-wrap: wrap;
      }
      .add {
        flex: 1 1 100%;
      }
      .note.act {
        flex-wrap: wrap;
      }
      .note.act button {
        flex: 1 1 100%;
      }
    }
  `,
];
