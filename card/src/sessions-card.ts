/** The sessions that are kept, with filters, sums, pages, and documents to download. */

import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import { Asking } from "./asking.ts";
import { BoardCard } from "./board-card.ts";
import { boardStyle, choice, figures } from "./board-style.ts";
import { Doing } from "./doing.ts";
import { downloadSessions, type Format } from "./download.ts";
import { duration, energy, instant, moment, money } from "./format.ts";
import type { Hass } from "./ha.ts";
import {
  askSessions,
  askWallboxes,
  entriesOf,
  NOBODY,
  ownerData,
  type SessionsTold,
  type SessionTold,
  type WallboxesTold,
  type Wanted,
} from "./ledger.ts";
import type { Texts } from "./localize.ts";
import { iso, type Period, PERIODS, stretchOf } from "./period.ts";
import { moneyOf, ownerName } from "./people.ts";
import { sessionsStyle } from "./sessions-card-style.ts";
import { sourceStyle } from "./sources-style.ts";
import { legend, partsOf, shareWords, sourceBar, SOURCES } from "./sources.ts";

const PAGE = 12;
const ANY = "";

/** Where the page begins that has the session of this index. */
function pageOf(index: number): number {
  return Math.floor(Math.max(0, index) / PAGE) * PAGE;
}

export class EvseOcppSessionsCard extends BoardCard {
  @state() private period: Period = "days_30";
  @state() private from = "";
  @state() private to = "";
  @state() private device = ANY;
  @state() private owner = ANY;
  @state() private offset = 0;

  private readonly told = new Asking<SessionsTold>(this);
  private readonly there = new Asking<WallboxesTold>(this);
  private readonly doing = new Doing(this);

  protected override willUpdate(): void {
    const { hass } = this;
    if (hass === undefined) return;
    const { answer, busy } = this.told;
    // Sessions may have been deleted since this page was chosen.
    if (answer !== null && !busy && this.offset >= answer.count) this.offset = pageOf(answer.count - 1);
    const wanted = this.wanted(hass);
    // The end of the period moves on with the clock, the question is the same one for the whole day.
    const question = JSON.stringify([wanted, this.offset, hass.language]);
    this.told.ask(question, () => askSessions(hass, this.wanted(hass), PAGE, this.offset));
    this.there.ask(hass.language, () => askWallboxes(hass));
  }

  private wanted(hass: Hass): Wanted {
    const { start, end } = stretchOf(this.period, Date.now(), hass.config.time_zone, this.from, this.to);
    return {
      start: iso(start),
      end: iso(end),
      device_ids: this.device === ANY ? this.config.devices : [this.device],
      owner: this.owner === ANY ? undefined : this.owner,
    };
  }

  private choose(part: "period" | "from" | "to" | "device" | "owner", value: string): void {
    Object.assign(this, { offset: 0, [part]: value });
  }

  override render() {
    const { hass, text } = this;
    if (hass === undefined) return html`<ha-card></ha-card>`;
    const told = this.told.answer;
    return html`<ha-card>
      <div class="top">
        <h2>${text("board.sessions")}</h2>
        <div class="documents">${(["csv", "pdf"] as const).map((format) => this.document(format, text))}</div>
      </div>
      ${this.problems()} ${this.filters(text)} ${this.sums(hass, told, text)}
      ${this.failure(this.told.error, this.doing.error)}
      <div class="list ${this.told.busy ? "busy" : ""}" style="--rows:${PAGE}" aria-busy=${this.told.busy}>${this.list(hass, told, text)}</div>
      ${this.pages(told, text)}
    </ha-card>`;
  }

  private filters(text: Texts): TemplateResult {
    const periods = PERIODS.map((each) => [each, text(`period.${each}`)] as const);
    const connectors = (this.there.answer?.wallboxes ?? [])
      .flatMap((wallbox) => wallbox.connectors)
      .filter(({ device_id }) => this.config.devices?.includes(device_id) ?? true)
      .map(({ device_id, name }) => [device_id, name] as const);
    const { people = [], cards = [] } = this.there.answer ?? {};
    const owners: (readonly [string, string])[] = [
      ...people.map(({ person, name }) => [`person:${person}`, name] as const),
      ...cards.filter(({ person }) => person === null).map((card) => [`card:${card.id_tag}`, card.name ?? card.id_tag] as const),
    ];
    // Numbers of cards are told to administrators only; others can choose among those of the answer.
    for (const { owner, name } of this.told.answer?.owners ?? []) {
      if (owner !== NOBODY && owners.every(([known]) => known !== owner)) owners.push([owner, name || owner]);
    }
    owners.push([NOBODY, text("owner.nobody")]);
    return html`<div class="filters">
      ${choice(text("filter.period"), periods, this.period, (value) => this.choose("period", value))}
      ${this.period === "custom"
        ? (["from", "to"] as const).map(
            (end) => html`<label>
              ${text(`filter.${end}`)}
              <input
                type="date"
                .value=${this[end]}
                @change=${(event: Event) => this.choose(end, (event.target as HTMLInputElement).value)}
              />
            </label>`,
          )
        : nothing}
      ${choice(text("filter.wallbox"), [[ANY, text("filter.all")], ...connectors], this.device, (value) =>
        this.choose("device", value),
      )}
      ${choice(text("filter.owner"), [[ANY, text("filter.everybody")], ...owners], this.owner, (value) =>
        this.choose("owner", value),
      )}
    </div>`;
  }

  private sums(hass: Hass, told: SessionsTold | null, text: Texts): TemplateResult {
    const { locale } = hass;
    const [kwh, unit] = energy(locale, told?.energy_wh);
    return figures([
      [text("board.sessions"), told === null ? "–" : String(told.count)],
      [text("sum.energy"), kwh, unit],
      [text("sum.cost"), moneyOf(locale, told?.cost)],
      [text("sum.sun"), told === null ? "–" : shareWords(locale, told.energy_wh, told.sun_wh)],
    ]);
  }

  private list(hass: Hass, told: SessionsTold | null, text: Texts): TemplateResult | typeof nothing {
    if (told === null || this.told.error !== null) return nothing;
    if (told.rows.length === 0) return html`<p class="hint">${text("sessions.none")}</p>`;
    const shown = SOURCES.filter((source) => told.rows.some((row) => (row[`${source}_wh`] ?? 0) > 0));
    return html`
      <div role="table" aria-label=${text("board.sessions")}>
        <div role="row" class="head">
          ${(["when", "where", "who", "energy", "cost"] as const).map(
            (column) => html`<span role="columnheader" class=${column}>${text(`column.${column}`)}</span>`,
          )}
        </div>
        ${told.rows.map((row) => this.row(hass, row, text))}
      </div>
      ${shown.length > 0 ? legend(shown, text) : nothing}
    `;
  }

  private row(hass: Hass, row: SessionTold, text: Texts): TemplateResult {
    const [kwh, unit] = energy(hass.locale, row.energy_wh);
    const began = instant(row.started_at);
    const ended = instant(row.ended_at);
    const seconds = began === null ? null : ((ended ?? new Date()).getTime() - began.getTime()) / 1000;
    const cost = row.cost === null && row.unpriced_wh > 0 ? text("sessions.no_price") : money(hass.locale, row.cost, row.currency);
    return html`<div role="row">
      <span role="cell" class="when">
        ${moment(hass, began, new Date())}
        <small>${ended === null ? text("sessions.running") : duration(hass.locale, seconds)}</small>
      </span>
      <span role="cell" class="where"><bdi>${row.wallbox}</bdi></span>
      <span role="cell" class="who"><bdi>${ownerName(row, text)}</bdi></span>
      <span role="cell" class="energy">
        <span class="value">${kwh} <small>${unit}</small></span>
        ${sourceBar(partsOf(row), hass.locale, text)}
      </span>
      <span role="cell" class="cost ${row.cost === null ? "quiet" : ""}">${cost}</span>
    </div>`;
  }

  private pages(told: SessionsTold | null, text: Texts): TemplateResult | typeof nothing {
    if (told === null || told.count <= PAGE) return nothing;
    const last = Math.min(this.offset + PAGE, told.count);
    const step = (icon: string, name: string, to: number, possible: boolean) =>
      html`<button class="round" aria-label=${name} title=${name} ?disabled=${!possible} @click=${() => (this.offset = to)}>
        <ha-icon icon=${icon}></ha-icon>
      </button>`;
    return html`<nav class="row pages" aria-label=${text("sessions.pages")}>
      ${step("mdi:chevron-left", text("sessions.newer"), Math.max(0, this.offset - PAGE), this.offset > 0)}
      <span class="quiet" aria-live="polite">
        ${text("sessions.page", { first: Math.min(this.offset + 1, told.count), last, count: told.count })}
      </span>
      ${step("mdi:chevron-right", text("sessions.older"), this.offset + PAGE, last < told.count)}
    </nav>`;
  }

  private document(format: Format, text: Texts): TemplateResult {
    const person = ownerData(this.owner === ANY ? undefined : this.owner);
    const empty = (this.told.answer?.count ?? 0) === 0;
    const why = person === null ? text("sessions.no_document_of_nobody") : text(`sessions.${format}`);
    return html`<button
      title=${why}
      ?disabled=${person === null || empty || this.doing.busy !== null}
      @click=${() => this.download(format)}
    >
      <ha-icon icon=${format === "pdf" ? "mdi:file-document-outline" : "mdi:table-arrow-down"}></ha-icon>
      ${format.toUpperCase()}
    </button>`;
  }

  private download(format: Format): void {
    const { hass } = this;
    const there = this.there.answer;
    if (hass === undefined || there === null) return;
    const { start, end, device_ids } = this.wanted(hass);
    const owner = ownerData(this.owner === ANY ? undefined : this.owner);
    const filter = Object.entries({ start, end, device_id: device_ids, ...owner }).filter(([, value]) => value !== undefined);
    void this.doing.run(format, () =>
      downloadSessions(hass, entriesOf(there, device_ids), Object.fromEntries(filter), format),
    );
  }

  static override styles = [boardStyle, sourceStyle, sessionsStyle];
}
