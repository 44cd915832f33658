// The buttons of the manual's pages: what they ask first, what they send, what they tell.

import { useState } from "preact/hooks";

import { address, del, post } from "../api";
import { t } from "../i18n";
import type { Card, Row } from "../model";
import { go } from "../route";
import { ask } from "./dialog";
import { PasswordDialog } from "./passwords";
import { attempt, say } from "./toast";

interface ActionAnswer {
  done: boolean;
  message?: string;
  cards?: Card[];
  hint?: string;
}

/** Buttons which lead to a tool of this page instead of being sent. */
const LEADS_TO: Record<string, string> = {
  "whitelist.learning_mode": "/cards",
  "loadmanagement.download_register_list": "/meters",
};

const PASSWORD_OF: Record<string, "manufacturer" | "operator" | "user"> = {
  "system.manufacturer_password": "manufacturer",
  "system.operator_password": "operator",
  "system.user_password": "user",
};

export function ActionControl({ row, labelId }: { row: Row; labelId: string }) {
  const [argument, setArgument] = useState("");
  const [busy, setBusy] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const passwordOf = PASSWORD_OF[row.key];
  const takesText = row.argument === "text" && !passwordOf;

  const press = async (): Promise<void> => {
    if (passwordOf) return setChoosing(true);
    const place = LEADS_TO[row.key];
    if (place) return go(place);
    const body = await agreed(row, argument);
    if (body === null) return;
    setBusy(true);
    await attempt(async () => {
      const empties = row.key === "whitelist.delete" && argument === "";
      if (empties) await del("cards", { all: true });
      else say(told(await post<ActionAnswer>(`actions/${row.key}`, body)));
      if (empties) say(t("word.done"));
      setArgument("");
    });
    setBusy(false);
  };

  if (row.access !== "RW") return <output class="value">{t("word.not_allowed")}</output>;
  return (
    <>
      <form
        class="action"
        onSubmit={(event) => {
          event.preventDefault();
          void press();
        }}
      >
        {takesText && (
          <input
            type="text"
            value={argument}
            aria-labelledby={labelId}
            autocomplete="off"
            onInput={(event) => setArgument(event.currentTarget.value)}
          />
        )}
        <button type="submit" class={row.danger ? "danger" : ""} disabled={busy} aria-label={`${verb(row)}: ${row.label}`}>
          {verb(row)}
        </button>
      </form>
      {choosing && passwordOf && (
        <PasswordDialog of={passwordOf} onClose={() => setChoosing(false)} />
      )}
    </>
  );
}

function verb(row: Row): string {
  if (PASSWORD_OF[row.key]) return t("action.change");
  if (row.key in LEADS_TO) return t("action.open");
  return t("action.do");
}

/** What is sent; null when the question before it was not agreed to. */
async function agreed(row: Row, argument: string): Promise<object | null> {
  const emptiesAll = row.key === "whitelist.delete" && argument === "";
  if (!row.danger && !emptiesAll) return row.argument ? { argument } : {};
  const resets = row.key === "system.factory_reset";
  const yes = await ask(
    row.label,
    resets ? t("action.reset_warning") : emptiesAll ? t("cards.delete_all_warning") : row.help,
    row.label,
    {
      danger: true,
      extra: resets ? (
        <p>
          <a class="button" href={address("settings/export", { format: "evse" })} download>
            {t("action.export_first")}
          </a>
        </p>
      ) : null,
    },
  );
  if (!yes) return null;
  return { ...(row.argument ? { argument } : {}), ...(resets ? { exported: true } : {}) };
}

function told(answer: ActionAnswer): string {
  if (answer.message) return answer.message;
  if (answer.cards?.length === 0) return [t("cards.not_found"), answer.hint].filter(Boolean).join(" ");
  if (answer.cards) {
    return answer.cards.map((card) => [card.tag, card.name].filter(Boolean).join(" · ")).join(", ");
  }
  return t("word.done");
}
