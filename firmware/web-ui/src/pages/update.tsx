// The program of the wallbox: what runs, what there is, and the ways to another version. The codes
// are those that the wallbox's own display shows.

import { useState } from "preact/hooks";

import { get, post, upload } from "../api";
import { dateTime, NONE, number } from "../format";
import { t, word } from "../i18n";
import { useLoad } from "../load";
import type { UpdateState } from "../model";
import { ask } from "../parts/dialog";
import { TextField } from "../parts/form";
import { WhenLoaded } from "../parts/load";
import { attempt } from "../parts/toast";
import { mayBe } from "../session";

const ASK_EVERY_MS = 2_000;
const CODES = ["100 UP", "E01", "E02", "E03", "E04"] as const;

export function UpdatePage() {
  const loaded = useLoad(() => get<UpdateState>("update"), [], ASK_EVERY_MS);
  return (
    <WhenLoaded of={loaded}>
      {(state) => (
        <>
          <Now state={state} reload={loaded.reload} />
          <div class="columns">
            <Upload reload={loaded.reload} />
            <ByUrl reload={loaded.reload} />
          </div>
          <Codes code={state.code} />
        </>
      )}
    </WhenLoaded>
  );
}

interface Props {
  reload: () => Promise<void>;
}

function Now({ state, reload }: Props & { state: UpdateState }) {
  const run = async (what: () => Promise<unknown>, done = ""): Promise<void> => {
    await attempt(what, done);
    await reload();
  };
  const back = async (): Promise<void> => {
    if (!(await ask(t("update.rollback"), t("update.rollback_text"), t("update.rollback"), { danger: true })))
      return;
    await run(() => post("update/rollback"));
  };
  const install = async (url: string): Promise<void> => {
    if (!(await ask(t("update.install"), t("update.install_text"), t("update.install")))) return;
    await run(() => post("update/url", { url }));
  };
  const busy = state.progress_percent !== null;
  const { available } = state;
  return (
    <section class="card" aria-labelledby="version">
      <h2 id="version">{t("update.version", { version: state.version })}</h2>
      <dl class="pairs">
        <dt>{t("update.installed")}</dt>
        <dd>{dateTime(state.installed_at)}</dd>
        <dt>{t("update.next_check")}</dt>
        <dd>{dateTime(state.next_check_at)}</dd>
        <dt>{t("update.phase")}</dt>
        <dd>
          <span role="status">{word("phase", state.phase)}</span>
        </dd>
      </dl>
      {busy && (
        <progress max={100} value={state.progress_percent ?? 0} aria-label={word("phase", state.phase)} />
      )}
      {state.code && (
        <p class={state.code === "100 UP" ? "notice good" : "notice bad"} role="status">
          <strong>{state.code}</strong> {word("code", state.code)}
        </p>
      )}
      {state.slots.length === 0 ? (
        <p class="help">{t("update.no_slots")}</p>
      ) : (
        state.message && <p class="help">{state.message}</p>
      )}
      {available && (
        <p class="notice">
          <span class="grow">{t("update.available", { version: available.version })}</span>
          <button class="primary" onClick={() => void install(available.url)}>
            {t("update.install")}
          </button>
        </p>
      )}
      <p class="buttons">
        <button onClick={() => void run(() => post("update/check"), t("update.checked"))}>
          {t("update.check")}
        </button>
        {state.slots.length > 1 && mayBe("manufacturer", "operator") && (
          <button class="danger" onClick={() => void back()}>
            {t("update.rollback")}
          </button>
        )}
      </p>
      {state.slots.length > 0 && (
        <ul class="facts">
          {state.slots.map((slot) => (
            <li key={slot.slot}>
              <span>
                {t("update.slot", { slot: slot.slot.toUpperCase() })} {slot.version ?? NONE}
              </span>
              <span>{slot.running ? t("update.running") : dateTime(slot.at)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Upload({ reload }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [md5, setMd5] = useState("");
  const [share, setShare] = useState<number | null>(null);
  const send = async (): Promise<void> => {
    if (!file) return;
    setShare(0);
    const headers: Record<string, string> = { "X-File-Name": encodeURIComponent(file.name) };
    if (md5.trim()) headers["X-MD5"] = md5.trim();
    await attempt(() => upload("update/upload", file, headers, setShare), t("update.sent"));
    setShare(null);
    await reload();
  };
  return (
    <section class="card" aria-labelledby="upload">
      <h2 id="upload">{t("update.upload")}</h2>
      <p class="help">{t("update.upload_help")}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label class="file">
          {t("update.file")}
          <input
            type="file"
            accept=".evse"
            onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
          />
        </label>
        <TextField
          label={t("update.md5")}
          value={md5}
          onInput={setMd5}
          hint={t("update.md5_hint")}
          autocomplete="off"
          maxLength={32}
        />
        {share !== null && (
          <>
            <progress max={1} value={share} aria-label={t("update.upload")} />
            <p role="status">{t("update.sending", { percent: number(share * 100) })}</p>
          </>
        )}
        <button type="submit" class="primary" disabled={!file || share !== null}>
          {t("update.send")}
        </button>
      </form>
    </section>
  );
}

function ByUrl({ reload }: Props) {
  const [url, setUrl] = useState("");
  const send = async (): Promise<void> => {
    await attempt(() => post("update/url", { url: url.trim() }), t("update.fetching"));
    await reload();
  };
  return (
    <section class="card" aria-labelledby="by-url">
      <h2 id="by-url">{t("update.by_url")}</h2>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextField
          label={t("update.url")}
          value={url}
          onInput={setUrl}
          hint={t("update.url_hint")}
          inputMode="url"
          autocomplete="off"
          required
          maxLength={512}
        />
        <button type="submit">{t("update.fetch")}</button>
      </form>
    </section>
  );
}

function Codes({ code }: { code: string | null }) {
  return (
    <section class="card" aria-labelledby="codes">
      <h2 id="codes">{t("update.codes")}</h2>
      <ul class="facts codes">
        {CODES.map((one) => (
          <li key={one} class={one === code ? "wins" : ""}>
            <strong>{one}</strong>
            <span>{word("code", one)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
