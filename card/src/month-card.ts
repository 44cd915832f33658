/** A month by person and card, with a statement for each, and by wallbox. */

import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import { Asking } from "./asking.ts";
import { BoardCard } from "./board-card.ts";
import { boardStyle, choice, figures } from "./board-style.ts";
import { Doing } from "./doing.ts";
import { fetchFile, type Format } from "./download.ts";
import { energy, money } from "./format.ts";
import type { Hass } from "./ha.ts";
import { askSessions, ownerData, type SessionsTold, type Sums } from "./ledger.ts";
import type { Texts } from "./localize.ts";
import { monthStyle } from "./month-card-style.ts";
import { iconOf, moneyOf, pictureOf } from "./people.ts";
import { iso, monthAfter, monthOf, stretchOfMonth } from "./period.ts";
import { sourceStyle } from "./sources-style.ts";
import { partsOf, shareWords, sourceBar } from "./sources.ts";
import { type Document, writeStatements } from "./statements.ts";

/** So many months can be chosen from the list; with the arrows any. */
const LISTED = 24;

export class EvseOcppMonthCard extends BoardCard {
  @state() private month = "";

  private readonly told = new Asking<SessionsTold>(this);
  @state() private written: Document[] = [];
  private readonly doing = new Doing(this);

  protected override willUpdate(): void {
    const { hass } = this;
    if (hass === undefined) return;
    const zone = hass.config.time_zone;
    if (this.month === "") this.month = monthOf(Date.now(), zone);
    const { start, end } = stretchOfMonth(this.month, zone);
    const wanted = { start: iso(start), end: iso(end), device_ids: this.config.devices };
    this.told.ask(JSON.stringify([wanted, hass.language]), () => askSessions(hass, wanted, 1));
  }

  override render() {
    const { hass, text } = this;
    if (hass === undefined) return html`<ha-card></ha-card>`;
    const told = this.told.answer;
    return html`<ha-card>
      <h2 class="hidden">${text("board.months")}</h2>
      ${this.problems()} ${this.chooser(hass, text)} ${this.sums(hass, told, text)}
      ${this.failure(this.told.error, this.doing.error)}
      <div class="lists ${this.told.busy ? "busy" : ""}" aria-busy=${this.told.busy}>
        ${told === null ? nothing : told.count === 0 ? html`<p class="hint">${text("month.none")}</p>` : this.lists(hass, told, text)}
      </div>
    </ha-card>`;
  }

  private chooser(hass: Hass, text: Texts): TemplateResult {
    const now = monthOf(Date.now(), hass.config.time_zone);
    const listed = Array.from({ length: LISTED }, (_, index) => monthAfter(now, -index));
    if (!listed.includes(this.month)) listed.push(this.month);
    const name = new Intl.DateTimeFormat(hass.locale.language, { month: "long", year: "numeric", timeZone: "UTC" });
    const options = listed.map((month) => [month, name.format(Date.parse(`${month}-15T12:00Z`))] as const);
    const step = (icon: string, label: string, months: number, possible: boolean) =>
      html`<button
        class="round"
        aria-label=${label}
        title=${label}
        ?disabled=${!possible}
        @click=${() => this.show(monthAfter(this.month, months))}
      >
        <ha-icon icon=${icon}></ha-icon>
      </button>`;
    return html`<div class="top chooser">
      ${step("mdi:chevron-left", text("month.before"), -1, true)}
      ${choice(text("month.month"), options, this.month, (month) => this.show(month))}
      ${step("mdi:chevron-right", text("month.after"), 1, this.month < now)}
    </div>`;
  }

  private show(month: string): void {
    this.month = month;
    this.written = [];
  }

  private sums(hass: Hass, told: SessionsTold | null, text: Texts): TemplateResult {
    const [kwh, unit] = energy(hass.locale, told?.energy_wh);
    return figures([
      [text("sum.energy"), kwh, unit],
      [text("sum.cost"), moneyOf(hass.locale, told?.cost)],
      [text("sum.sun"), told === null ? "–" : shareWords(hass.locale, told.energy_wh, told.sun_wh)],
    ]);
  }

  private lists(hass: Hass, told: SessionsTold, text: Texts): TemplateResult {
    const most = Math.max(...told.owners.map(({ energy_wh }) => energy_wh), 1);
    return html`
      <section>
        <h2 class="small">${text("month.by_owner")}</h2>
        <ul>
          ${told.owners.map((each) => {
            const name = each.name || text("owner.nobody");
            return html`<li>
              ${this.face(hass, each.owner)} ${this.sum(hass, each, name, most, text)}
              ${ownerData(each.owner) === null ? html`<span class="documents"></span>` : this.documents(each.owner, name, text)}
            </li>`;
          })}
        </ul>
        <div class="row all"><span class="quiet">${text("month.all_statements")}</span>${this.documents(undefined, text("month.everybody"), text)}</div>
        ${this.links(hass, text)}
      </section>
      ${told.wallboxes.length > 1
        ? html`<section>
            <h2 class="small">${text("month.by_wallbox")}</h2>
            <ul>
              ${told.wallboxes.map(
                (each) => html`<li>
                  <span class="face"><ha-icon icon="mdi:ev-station"></ha-icon></span>
                  ${this.sum(hass, each, each.name, Math.max(...told.wallboxes.map(({ energy_wh }) => energy_wh), 1), text)}
                </li>`,
              )}
            </ul>
          </section>`
        : nothing}
    `;
  }

  private face(hass: Hass, owner: string): TemplateResult {
    const picture = pictureOf(hass, owner);
    if (picture !== null) return html`<img class="face" src=${picture} alt="" loading="lazy" />`;
    return html`<span class="face"><ha-icon icon=${iconOf(owner)}></ha-icon></span>`;
  }

  private sum(hass: Hass, sums: Sums, name: string, most: number, text: Texts): TemplateResult {
    const share = shareWords(hass.locale, sums.energy_wh, sums.sun_wh);
    const sessions = text(sums.sessions === 1 ? "month.session" : "month.sessions", { count: sums.sessions });
    return html`<div class="sum">
      <div class="names"><bdi>${name}</bdi><span>${energy(hass.locale, sums.energy_wh).join("\u00a0")}</span></div>
      ${sourceBar(partsOf(sums), hass.locale, text, sums.energy_wh / most)}
      <div class="names quiet">
        <span>${sessions}${sums.sun_wh === null ? nothing : ` · ${text("month.sun", { share })}`}</span>
        <span>${money(hass.locale, sums.cost, sums.currency)}</span>
      </div>
    </div>`;
  }

  /** The statement of an owner; without one those of all. */
  private documents(owner: string | undefined, whose: string, text: Texts): TemplateResult {
    return html`<span class="documents">
      ${(["pdf", "csv"] as const).map((format) => {
        const name = text("month.statement", { name: whose, format: format.toUpperCase() });
        return html`<button
          aria-label=${name}
          title=${name}
          ?disabled=${this.doing.busy !== null}
          @click=${() => this.download(owner, format)}
        >
          ${format.toUpperCase()}
        </button>`;
      })}
    </span>`;
  }

  /** One document is fetched at once; of several the browser would stop all but the first. */
  private download(owner: string | undefined, format: Format): void {
    const { hass, month } = this;
    if (hass === undefined) return;
    void this.doing.run(format, async () => {
      const documents = await writeStatements(hass, { month, owner, devices: this.config.devices }, format);
      this.written = documents.length > 1 ? documents : [];
      if (documents.length === 1 && documents[0]) fetchFile(hass, documents[0].url);
    });
  }

  private links(hass: Hass, text: Texts): TemplateResult | typeof nothing {
    if (this.written.length === 0) return nothing;
    return html`<div class="hint" role="status">
      ${text("month.written")}
      <div class="links">
        ${this.written.map(
          ({ name, format, url }) => html`<a class="button" href=${hass.hassUrl?.(url) ?? url} download target="_blank" rel="noopener">
            <ha-icon icon="mdi:download"></ha-icon><bdi>${name}</bdi> ${format.toUpperCase()}
          </a>`,
        )}
      </div>
    </div>`;
  }

  static override styles = [boardStyle, sourceStyle, monthStyle];
}
