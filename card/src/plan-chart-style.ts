/** How the chart of a plan looks. */

import { css } from "lit";

import { controls } from "./controls.ts";

export const planChartStyle = [
  controls,
  css`
    :host {
      --price: var(--secondary-text-color, #727272);
      --charging: var(--primary-color, #009ac7);
      --sun-color: var(--energy-solar-color, #ff9800);
      font-size: 12px;
    }
    .top {
      display: flex;
      align-items: center;
      block-size: 28px;
    }
    .top button {
      flex: none;
      margin-inline-end: -12px;
    }
    .read {
      flex: 1;
      min-inline-size: 0;
      display: flex;
      align-items: center;
      gap: 10px;
      color: var(--secondary-text-color);
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
      overflow: hidden;
    }
    .read strong {
      color: var(--primary-text-color);
      font-weight: 500;
    }
    .read span {
      display: inline-flex;
      align-items: center;
      gap: 4px;
    }
    .plot {
      position: relative;
      padding-left: 36px;
      padding-top: 10px;
    }
    .level {
      position: absolute;
      left: -36px;
      inline-size: 30px;
      text-align: right;
      line-height: 1;
      font-size: 11px;
      color: var(--secondary-text-color);
      font-variant-numeric: tabular-nums;
      transform: translateY(-50%);
    }
    .field {
      position: relative;
      block-size: 150px;
      cursor: crosshair;
      touch-action: pan-y;
      border-radius: 4px;
    }
    svg {
      position: absolute;
      inset: 0;
      inline-size: 100%;
      block-size: 100%;
      display: block;
      overflow: visible;
    }
    path,
    line {
      vector-effect: non-scaling-stroke;
      fill: none;
    }
    .grid {
      stroke: var(--line);
      stroke-width: 1;
    }
    .zero {
      stroke: var(--price);
      stroke-width: 1;
      opacity: 0.6;
    }
    .price-area {
      fill: var(--price);
      fill-opacity: 0.16;
    }
    .price-edge {
      stroke: var(--price);
      stroke-width: 1.5;
      stroke-linejoin: round;
      opacity: 0.75;
    }
    .planned {
      fill: var(--charging);
      fill-opacity: 0.85;
    }
    .sun-area {
      fill: var(--sun-color);
      fill-opacity: 0.14;
    }
    .sun-edge {
      stroke: var(--sun-color);
      stroke-width: 1.5;
      stroke-linejoin: round;
    }
    .looked {
      fill: var(--primary-text-color);
      fill-opacity: 0.14;
    }
    .now,
    .due {
      position: absolute;
      top: 0;
      bottom: -22px;
      border-left: 1.5px solid var(--primary-text-color);
      pointer-events: none;
    }
    .now::before {
      content: "";
      position: absolute;
      top: -4px;
      left: -5px;
      inline-size: 8px;
      block-size: 8px;
      border-radius: 50%;
      background: var(--primary-text-color);
    }
    .due {
      border-left: 2px dashed var(--warning-color, #ffa600);
    }
    .due strong {
      position: absolute;
      top: -6px;
      left: 4px;
      white-space: nowrap;
      font-weight: 500;
      font-size: 11px;
      line-height: 18px;
      padding-inline: 6px;
      border-radius: 9px;
      background: var(--card-background-color, #fff);
      box-shadow: inset 0 0 0 1px var(--warning-color, #ffa600);
    }
    .due.left strong {
      left: auto;
      right: 6px;
    }
    .strip {
      position: relative;
      block-size: 8px;
      margin-top: 8px;
      border-radius: 4px;
      background: var(--quiet);
      overflow: hidden;
    }
    .strip i {
      position: absolute;
      top: 0;
      bottom: 0;
      background: linear-gradient(to top, var(--sun-color) var(--sun), var(--charging) var(--sun));
    }
    .hours {
      position: relative;
      block-size: 22px;
      font-size: 11px;
      color: var(--secondary-text-color);
      font-variant-numeric: tabular-nums;
    }
    .hours span {
      position: absolute;
      top: 5px;
      transform: translateX(-50%);
      white-space: nowrap;
    }
    .hours .day {
      color: var(--primary-text-color);
      font-weight: 500;
    }
    .legend {
      margin-block-start: 4px;
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      column-gap: 14px;
      color: var(--secondary-text-color);
    }
    .legend span {
      display: inline-flex;
      align-items: center;
      gap: 6px;
    }
    i.price,
    i.charging,
    i.sun {
      inline-size: 10px;
      block-size: 10px;
      border-radius: 3px;
      background: var(--price);
    }
    i.price {
      opacity: 0.55;
    }
    i.charging {
      background: var(--charging);
    }
    i.sun {
      background: var(--sun-color);
    }
    .scroll {
      max-block-size: 260px;
      overflow: auto;
      border-radius: 8px;
    }
    table {
      inline-size: 100%;
      border-collapse: collapse;
      font-variant-numeric: tabular-nums;
    }
    th,
    td {
      padding: 6px 8px;
      text-align: end;
      font-weight: 400;
      white-space: nowrap;
      border-block-end: 1px solid var(--line);
    }
    th:first-child {
      text-align: start;
    }
    thead th {
      position: sticky;
      inset-block-start: 0;
      background: var(--card-background-color, #fff);
      color: var(--secondary-text-color);
    }
    .on th,
    .on td {
      background: var(--tint);
      font-weight: 500;
    }
  `,
];
