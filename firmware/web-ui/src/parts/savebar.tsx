// The bar that stays in sight while something is changed and not saved.

import { useState } from "preact/hooks";

import { changedCount, check, discard, fieldErrors, restart, risky, rows, save } from "../draft";
import { t } from "../i18n";
import { mayBe } from "../session";
import { ask } from "./dialog";
import { attempt, complain, say } from "./toast";

export function SaveBar() {
  const [busy, setBusy] = useState(false);
  const count = changedCount.value;
  if (count === 0 || !mayBe("manufacturer", "operator", "user")) return null;

  const run = async (thenRestart: boolean): Promise<void> => {
    if (!check()) return showErrors();
    if (!(await risksTaken())) return;
    setBusy(true);
    await attempt(async () => {
      const answer = await save();
      if (answer === null) return showErrors();
      if (thenRestart) await restart();
      say(t(thenRestart ? "save.restarting" : answer.restart_needed ? "save.saved_restart" : "save.saved"));
    });
    setBusy(false);
  };

  return (
    <section class="savebar" aria-label={t("save.title")}>
      <p role="status">{t("save.count", { count })}</p>
      <div>
        <button disabled={busy} onClick={() => discard()}>
          {t("save.discard")}
        </button>
        <button disabled={busy} onClick={() => void run(true)}>
          {t("save.save_restart")}
        </button>
        <button class="primary" disabled={busy} onClick={() => void run(false)}>
          {t("word.save")}
        </button>
      </div>
    </section>
  );
}

async function risksTaken(): Promise<boolean> {
  const list = risky();
  if (list.length === 0) return true;
  const extra = (
    <ul>
      {list.map((row) => (
        <li key={row.key}>{row.label}</li>
      ))}
    </ul>
  );
  return ask(t("save.safety_title"), t("save.safety_text"), t("word.save"), { danger: true, extra });
}

/** Errors stand at their fields; the first one in sight gets the focus, the others are named. */
function showErrors(): void {
  const wrong = Object.keys(fieldErrors.value);
  complain(
    t("save.wrong", { fields: wrong.map((key) => rows.value.get(key)?.label ?? key).join(", ") }),
  );
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(".row.wrong input, .row.wrong select")?.focus();
  });
}
