/** How the list of faults looks. */

import { css } from "lit";

export const faultsStyle = css`
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .line {
    display: flex;
    align-items: center;
    justify-content: start;
    gap: 16px;
    inline-size: 100%;
    min-block-size: 60px;
    padding: 4px 8px;
    text-align: start;
    box-sizing: border-box;
  }
  button.line {
    border: 0;
    background: none;
    opacity: 1;
  }
  .line .error {
    color: var(--error-color);
    background: none;
    padding: 0;
  }
  .line .warning {
    color: var(--warning-color);
  }
  .line .ok {
    color: var(--success-color);
  }
  .line ha-icon {
    flex: none;
    --mdc-icon-size: 26px;
  }
  .words {
    display: grid;
    min-inline-size: 0;
    font-size: 1rem;
    line-height: 1.35;
    overflow-wrap: anywhere;
  }
`;
