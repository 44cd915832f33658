// Who changed what, from where, and the way back.

import { useState } from "preact/hooks";

import { get, post } from "../api";
import { loadSettings, rows } from "../draft";
import { dateTime, shown } from "../format";
import { t, word } from "../i18n";
import { useLoad } from "../load";
import type { AuditEntry } from "../model";
import { ask } from "../parts/dialog";
import { WhenLoaded } from "../parts/load";
import { Pager } from "../parts/pager";
import { attempt } from "../parts/toast";

const PAGE = 50;

export function AuditPage() {
  const [offset, setOffset] = useState(0);
  const loaded = useLoad(
    () => get<{ count: number; entries: AuditEntry[] }>("audit", { offset, limit: PAGE }),
    [offset],
  );
  const undo = async (entry: AuditEntry): Promise<void> => {
    const text = t("audit.undo_text", { label: entry.label, value: told(entry.old) });
    if (!(await ask(t("audit.undo"), text, t("audit.undo")))) return;
    await attempt(() => post(`audit/${entry.id}/undo`), t("audit.undone_now"));
    await Promise.all([loaded.reload(), loadSettings()]);
  };
  return (
    <section class="card">
      <WhenLoaded of={loaded}>
        {({ count, entries }) => (
          <>
            {entries.length === 0 && <p class="empty">{t("audit.none")}</p>}
            <ul class="audit">
              {entries.map((entry) => (
                <li key={entry.id}>
                  <div class="grow">
                    <strong>{entry.label || entry.key}</strong>
                    <Change entry={entry} />
                    <small>
                      {dateTime(entry.at)} · {entry.role ? `${word("role", entry.role)} · ` : ""}
                      {entry.origin}
                    </small>
                  </div>
                  {entry.undone && <span class="mark">{t("audit.undone")}</span>}
                  {!entry.undone && undoable(entry) && (
                    <button
                      class="small"
                      aria-label={`${t("audit.undo")}: ${entry.label || entry.key}`}
                      onClick={() => void undo(entry)}
                    >
                      {t("audit.undo")}
                    </button>
                  )}
                </li>
              ))}
            </ul>
            <Pager offset={offset} limit={PAGE} count={count} onChange={setOffset} />
          </>
        )}
      </WhenLoaded>
    </section>
  );
}

/** Only settings have a way back, and only for whoever may write them. */
function undoable(entry: AuditEntry): boolean {
  const row = rows.value.get(entry.key);
  return row?.kind === "setting" && row.access === "RW" && entry.old !== null;
}

/** A value, or the parts of what was done: "tag: 04A1…, name: Anna". */
function told(value: AuditEntry["new"]): string {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return shown(value);
  return Object.entries(value)
    .map(([name, part]) => `${name}: ${shown(part)}`)
    .join(", ");
}

function Change({ entry }: { entry: AuditEntry }) {
  if (entry.old === null && entry.new === null) return null;
  return (
    <span class="change">
      {entry.old !== null && (
        <>
          <span>{told(entry.old)}</span> <span aria-hidden="true">→</span>{" "}
        </>
      )}
      <span>{told(entry.new)}</span>
    </span>
  );
}
