// What the wallbox does now, and why: the page for every day.

import { computed } from "@preact/signals";
import { useState } from "preact/hooks";

import { get, post } from "../api";
import { cardName } from "../cardname";
import { amps, duration, kilowattHours, number, volts } from "../format";
import { t, word } from "../i18n";
import { live } from "../live";
import { useLoad } from "../load";
import type { Charts, ConnectorState, LiveState } from "../model";
import { type Line, Lines } from "../parts/chart";
import { ask } from "../parts/dialog";
import { Icon } from "../parts/icon";
import { Level } from "../parts/level";
import { WhenLoaded } from "../parts/load";
import { attempt } from "../parts/toast";
import { link } from "../route";

// The charts follow a minute, the state a second: what they need of it seldom changes.
const several = computed(() => (live.value?.connectors.length ?? 1) > 1);
const metered = computed(() => Boolean(live.value?.house));

export function HomePage() {
  return (
    <div class="home">
      <div class="stack">
        <Connectors />
      </div>
      <div class="stack">
        <House />
        <PowerCharts />
      </div>
    </div>
  );
}

function Connectors() {
  const state = live.value;
  if (!state) {
    return (
      <p class="loading" role="status">
        {t("word.loading")}
      </p>
    );
  }
  return (
    <>
      {state.connectors.map((connector) => (
        <Connector key={connector.number} connector={connector} only={state.connectors.length === 1} />
      ))}
      <p class="help centre">
        <Icon name="cloud" /> {backend(state)}
      </p>
    </>
  );
}

function backend(state: LiveState): string {
  if (!state.backend.url) return t("home.no_backend");
  return t(state.backend.connected ? "home.backend_connected" : "home.backend_away");
}

function Connector({ connector, only }: { connector: ConnectorState; only: boolean }) {
  const { why } = connector;
  const faulted = connector.status === "Faulted";
  const charging = connector.status === "Charging";
  return (
    <section class={`card connector ${connector.status}`} aria-labelledby={`c${connector.number}`}>
      {!only && <p class="eyebrow">{t("home.connector", { number: connector.number })}</p>}
      <h2 id={`c${connector.number}`} aria-live="polite">
        <Icon name={faulted ? "fault" : charging ? "live" : "plug"} />
        {word("status", connector.status)}
      </h2>
      <p class="power">
        <strong>{number((connector.power_w ?? 0) / 1000, 1)}</strong> kW
        {connector.offered_a > 0 && (
          <small>{t("home.offered", { amps: amps(connector.offered_a) })}</small>
        )}
      </p>
      <p class="sentence">{why.sentence}</p>
      {why.faults.map((fault) => (
        <p key={fault.fault} class="notice bad">
          <strong>{fault.name}</strong> {fault.action}
        </p>
      ))}
      {connector.current_a && connector.plugged && <Phases connector={connector} />}
      {connector.session && <Session connector={connector} session={connector.session} />}
      <Details connector={connector} />
    </section>
  );
}

function Phases({ connector }: { connector: ConnectorState }) {
  const limit = connector.offered_a > 0 ? connector.offered_a : null;
  return (
    <div class="levels" role="group" aria-label={t("home.currents")}>
      {(connector.current_a ?? []).map((current, phase) => (
        <Level
          key={phase}
          label={[`L${phase + 1}`, connector.voltage_v && volts(connector.voltage_v[phase])]
            .filter(Boolean)
            .join(" · ")}
          value={current}
          limit={limit}
          fuse={false}
        />
      ))}
    </div>
  );
}

interface SessionProps {
  connector: ConnectorState;
  session: NonNullable<ConnectorState["session"]>;
}

function Session({ connector, session }: SessionProps) {
  const [busy, setBusy] = useState(false);
  const stop = async (): Promise<void> => {
    const agreed = await ask(t("home.stop_title"), t("home.stop_text"), t("home.stop"), {
      danger: true,
    });
    if (!agreed) return;
    setBusy(true);
    await attempt(() => post(`connectors/${connector.number}/stop`), t("home.stopping"));
    setBusy(false);
  };
  return (
    <>
      <dl class="tiles">
        <div>
          <dt>{t("home.energy")}</dt>
          <dd>{kilowattHours(session.energy_wh)}</dd>
        </div>
        <div>
          <dt>{t("home.duration")}</dt>
          <dd>{duration(session.duration_s)}</dd>
        </div>
        <div>
          <dt>{t("home.card")}</dt>
          <dd>{cardName(session.card, session.name)}</dd>
        </div>
      </dl>
      {connector.phase === "charging" && (
        <button class="stop" disabled={busy} onClick={() => void stop()}>
          <Icon name="stop" /> {t("home.stop")}
        </button>
      )}
    </>
  );
}

/** All that the sentence rests on. */
function Details({ connector }: { connector: ConnectorState }) {
  const { why } = connector;
  return (
    <details>
      <summary>{t("home.why")}</summary>
      <h3>{t("home.limits")}</h3>
      <ul class="facts">
        {why.limits.map((limit) => (
          <li key={limit.source} class={limit.wins ? "wins" : ""}>
            <span>
              {limit.name}
              {limit.wins && <small> {t("home.wins")}</small>}
            </span>
            <span>{limit.text}</span>
          </li>
        ))}
      </ul>
      {why.next.length > 0 && (
        <>
          <h3>{t("home.next")}</h3>
          <ul class="facts">
            {why.next.map((event) => (
              <li key={event.text}>{event.text}</li>
            ))}
          </ul>
        </>
      )}
      <h3>{t("home.permissions")}</h3>
      <ul class="facts">
        {why.permissions.map((permission) => (
          <li key={permission.text}>
            <span>{permission.text}</span>
            <span class={permission.granted ? "yes" : "no"}>
              <Icon name={permission.granted ? "check" : "close"} />
              {t(permission.granted ? "word.yes" : "word.no")}
            </span>
          </li>
        ))}
      </ul>
      {connector.energy_wh !== null && (
        <p class="help">{t("home.meter", { energy: kilowattHours(connector.energy_wh) })}</p>
      )}
    </details>
  );
}

function House() {
  const house = live.value?.house;
  if (!house) return null;
  return (
    <section class="card" aria-labelledby="house">
      <h2 id="house">
        <Icon name="home" /> {t("home.house")}
      </h2>
      <div class="levels">
        {house.current_a.map((current, phase) => (
          <Level key={phase} label={`L${phase + 1}`} value={current} limit={house.limit_a} />
        ))}
      </div>
      <p class="help">{t("home.house_help", { limit: amps(house.limit_a, 0) })}</p>
    </section>
  );
}

const SPANS_H = [3, 24, 72] as const;
const CHARTS_EVERY_MS = 60_000; // a sample is a minute

function PowerCharts() {
  const [hours, setHours] = useState<number>(3);
  const loaded = useLoad(() => get<Charts>("charts", { hours }), [hours], CHARTS_EVERY_MS);
  return (
    <section class="card" aria-labelledby="charts">
      <header>
        <h2 id="charts">{t("chart.title")}</h2>
        <div class="choice" role="group" aria-label={t("chart.span")}>
          {SPANS_H.map((span) => (
            <button key={span} aria-pressed={span === hours} onClick={() => setHours(span)}>
              {span} h
            </button>
          ))}
        </div>
      </header>
      <WhenLoaded of={loaded}>
        {(charts) => (
          <>
            <Lines
              title={t("chart.power")}
              unit="kW"
              digits={2}
              from={charts.from}
              stepS={charts.step_s}
              lines={lines(charts, /^charger_(\d+)_w$/, 1000, (connector) =>
                several.value ? t("home.connector", { number: connector }) : t("chart.charger"),
              )}
            />
            {metered.value && (
              <Lines
                title={t("chart.house")}
                unit="A"
                digits={1}
                from={charts.from}
                stepS={charts.step_s}
                lines={[
                  ...lines(charts, /^house_l(\d)_a$/, 1, (phase) => `L${phase}`),
                  ...lines(charts, /^limit_a$/, 1, () => t("chart.limit")),
                ]}
              />
            )}
          </>
        )}
      </WhenLoaded>
      <p class="help">
        <a href={link("/charges")}>{t("chart.more")}</a>
      </p>
    </section>
  );
}

/** The series whose name fits, divided by `unit`; those without any value are left out. */
function lines(
  charts: Charts,
  pattern: RegExp,
  unit: number,
  name: (found: string) => string,
): Line[] {
  return Object.entries(charts.series).flatMap(([series, values]) => {
    const match = pattern.exec(series);
    if (!match || values.every((value) => value === null)) return [];
    return [
      { name: name(match[1] ?? ""), values: values.map((value) => value === null ? null : value / unit) },
    ];
  });
}
