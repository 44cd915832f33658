// Settings in and out: two formats out; in, first the difference, then all of it or nothing.

import { useState } from "preact/hooks";

import { address, post } from "../api";
import { loadSettings } from "../draft";
import { shown } from "../format";
import { t } from "../i18n";
import { inWords } from "../load";
import type { ImportAnswer } from "../model";
import { Dialog } from "./dialog";
import { say } from "./toast";

export function ImportExport() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button onClick={() => setOpen(true)}>{t("import.title")}</button>
      {open && <ImportDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function ImportDialog({ onClose }: { onClose: () => void }) {
  const [content, setContent] = useState("");
  const [preview, setPreview] = useState<ImportAnswer | null>(null);
  const [problem, setProblem] = useState("");

  const send = async (text: string, apply: boolean): Promise<void> => {
    setProblem("");
    try {
      const answer = await post<ImportAnswer>("settings/import", { content: text, apply });
      if (!apply) return setPreview(answer);
      await loadSettings();
      say(t("import.applied", { count: answer.differences.length }));
      onClose();
    } catch (error) {
      setPreview(null);
      setProblem(inWords(error));
    }
  };
  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const text = await file.text();
    setContent(text);
    await send(text, false);
  };

  return (
    <Dialog title={t("import.title")} onClose={onClose} wide>
      <h3>{t("import.export")}</h3>
      <p class="help">{t("import.export_help")}</p>
      <p class="buttons">
        <a class="button" href={address("settings/export", { format: "evse" })} download>
          {t("import.format_evse")}
        </a>
        <a class="button" href={address("settings/export", { format: "manual" })} download>
          {t("import.format_manual")}
        </a>
      </p>
      <h3>{t("import.import")}</h3>
      <p class="help">{t("import.import_help")}</p>
      <label class="file">
        {t("import.choose")}
        <input
          type="file"
          accept=".json,.txt,.toml,application/json,text/plain"
          onChange={(event) => void read(event.currentTarget.files?.[0])}
        />
      </label>
      {problem && (
        <p class="error" role="alert">
          {problem}
        </p>
      )}
      {preview && <Preview preview={preview} />}
      <footer>
        <button onClick={onClose}>{t("word.cancel")}</button>
        <button
          class={preview?.differences.some((one) => one.safety) ? "danger" : "primary"}
          disabled={!preview || preview.differences.length === 0}
          onClick={() => void send(content, true)}
        >
          {t("import.apply")}
        </button>
      </footer>
    </Dialog>
  );
}

function Preview({ preview }: { preview: ImportAnswer }) {
  const safety = preview.differences.some((one) => one.safety);
  return (
    <div aria-live="polite">
      {preview.warnings.map((warning) => (
        <p key={warning} class="notice warn">
          {warning}
        </p>
      ))}
      {safety && <p class="notice warn">{t("import.safety")}</p>}
      {preview.unknown.length > 0 && (
        <p class="notice">{t("import.unknown", { keys: preview.unknown.join(", ") })}</p>
      )}
      {preview.differences.length === 0 ? (
        <p>{t("import.same")}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label={t("import.difference")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("import.setting")}</th>
                <th scope="col">{t("import.now")}</th>
                <th scope="col">{t("import.then")}</th>
              </tr>
            </thead>
            <tbody>
              {preview.differences.map((one) => (
                <tr key={one.key} class={one.safety ? "warn" : ""}>
                  <th scope="row">{one.label || one.key}</th>
                  <td>{shown(one.old)}</td>
                  <td>{shown(one.new)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
