// What stands above every page while it holds: a lost connection, a network on trial, settings that
// wait for a restart, a bench.

import { post } from "../api";
import { restart, trialEndsAt } from "../draft";
import { clock } from "../format";
import { t } from "../i18n";
import { link, live, lostAt, retry } from "../live";
import { link as to } from "../route";
import { useCountdown } from "./countdown";
import { ask } from "./dialog";
import { attempt } from "./toast";

export function Banners() {
  const state = live.value;
  const alerts = new Map(state?.alerts.map((alert) => [alert.code, alert]));
  return (
    <div class="banners">
      {link.value === "lost" && (
        <div class="notice bad" role="alert">
          <span class="grow">{t("alert.lost", { at: clock(lostAt.value) })}</span>
          <button onClick={retry}>{t("word.again")}</button>
        </div>
      )}
      <Trial />
      {state && state.waiting.length > 0 && <Waiting count={state.waiting.length} />}
      {alerts.has("update_available") && (
        <div class="notice">
          <span class="grow">{t("alert.update_available")}</span>
          <a class="button" href={to("/update")}>
            {t("nav.update")}
          </a>
        </div>
      )}
      {alerts.has("bench_only") && <div class="notice warn">{t("alert.bench_only")}</div>}
    </div>
  );
}

/** A change of the network undoes itself, unless somebody says from the new address that it works. */
function Trial() {
  const told = live.value?.network.trial?.ends_in_s;
  const own = trialEndsAt.value === null ? null : (trialEndsAt.value - Date.now()) / 1000;
  const ends = told ?? (link.value === "lost" ? own : null);
  const left = useCountdown(ends === null ? null : Math.round(ends));
  if (left === null || left <= 0) return null;
  const confirm = async (): Promise<void> => {
    if (await attempt(() => post("network/confirm"), t("trial.confirmed"))) trialEndsAt.value = null;
  };
  return (
    <div class="notice warn" role="alert">
      <span class="grow">{t("trial.text", { seconds: left })}</span>
      <button class="primary" onClick={() => void confirm()}>
        {t("trial.confirm")}
      </button>
    </div>
  );
}

function Waiting({ count }: { count: number }) {
  const run = async (): Promise<void> => {
    if (!(await ask(t("restart.title"), t("restart.text"), t("restart.title")))) return;
    await attempt(restart, t("save.restarting"));
  };
  return (
    <div class="notice" role="status">
      <span class="grow">{t("alert.restart_needed", { count })}</span>
      <button onClick={() => void run()}>{t("restart.title")}</button>
    </div>
  );
}
