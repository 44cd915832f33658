/** What the dashboard's cards look alike in: heads, figures, choices, buttons. */

import { css, html, nothing, type TemplateResult } from "lit";

import { hidden } from "./hidden.ts";

export const boardStyle = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  ha-card {
    display: flex;
    flex-direction: column;
    gap: 16px;
    padding: 16px;
    color: var(--primary-text-color);
    block-size: 100%;
    box-sizing: border-box;
  }
  h2 {
    margin: 0;
    font-size: 1.25rem;
    font-weight: 500;
    line-height: 1.3;
  }
  h3,
  .small {
    margin: 0;
    font-size: 0.85rem;
    font-weight: 500;
    color: var(--secondary-text-color);
  }
  .top,
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 8px 12px;
  }
  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr));
    gap: 12px;
    margin: 0;
  }
  .figures div {
    display: flex;
    flex-direction: column-reverse;
    min-inline-size: 0;
  }
  .figures dt {
    font-size: 0.8rem;
    color: var(--secondary-text-color);
  }
  .figures dd {
    margin: 0;
    font-size: 1.5rem;
    line-height: 1.3;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
    font-variant-numeric: tabular-nums;
  }
  .figures small {
    font-size: 0.9rem;
    color: var(--secondary-text-color);
  }
  label {
    display: flex;
    flex-direction: column;
    gap: 2px;
    font-size: 0.75rem;
    color: var(--secondary-text-color);
    min-inline-size: 0;
  }
  select,
  input,
  button,
  .button {
    font: inherit;
    font-size: 0.9rem;
    min-block-size: 44px;
    box-sizing: border-box;
    border-radius: var(--evse-radius, 12px);
    color: var(--primary-text-color);
    background: var(--card-background-color);
    border: 1px solid var(--divider-color);
    padding: 0 12px;
    max-inline-size: 100%;
  }
  select {
    text-overflow: ellipsis;
  }
  option {
    color: var(--primary-text-color);
    background: var(--card-background-color);
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    cursor: pointer;
    text-decoration: none;
    min-inline-size: 44px;
    transition: background 120ms;
  }
  button:hover:not(:disabled),
  .button:hover {
    background: color-mix(in srgb, var(--primary-text-color) 8%, var(--card-background-color));
  }
  button:disabled {
    cursor: default;
    opacity: 0.45;
  }
  button.round {
    border-radius: 50%;
    padding: 0;
    inline-size: 44px;
  }
  button ha-icon,
  .button ha-icon {
    --mdc-icon-size: 20px;
    color: var(--secondary-text-color);
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  .quiet {
    color: var(--secondary-text-color);
    font-size: 0.85rem;
  }
  .hint,
  .error {
    margin: 0;
    padding: 12px 16px;
    border-radius: 12px;
    line-height: 1.45;
    background: color-mix(in srgb, var(--hint, var(--primary-color)) 12%, transparent);
  }
  .error {
    --hint: var(--error-color);
  }
  ${hidden}
  .busy {
    opacity: 0.6;
    transition: opacity 200ms 150ms;
  }
  @container (max-width: 480px) {
    .figures:has(> :nth-child(4)) {
      grid-template-columns: 1fr 1fr;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`;

export type Figure = [name: string, value: string, unit?: string];

/** A few large figures with their names. */
export function figures(shown: readonly Figure[]): TemplateResult {
  return html`<dl class="figures">
    ${shown.map(
      ([name, value, unit]) => html`<div>
        <dt>${name}</dt>
        <dd>${value}${unit ? html` <small>${unit}</small>` : nothing}</dd>
      </div>`,
    )}
  </dl>`;
}

/** One choice among several, with its name above. */
export function choice(
  name: string,
  options: readonly (readonly [value: string, shown: string])[],
  chosen: string,
  choose: (value: string) => void,
): TemplateResult {
  return html`<label>
    ${name}
    <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
      ${options.map(([value, shown]) => html`<option value=${value} ?selected=${value === chosen}>${shown}</option>`)}
    </select>
  </label>`;
}
