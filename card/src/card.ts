/** The card of one wallbox: state, limit, mode, session, plan, and why. */

import { LitElement, type PropertyValues, type TemplateResult, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";

import { type CardConfig, type Part, readConfig } from "./config.ts";
import { Doing } from "./doing.ts";
import { cardEditor } from "./editor.ts";
import { DOMAIN } from "./entities.ts";
import { Following } from "./following.ts";
import { energy, instant, moment, percent, power } from "./format.ts";
import { type Hass, fire } from "./ha.ts";
import { hint, nothingHint, problemHint, troubles } from "./hint.ts";
import { texts, type Texts } from "./localize.ts";
import { type Look, type Target, look, target, watched } from "./model.ts";
import { modes } from "./modes.ts";
import { arc, ring } from "./ring.ts";
import { session, total } from "./session.ts";
import { iconOf } from "./status.ts";
import { styles } from "./style.ts";
import { stubConfig } from "./suggest.ts";
import { why } from "./why.ts";

/** Durations and “in 5 min” are told by the minute. */
const TICK_MS = 30_000;

export class EvseOcppCard extends LitElement {
  static override styles = styles;

  static getConfigElement = cardEditor;
  static getStubConfig = stubConfig;

  @property({ attribute: false }) hass?: Hass;

  @state() private config: CardConfig = readConfig({});
  /** Chosen in the card, as long as it is shown. */
  @state() private chosen?: string;
  @state() private planOpen = false;

  private readonly following = new Following(this);
  private readonly doing = new Doing(this);
  private found?: Target;
  /** What was drawn: states, and what was told beside them. */
  private seen: unknown[] = [];
  private tick?: ReturnType<typeof setInterval>;

  /** What a user may have written is never refused with an error: the card says what is wrong. */
  setConfig(raw: unknown): void {
    this.config = readConfig(raw);
  }

  getCardSize(): number {
    return this.config.layout === "compact" ? 3 : 9;
  }

  getGridOptions(): Record<string, unknown> {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.tick = setInterval(() => this.timePasses(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.tick);
  }

  private timePasses(): void {
    const { snapshot } = this.following;
    if (snapshot?.session?.running || snapshot?.why?.next_change) this.requestUpdate();
  }

  /** Each state of the house gives a new `hass`: only what is of this card has it drawn anew. */
  protected override shouldUpdate(changed: PropertyValues): boolean {
    const hass = this.hass;
    if (hass === undefined) return false;
    const before = changed.get("hass") as Hass | undefined;
    const same =
      before !== undefined &&
      before.entities === hass.entities &&
      before.devices === hass.devices &&
      before.language === hass.language &&
      before.locale === hass.locale &&
      before.formatEntityState === hass.formatEntityState;
    const of = same && !changed.has("config") && !changed.has("chosen") ? this.found : undefined;
    this.found = of ?? target(hass, this.config, this.chosen);
    this.following.of(hass, this.found.of === "device" ? this.found.device : undefined);
    const states = this.found.of === "nothing" ? [] : watched(hass, this.found.ids);
    const { following, doing } = this;
    const seen = [following.snapshot, following.error, doing.busy, doing.error, ...states];
    const alike =
      seen.length === this.seen.length && seen.every((each, at) => each === this.seen[at]);
    this.seen = seen;
    return !(same && alike && changed.size === 1 && changed.has("hass"));
  }

  override render() {
    const { hass, config, found } = this;
    if (hass === undefined || found === undefined) return nothing;
    const say = texts(hass.language);
    const problems = config.problems.map((each) => hint(problemHint(each, say)));
    if (found.of === "nothing") {
      const choose = (device: string) => (this.chosen = device);
      return html`<ha-card><div class="bare">${problems}${hint(nothingHint(found, say, choose))}</div></ha-card>`;
    }
    const { snapshot, error } = this.following;
    const loaded = error !== "not_loaded" && snapshot?.loaded !== false;
    const shown = look(hass, config, found, snapshot, loaded);
    const now = new Date();
    const device = found.of === "device" ? found.device : undefined;
    const hints = html`${problems}${troubles(hass, shown, device, loaded, say, now).map(hint)}${this.failure(say)}`;
    return html`<ha-card class=${shown.kind}>
      ${config.layout === "compact"
        ? this.compact(hass, shown, say, hints)
        : this.full(hass, shown, say, hints, loaded, now)}
    </ha-card>`;
  }

  private full(
    hass: Hass,
    of: Look,
    say: Texts,
    hints: TemplateResult,
    loaded: boolean,
    now: Date,
  ) {
    const shows = (part: Part) => this.config.show[part];
    const device = this.found?.of === "device";
    const { snapshot } = this.following;
    return html`<div class="full">
      ${this.head(hass, of, say)}
      <div class="hints">${hints}</div>
      <div class="columns">
        <div class="column">
          ${ring(hass, of, say, () => this.more(of.main))}
          ${shows("session")
            ? device || of.session
              ? session(hass, of, say, now)
              : total(hass, of, say)
            : nothing}
        </div>
        <div class="column">
          ${shows("why") && (device ? loaded : of.why) ? why(hass, of, say, now) : nothing}
          ${shows("modes") ? this.modes(of, say) : nothing}
          ${shows("limit") ? this.limit(hass, of, say) : nothing}
          ${this.actions(hass, of, say, now)}
        </div>
      </div>
      ${shows("phases") && of.has_site
        ? html`<div class="phases ${snapshot === null ? "loading" : ""}">
            <evse-ocpp-phases .hass=${hass} .snapshot=${snapshot}></evse-ocpp-phases>
          </div>`
        : nothing}
      ${shows("plan") && of.has_site ? this.plan(hass, of, say, now) : nothing}
    </div>`;
  }

  private compact(hass: Hass, of: Look, say: Texts, hints: TemplateResult) {
    const shows = (part: Part) => this.config.show[part];
    const [value, unit] = power(hass.locale, of.power_w);
    const [charged, kwh] = energy(hass.locale, of.session?.energy_wh);
    const line = [
      of.status || say(`kind.${of.kind}`),
      of.kind === "charging" ? `${value} ${unit}` : "",
      of.session?.running ? `${charged} ${kwh}` : "",
    ];
    return html`<div class="compact">
      <div class="line">
        <button
          type="button"
          class="ring small ${of.kind}"
          aria-label=${say("card.more")}
          ?disabled=${of.main === undefined}
          @click=${() => this.more(of.main)}
        >
          ${arc(of)}<span class="inner"><ha-icon class="state" .icon=${iconOf(of.kind)}></ha-icon></span>
        </button>
        <div class="names">
          <h2><bdi>${of.name || say("card.name")}</bdi></h2>
          <p><bdi>${line.filter(Boolean).join(" · ")}</bdi></p>
        </div>
        ${this.actions(hass, of, say, new Date(), true)}
      </div>
      ${hints}
      ${shows("modes") ? this.modes(of, say, true) : nothing}
      ${shows("limit") ? this.limit(hass, of, say, true) : nothing}
    </div>`;
  }

  private head(hass: Hass, of: Look, say: Texts) {
    const soc = of.soc_percent === null ? null : percent(hass.locale, of.soc_percent / 100);
    const who = of.session?.running ? (of.session.person ?? of.session.card) : null;
    return html`<div class="head">
      <h2><bdi>${of.name || say("card.name")}</bdi></h2>
      ${soc === null
        ? nothing
        : html`<span class="chip" role="img" aria-label="${say("soc.title")}: ${soc}" title=${say("soc.title")}>
            <ha-icon icon="mdi:car-battery"></ha-icon><bdi>${soc}</bdi>
          </span>`}
      ${who
        ? html`<span class="chip"><ha-icon icon="mdi:account"></ha-icon><bdi>${who}</bdi></span>`
        : nothing}
    </div>`;
  }

  private modes(of: Look, say: Texts, compact = false) {
    const choice = of.modes;
    if (choice === null) return nothing;
    const busy = this.doing.busy?.startsWith("mode ") ? this.doing.busy.slice(5) : null;
    const choose = (option: string) =>
      void this.act(`mode ${option}`, "select_option", choice.entity, { option });
    return modes(choice, { label: say("modes.title"), busy, choose }, compact);
  }

  private limit(hass: Hass, of: Look, say: Texts, compact = false) {
    const limit = of.limit;
    if (limit === null) return nothing;
    return html`<evse-ocpp-limit
      .limit=${limit}
      .locale=${hass.locale}
      .label=${say("limit.title")}
      .send=${this.sendLimit}
      ?compact=${compact}
    ></evse-ocpp-limit>`;
  }

  private sendLimit = (value: number) => {
    const entity = this.found?.of === "nothing" ? undefined : this.found?.ids["current_limit"];
    return entity === undefined
      ? Promise.resolve(false)
      : this.act("limit", "set_value", entity, { value });
  };

  /** What can be done at once: start, pause and go on, boost. */
  private actions(hass: Hass, of: Look, say: Texts, now: Date, icons = false) {
    const buttons: TemplateResult[] = [];
    const { charging, boost } = of;
    if (charging && (of.startable || of.modes === null)) {
      const start = of.startable || !charging.on;
      const press = () =>
        void this.act("charging", start ? "turn_on" : "turn_off", charging.entity);
      const text = say(start ? "act.start" : "act.pause");
      buttons.push(this.action("charging", start ? "mdi:play" : "mdi:pause", text, press, icons));
    }
    if (boost) {
      const until = instant(boost.until);
      const runs = until !== null && until > now;
      const text = runs
        ? say("act.boosting", { time: moment(hass, until, now) })
        : say("act.boost");
      const press = () => (runs ? this.endBoost() : void this.act("boost", "press", boost.entity));
      const icon = runs ? "mdi:rocket-launch" : "mdi:rocket-launch-outline";
      buttons.push(this.action("boost", icon, text, press, icons, runs ? say("act.boost_end") : ""));
    }
    return buttons.length > 0 ? html`<div class="actions">${buttons}</div>` : nothing;
  }

  /** A button; `end`: what it does while that which it began goes on. */
  private action(
    what: string,
    icon: string,
    text: string,
    press: () => void,
    icons: boolean,
    end = "",
  ) {
    const label = end ? `${text}: ${end}` : text;
    return html`<button
      type="button"
      class="action ${end ? "on" : ""}"
      data-action=${what}
      aria-busy=${this.doing.busy === what}
      aria-label=${icons || end ? label : nothing}
      title=${icons || end ? label : nothing}
      @click=${press}
    >
      <ha-icon .icon=${icon}></ha-icon>${icons ? nothing : html`<span>${text}</span>`}
      ${end && !icons ? html`<ha-icon icon="mdi:close"></ha-icon>` : nothing}
    </button>`;
  }

  private endBoost(): void {
    const device_id = this.found?.of === "device" ? this.found.device : undefined;
    const data = { device_id, duration: { seconds: 0 } };
    void this.doing.run("boost", async () =>
      this.hass?.callService(DOMAIN, "boost", data, undefined, false),
    );
  }

  private plan(hass: Hass, of: Look, say: Texts, now: Date) {
    const { snapshot } = this.following;
    const open = this.planOpen;
    return html`<div class="plan">
      <button
        type="button"
        class="fold"
        aria-expanded=${open}
        aria-controls="plan"
        @click=${() => (this.planOpen = !open)}
      >
        <ha-icon icon="mdi:calendar-clock"></ha-icon>
        <span class="title">${say("plan_fold.title")}</span>
        <span class="summary ${of.plan && !of.plan.met ? "missed" : ""}">${planLine(hass, of, say, now)}</span>
        <ha-icon class="chevron" icon="mdi:chevron-down"></ha-icon>
      </button>
      <div id="plan" ?hidden=${!open}>
        ${open
          ? html`<evse-ocpp-plan .hass=${hass} .snapshot=${snapshot}></evse-ocpp-plan>`
          : nothing}
      </div>
    </div>`;
  }

  private failure(say: Texts) {
    const error = this.doing.error;
    if (error === null) return nothing;
    const press = () => this.doing.forget();
    const buttons = [{ text: say("act.dismiss"), press }];
    const title = error || say("act.failed");
    return hint({ level: "error", icon: "mdi:alert-circle-outline", title, buttons });
  }

  /** Have Home Assistant do it; true when it has been done. */
  private async act(
    what: string,
    service: string,
    entity_id: string,
    data: Record<string, unknown> = {},
  ): Promise<boolean> {
    const domain = entity_id.split(".", 1)[0] ?? "";
    const act = async () =>
      this.hass?.callService(domain, service, { entity_id, ...data }, undefined, false);
    return this.doing.run(what, act);
  }

  private more(entityId: string | undefined): void {
    if (entityId !== undefined) fire(this, "hass-more-info", { entityId });
  }
}

function planLine(hass: Hass, of: Look, say: Texts, now: Date): string {
  if (of.plan === null) return say("plan_fold.none");
  const due = moment(hass, instant(of.plan.due), now);
  if (!of.plan.met) return say("plan_fold.missed", { time: due });
  const [value, unit] = energy(hass.locale, of.plan.needed_kwh * 1000);
  return say("plan_fold.line", { energy: `${value} ${unit}`, time: due });
}
