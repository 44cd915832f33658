// The house meter: how well the meters answer, the check with a car that charges, and the list of
// registers of known meters.

import { address, del, get, post } from "../api";
import { loadSettings, rows } from "../draft";
import { amps, number } from "../format";
import { t, word } from "../i18n";
import { useLoad } from "../load";
import type { Check, MeterModel, MeterQuality, MetersAnswer } from "../model";
import { WhenLoaded } from "../parts/load";
import { attempt } from "../parts/toast";
import { session } from "../session";

const ASK_EVERY_MS = 2_000;

export function MetersPage() {
  const loaded = useLoad(() => get<MetersAnswer>("meters"), [], ASK_EVERY_MS);
  return (
    <>
      <WhenLoaded of={loaded}>
        {(answer) => (
          <>
            <CheckCard check={answer.check} reload={loaded.reload} />
            <Quality meters={answer.meters} />
          </>
        )}
      </WhenLoaded>
      <Registers />
    </>
  );
}

function CheckCard({ check, reload }: { check: Check | null; reload: () => Promise<void> }) {
  const run = async (what: () => Promise<unknown>, done = ""): Promise<void> => {
    await attempt(what, done);
    await reload();
  };
  const begin = (connector: number) => run(() => post("meters/check", { connector }));
  const store = () =>
    run(async () => {
      await post("meters/check/store");
      await del("meters/check");
      await loadSettings();
    }, t("meters.stored"));
  const goesOn = check !== null && check.result === null;
  const connectors = session.value?.connectors ?? [1];
  return (
    <section class="card" aria-labelledby="check">
      <h2 id="check">{t("meters.check")}</h2>
      <p class="help">{t("meters.check_help")}</p>
      <div role="status" aria-live="polite">
        {goesOn && (
          <>
            <progress max={check.most_steps} value={check.steps} aria-label={t("meters.check")} />
            <p class="waiting">
              {t("meters.goes_on", {
                step: check.steps,
                most: check.most_steps,
                amps: amps(check.wanted_a, 0),
              })}
            </p>
            {check.silent && <p class="notice warn">{t("meters.silent")}</p>}
          </>
        )}
        {check?.result && <Findings check={check} />}
      </div>
      <p class="buttons">
        {goesOn && <button onClick={() => void run(() => del("meters/check"))}>{t("meters.end")}</button>}
        {check?.to_set && (
          <button class="primary" onClick={() => void store()}>
            {t("meters.store")}
          </button>
        )}
        {!goesOn &&
          connectors.map((connector) => (
            <button key={connector} onClick={() => void begin(connector)}>
              {connectors.length > 1 ? t("meters.begin_at", { connector }) : t("meters.begin")}
            </button>
          ))}
      </p>
    </section>
  );
}

function Findings({ check }: { check: Check }) {
  const result = check.result;
  if (!result) return null;
  return (
    <div class={result.good ? "notice good" : "notice warn"}>
      <div>
        {result.findings.map((finding) => (
          <p key={finding}>{word("finding", finding)}</p>
        ))}
        {result.reversed.length > 0 && (
          <p>{t("meters.reversed", { phases: phases(result.reversed) })}</p>
        )}
        {result.missing.length > 0 && <p>{t("meters.missing", { phases: phases(result.missing) })}</p>}
        {check.to_set && (
          <p>
            {t("meters.to_set")}{" "}
            {Object.entries(check.to_set)
              .map(([key, value]) => `${rows.value.get(key)?.label ?? key}: ${value}`)
              .join(", ")}
          </p>
        )}
      </div>
    </div>
  );
}

const phases = (list: number[]): string => list.map((phase) => `L${phase}`).join(", ");

function Quality({ meters }: { meters: Record<string, MeterQuality> }) {
  const names = Object.keys(meters);
  if (names.length === 0) return null;
  return (
    <section class="card" aria-labelledby="quality">
      <h2 id="quality">{t("meters.quality")}</h2>
      <table class="responsive">
        <thead>
          <tr>
            <th scope="col">{t("meters.meter")}</th>
            <th scope="col">{t("meters.rate")}</th>
            <th scope="col">{t("meters.answer")}</th>
            <th scope="col">{t("meters.failed")}</th>
            <th scope="col">{t("meters.connection")}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(meters).map(([name, meter]) => (
            <tr key={name}>
              <th scope="row">{meterName(name)}</th>
              <td data-label={t("meters.rate")}>{number(meter.samples_per_s, 1)} /s</td>
              <td data-label={t("meters.answer")}>{number(meter.answer_mean_ms, 0)} ms</td>
              <td data-label={t("meters.failed")}>
                {meter.failed} / {meter.readings}
              </td>
              <td data-label={t("meters.connection")}>{meter.connection}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function meterName(name: string): string {
  const charger = /^charger (\d)$/.exec(name);
  return charger ? t("meters.of_charger", { number: charger[1] ?? "" }) : t("meters.of_house");
}

function Registers() {
  const loaded = useLoad(() => get<{ meters: MeterModel[] }>("meters/registers"), []);
  return (
    <section class="card" aria-labelledby="registers">
      <header>
        <h2 id="registers">{t("meters.registers")}</h2>
        <a class="button" href={address("meters/registers.csv")} download>
          CSV
        </a>
      </header>
      <p class="help">{t("meters.registers_help")}</p>
      <WhenLoaded of={loaded}>
        {({ meters }) => (
          <div class="scroll" tabIndex={0} role="group" aria-label={t("meters.registers")}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t("meters.meter")}</th>
                  <th scope="col">{t("meters.function")}</th>
                  <th scope="col">{t("meters.format")}</th>
                  <th scope="col">L1</th>
                  <th scope="col">L2</th>
                  <th scope="col">L3</th>
                </tr>
              </thead>
              <tbody>
                {meters.map((meter) => (
                  <tr key={meter.id}>
                    <th scope="row">{meter.name}</th>
                    <td>{meter.function_code}</td>
                    <td>{meter.format}</td>
                    <td>{meter.l1}</td>
                    <td>{meter.l2 ?? NOT_FITTED}</td>
                    <td>{meter.l3 ?? NOT_FITTED}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </WhenLoaded>
    </section>
  );
}

const NOT_FITTED = 65_535; // as the manual writes the register of a phase that there is not
