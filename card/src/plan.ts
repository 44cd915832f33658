/**
 * The plan of one connector: what is planned for which goal, its chart, the goals, and their form.
 *
 * An inner element: `hass`, `snapshot` (of the followed connector) and `deviceId` are given to it. What
 * a snapshot does not hold (prices, goals) it asks for when the snapshot's `plan_revision` says so.
 */

import { LitElement, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { Asking } from "./asking.ts";
import { Doing } from "./doing.ts";
import { entitiesOf } from "./entities.ts";
import type { Goal, PlanDetail, Snapshot } from "./feed.ts";
import { instant, moment, money, type Clock } from "./format.ts";
import { becomesAnother, byDue, nextDue, NEXT, restoreData, setData, type GoalForm } from "./goal.ts";
import { says, type Hass, type HassEntity } from "./ha.ts";
import { elsewhere } from "./house-time.ts";
import { texts, type Texts } from "./localize.ts";
import { note } from "./note.ts";
import { planStyle } from "./plan-style.ts";
import { amountText, goalText, houseClock, kwhText, runsText, whenText } from "./plan-words.ts";

const MINUTE_MS = 60_000;
/** So long a removed goal can be brought back. */
const UNDO_MS = 10_000;
/** The modes that go by the plan. */
const FOLLOWS = ["plan", "solar", "minimum_solar"];
/** Of a snapshot, beside whether there is a site, only these matter here. */
const USED = ["device_id", "loaded", "maximum_a", "phases", "plan_revision"] as const;

export class EvseOcppPlan extends LitElement {
  @property({ attribute: false }) hass?: Hass;
  @property({ attribute: false }) snapshot: Snapshot | null = null;
  /** Without it the connector of the snapshot. */
  @property({ attribute: false }) deviceId?: string;

  /** The goal in the form, "new", or none. */
  @state() private edited: Goal | "new" | null = null;
  @state() private removed: Goal | null = null;
  @state() private now = Date.now();

  private readonly asking = new Asking<PlanDetail>(this);
  private readonly doing = new Doing(this);
  private asked?: string;
  /** Of what was asked and done, what was drawn last. */
  private drawn: unknown[] = [];
  private words?: Texts;
  private clock?: Clock;
  private mode?: HassEntity;
  private modeId?: string;
  private searched?: Hass["entities"];
  private searchedFor?: string;
  private minute?: ReturnType<typeof setInterval>;
  private undoEnd?: ReturnType<typeof setTimeout>;

  override connectedCallback(): void {
    super.connectedCallback();
    this.now = Date.now();
    this.minute = setInterval(() => {
      this.now = Date.now();
    }, MINUTE_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.minute);
    clearTimeout(this.undoEnd);
  }

  /** Home Assistant gives a new `hass` with each state of the house; few of them matter here. */
  override shouldUpdate(changed: Map<string, unknown>): boolean {
    const { hass, snapshot } = this;
    const had = changed.get("hass") as Hass | undefined;
    const was = changed.get("snapshot") as Snapshot | null | undefined;
    // An answer that comes, or an action that ends, is in no map of what changed: one in which something
    // else stands may hide it.
    const inside = [this.asking.answer, this.asking.error, this.doing.busy, this.doing.error];
    const other = inside.some((each, index) => each !== this.drawn[index]);
    this.drawn = inside;
    return other || [...changed.keys()].some((name) => {
      if (name === "hass") {
        const same = had?.language === hass?.language && had?.locale === hass?.locale && had?.config === hass?.config;
        return !same || this.modeEntity() !== this.mode;
      }
      return name !== "snapshot" || !was || !snapshot || USED.some((part) => was[part] !== snapshot[part]) || !was.site !== !snapshot.site;
    });
  }

  override willUpdate(changed: Map<string, unknown>): void {
    const { hass } = this;
    const deviceId = this.connector;
    if (!hass || !deviceId) return;
    const before = changed.has("hass") ? (changed.get("hass") as Hass | undefined) : hass;
    if (before?.language !== hass.language || this.words === undefined) this.words = texts(hass.language);
    if (before?.locale !== hass.locale || before?.config !== hass.config || !this.clock) this.clock = houseClock(hass);
    this.mode = this.modeEntity();
    if (this.asked !== deviceId) {
      this.asked = deviceId;
      this.asking.answer = this.edited = this.removed = null;
    }
    const message = { type: "evse_ocpp/plan", device_id: deviceId, language: hass.language };
    const { plan_revision, loaded } = this.snapshot ?? {};
    this.asking.ask(`${deviceId} ${hass.language} ${plan_revision} ${loaded}`, () =>
      (this.hass ?? hass).callWS<PlanDetail>(message),
    );
  }

  override render() {
    const { hass, words, clock } = this;
    if (!hass || !words || !clock || !this.connector) return nothing;
    const detail = this.asking.answer;
    if (detail === null) return this.without(words);
    const now = Math.max(this.now, Date.now() - MINUTE_MS);
    return html`
      ${this.headline(detail, words, clock, now)} ${this.hints(detail, words, clock)}
      <div class="sides">
        <evse-ocpp-plan-chart .detail=${detail} .clock=${clock} .words=${words} .now=${this.now}></evse-ocpp-plan-chart>
        ${this.edited === null ? this.goals(detail, words, clock) : this.form(detail, words, clock, this.edited)}
      </div>
      ${this.undo(words, clock)}
    `;
  }

  private form(detail: PlanDetail, words: Texts, clock: Clock, edited: Goal | "new") {
    return html`<evse-ocpp-goal-form
      .clock=${clock}
      .words=${words}
      .snapshot=${this.snapshot}
      .detail=${detail}
      .goal=${edited === "new" ? null : edited}
      .busy=${this.doing.busy === "save"}
      .error=${this.doing.error}
      @goal-save=${(event: CustomEvent<GoalForm>) => this.save(event.detail)}
      @goal-cancel=${this.close}
    ></evse-ocpp-goal-form>`;
  }

  private without(words: Texts) {
    const { error } = this.asking;
    if (error === null) {
      return html`<div class="loading" role="status"><span class="hidden">${words("plan.loading")}</span></div>`;
    }
    if (this.snapshot?.loaded === false) return notLoaded(words);
    const again = html`<p><button @click=${() => this.asking.again()}>${words("plan.again")}</button></p>`;
    return note(html`${words("plan.failed", { error: error || "–" })}${again}`, "fails");
  }

  private headline(detail: PlanDetail, words: Texts, clock: Clock, now: number) {
    const add =
      this.edited === null
        ? html`<button class="main add" @click=${() => this.open("new")}>
            <ha-icon icon="mdi:plus"></ha-icon>${words("plan.add")}
          </button>`
        : nothing;
    const [title, told] = this.said(detail, words, clock, now);
    return html`<div class="head">
      <span class="lead"><ha-icon icon="mdi:calendar-clock"></ha-icon></span>
      <div>
        <h2>${title}</h2>
        <p>${told}</p>
      </div>
      ${add}
    </div>`;
  }

  private said(detail: PlanDetail, words: Texts, clock: Clock, now: number): [string, string] {
    const { planned } = detail;
    if (planned === null) {
      if (detail.goals.length === 0) return [words("plan.none"), words("plan.none_hint")];
      const zone = clock.config.time_zone;
      const ahead = detail.goals.some((goal) => goal.enabled && nextDue(goal, now, zone) !== null);
      return [words("plan.waiting"), words(ahead ? "plan.waiting_hint" : "plan.off_hint")];
    }
    const at = new Date(now);
    const title = words("plan.ready_by", { time: moment(clock, instant(planned.due), at) });
    if (!(planned.needed_kwh > 0)) return [title, words("plan.reached")];
    const times = runsText(clock, planned.slots, at);
    const told = [
      kwhText(clock, planned.needed_kwh),
      times && words("plan.charges", { times }),
      planned.cost !== null && words("plan.about", { cost: money(clock.locale, planned.cost, detail.currency) }),
    ];
    return [title, told.filter(Boolean).join(" · ")];
  }

  private hints(detail: PlanDetail, words: Texts, clock: Clock) {
    const { planned } = detail;
    const at = new Date(this.now);
    const hints = [];
    if (planned !== null && !planned.met) {
      const time = moment(clock, instant(planned.due), at);
      const needed = kwhText(clock, planned.needed_kwh);
      const ready = instant(planned.ready_at);
      const told = html`<strong>${words("plan.unmet", { needed, time, possible: kwhText(clock, planned.possible_kwh) })}</strong>
        ${ready ? words("plan.unmet_ready", { time: moment(clock, ready, at) }) : nothing}`;
      hints.push(note(told, "warns", "mdi:clock-alert-outline"));
    }
    if (this.mode && says(this.mode) && detail.goals.length > 0 && !FOLLOWS.includes(this.mode.state)) {
      const mode = this.hass?.formatEntityState(this.mode) ?? this.mode.state;
      const busy = this.doing.busy === "mode";
      const follow = html`<button ?disabled=${busy} @click=${this.follow}>${words("plan.follow")}</button>`;
      hints.push(note(words("plan.other_mode", { mode }), "tells", undefined, follow));
    }
    if (this.snapshot?.loaded === false) hints.push(notLoaded(words));
    else if (this.snapshot?.site === null) hints.push(note(words("plan.no_site")));
    else if (detail.prices.length === 0 && detail.goals.length > 0) hints.push(note(words("plan.no_prices")));
    if (elsewhere(clock.config.time_zone, this.now)) {
      hints.push(note(words("plan.house_time", { zone: clock.config.time_zone }), "tells", "mdi:map-clock-outline"));
    }
    if (this.doing.error !== null && this.edited === null) {
      hints.push(note(this.doing.error || words("act.failed"), "fails"));
    }
    return hints;
  }

  private goals(detail: PlanDetail, words: Texts, clock: Clock) {
    if (detail.goals.length === 0) return nothing;
    const zone = clock.config.time_zone;
    return html`<ul aria-label=${words("plan.goals")}>
      ${byDue(detail.goals, this.now, zone).map((goal) => this.goal(goal, detail, words, clock))}
    </ul>`;
  }

  private goal(goal: Goal, detail: PlanDetail, words: Texts, clock: Clock) {
    const when = whenText(words, clock, goal, new Date(this.now));
    const told = `${amountText(clock, goal.amount, goal.unit)}, ${when}`;
    const first = detail.planned?.goal_id === goal.plan;
    return html`<li class=${goal.enabled ? (first ? "first" : "") : "off"}>
      <div>
        <strong>${when}</strong>
        <small>${goalText(words, clock, goal)}</small>
      </div>
      ${goal.plan === NEXT
        ? nothing
        : html`<label class="use">
            <input
              class="hidden"
              type="checkbox"
              role="switch"
              aria-label=${words("plan.use", { goal: told })}
              .checked=${goal.enabled}
              ?disabled=${this.doing.busy !== null}
              @change=${() => this.use(goal)}
            /><span aria-hidden="true"></span>
          </label>`}
      <button class="sign" aria-label=${words("plan.edit", { goal: told })} @click=${() => this.open(goal)}>
        <ha-icon icon="mdi:pencil-outline"></ha-icon>
      </button>
      <button
        class="sign"
        aria-label=${words("plan.remove", { goal: told })}
        ?disabled=${this.doing.busy !== null}
        @click=${() => this.drop(goal)}
      >
        <ha-icon icon="mdi:trash-can-outline"></ha-icon>
      </button>
    </li>`;
  }

  private undo(words: Texts, clock: Clock) {
    const goal = this.removed;
    return html`<div class="undo" role="status">
      ${goal
        ? html`<span>${words("plan.removed", { goal: amountText(clock, goal.amount, goal.unit) })}</span>
            <button @click=${() => this.restore(goal)}>${words("plan.undo")}</button>`
        : nothing}
    </div>`;
  }

  private open(what: Goal | "new"): void {
    this.doing.forget();
    this.edited = what;
  }

  private close(): void {
    this.doing.forget();
    this.edited = null;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".add")?.focus());
  }

  private async save(form: GoalForm): Promise<void> {
    await this.act("save", async (deviceId) => {
      await this.call("set_plan", setData(form, deviceId));
      if (becomesAnother(form)) await this.call("remove_plan", { device_id: deviceId, plan: form.plan });
    });
    if (this.doing.error === null) this.close();
  }

  private async use(goal: Goal): Promise<void> {
    await this.act("use", (deviceId) =>
      this.call("set_plan", { ...restoreData(goal, deviceId), enabled: !goal.enabled }),
    );
  }

  private async drop(goal: Goal): Promise<void> {
    await this.act("remove", (device_id) => this.call("remove_plan", { device_id, plan: goal.plan }));
    if (this.doing.error !== null) return;
    if (this.edited !== null && this.edited !== "new" && this.edited.plan === goal.plan) this.edited = null;
    this.removed = goal;
    clearTimeout(this.undoEnd);
    this.undoEnd = setTimeout(() => {
      this.removed = null;
    }, UNDO_MS);
  }

  private async restore(goal: Goal): Promise<void> {
    this.removed = null;
    await this.act("restore", (deviceId) => this.call("set_plan", restoreData(goal, deviceId)));
  }

  private async follow(): Promise<void> {
    const { hass, mode } = this;
    if (!hass || !mode) return;
    const data = { entity_id: mode.entity_id, option: "plan" };
    await this.doing.run("mode", () => hass.callService("select", "select_option", data, undefined, false));
  }

  /** Do something to the goals; what became of it is asked for at once. */
  private async act(what: string, act: (deviceId: string) => Promise<unknown>): Promise<void> {
    const deviceId = this.connector;
    if (deviceId === undefined) return;
    await this.doing.run(what, async () => {
      await act(deviceId);
      await this.asking.again();
    });
  }

  private async call(action: string, data: Record<string, unknown>): Promise<void> {
    await this.hass?.callService("evse_ocpp", action, data, undefined, false);
  }

  private get connector(): string | undefined {
    return this.deviceId ?? this.snapshot?.device_id;
  }

  /** The mode is the wallbox's: a further connector has it at the device above its own. */
  private modeEntity(): HassEntity | undefined {
    const { hass, connector } = this;
    if (!hass || !connector) return undefined;
    if (this.searched !== hass.entities || this.searchedFor !== connector) {
      this.searched = hass.entities;
      this.searchedFor = connector;
      const wallbox = hass.devices[connector]?.via_device_id;
      this.modeId = [connector, wallbox].map((id) => id && entitiesOf(hass, id)["select.mode"]).find(Boolean) || undefined;
    }
    return this.modeId === undefined ? undefined : hass.states[this.modeId];
  }

  static override styles = planStyle;
}

function notLoaded(words: Texts) {
  return note(words("hint.not_loaded_text"), "tells", "mdi:puzzle-remove-outline");
}
