// Who and what comes in: passwords of the roles, tokens for other programs, the certificate's
// fingerprint, and pairing.

import { useState } from "preact/hooks";

import { del, get, post, put } from "../api";
import { leave, rows } from "../draft";
import { dateTime } from "../format";
import { t } from "../i18n";
import { useLoad } from "../load";
import { ROLES, type RoleName, type Token } from "../model";
import { ask, Dialog } from "../parts/dialog";
import { Select, TextField } from "../parts/form";
import { WhenLoaded } from "../parts/load";
import { PasswordDialog } from "../parts/passwords";
import { attempt, say } from "../parts/toast";
import { mayBe, role, session } from "../session";
import { PairingTools } from "./tools";

export function AccessPage() {
  return (
    <>
      <div class="columns">
        <Me />
        <Fingerprint />
      </div>
      <Tokens />
      <PairingTools />
    </>
  );
}

function Me() {
  const [choosing, setChoosing] = useState<RoleName | null>(null);
  const mine = ROLES.filter((one) => rows.value.get(`system.${one}_password`)?.access === "RW");
  return (
    <section class="card" aria-labelledby="me">
      <h2 id="me">{t("access.passwords")}</h2>
      <p>{t("access.logged_in", { role: role.value ? t(`role.${role.value}`) : "" })}</p>
      <ul class="facts">
        {mine.map((one) => (
          <li key={one}>
            <span>{t(`role.${one}`)}</span>
            <button
              class="small"
              aria-label={`${t("action.change")}: ${t(`role.${one}`)}`}
              onClick={() => setChoosing(one)}
            >
              {t("action.change")}
            </button>
          </li>
        ))}
      </ul>
      <p class="buttons">
        <button onClick={() => void attempt(leave)}>{t("nav.log_out")}</button>
      </p>
      {choosing && <PasswordDialog of={choosing} onClose={() => setChoosing(null)} />}
    </section>
  );
}

function Fingerprint() {
  return (
    <section class="card" aria-labelledby="fingerprint">
      <h2 id="fingerprint">{t("access.fingerprint")}</h2>
      <p class="help">{t("access.fingerprint_help")}</p>
      <code class="long">{session.value?.fingerprint}</code>
      {mayBe("manufacturer", "operator") && <OwnCertificate />}
    </section>
  );
}

interface CertificateAnswer {
  issuer: string;
  ends_at: string;
  fingerprint: string;
  own: boolean;
}

/** A certificate that the house trusts, in place of the one which the wallbox has made itself. */
function OwnCertificate() {
  const loaded = useLoad(() => get<CertificateAnswer>("certificate"), []);
  const [certificate, setCertificate] = useState("");
  const [key, setKey] = useState("");
  const run = async (what: () => Promise<unknown>): Promise<void> => {
    await attempt(what, t("access.certificate_changed"));
    await loaded.reload();
  };
  const read = (set: (text: string) => void) => async (event: Event) => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0];
    set(file ? await file.text() : "");
  };
  return (
    <details>
      <summary>{t("access.certificate")}</summary>
      <div class="stack">
        <WhenLoaded of={loaded}>
          {(shown) => (
            <p class="help">
              {t("access.issuer", { issuer: shown.issuer, at: dateTime(shown.ends_at) })}
            </p>
          )}
        </WhenLoaded>
        <label class="file">
          {t("access.certificate_file")}
          <input type="file" accept=".pem,.crt,.cer" onChange={read(setCertificate)} />
        </label>
        <label class="file">
          {t("access.key_file")}
          <input type="file" accept=".pem,.key" onChange={read(setKey)} />
        </label>
        <p class="buttons">
          <button
            disabled={!certificate || !key}
            onClick={() => void run(() => put("certificate", { certificate, key }))}
          >
            {t("access.certificate_install")}
          </button>
          {loaded.data?.own === false && (
            <button onClick={() => void run(() => del("certificate"))}>
              {t("access.certificate_remove")}
            </button>
          )}
        </p>
      </div>
    </details>
  );
}

function Tokens() {
  const loaded = useLoad(() => get<Token[]>("tokens"), []);
  const [making, setMaking] = useState(false);
  const revoke = async (token: Token): Promise<void> => {
    const text = t("access.revoke_text", { name: token.name });
    if (!(await ask(t("access.revoke"), text, t("access.revoke"), { danger: true }))) return;
    await attempt(() => del(`tokens/${token.id}`), t("access.revoked"));
    await loaded.reload();
  };
  return (
    <section class="card" aria-labelledby="tokens">
      <header>
        <h2 id="tokens">{t("access.tokens")}</h2>
        <button onClick={() => setMaking(true)}>{t("access.new_token")}</button>
      </header>
      <p class="help">{t("access.tokens_help")}</p>
      <WhenLoaded of={loaded}>
        {(tokens) =>
          tokens.length === 0 ? (
            <p class="empty">{t("access.no_tokens")}</p>
          ) : (
            <ul class="facts">
              {tokens.map((token) => (
                <li key={token.id}>
                  <span>
                    <strong>{token.name}</strong> {t(`role.${token.role}`)}
                    <small>
                      {" "}
                      {token.used_at
                        ? t("access.used", { at: dateTime(token.used_at) })
                        : t("access.never_used")}
                    </small>
                  </span>
                  <button
                    class="small"
                    aria-label={`${t("access.revoke")}: ${token.name}`}
                    onClick={() => void revoke(token)}
                  >
                    {t("access.revoke")}
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </WhenLoaded>
      {making && <NewToken onClose={() => setMaking(false)} onMade={loaded.reload} />}
    </section>
  );
}

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: () => Promise<void> }) {
  const [name, setName] = useState("");
  const [wanted, setWanted] = useState<RoleName>(role.value ?? "user");
  const [made, setMade] = useState<string | null>(null);
  // A token may do no more than whoever makes it.
  const allowed = ROLES.slice(ROLES.indexOf(role.value ?? "user"));
  const submit = async (): Promise<void> => {
    await attempt(async () => {
      const token = await post<Token>("tokens", { name: name.trim(), role: wanted });
      setMade(token.token ?? null);
      await onMade();
    });
  };
  const copy = async (): Promise<void> => {
    if (made === null) return;
    await attempt(async () => {
      await navigator.clipboard.writeText(made);
      say(t("access.copied"));
    });
  };
  return (
    <Dialog title={t("access.new_token")} onClose={onClose}>
      {made !== null ? (
        <>
          <p>{t("access.token_once")}</p>
          <code class="long">{made}</code>
          <footer>
            <button onClick={() => void copy()}>{t("access.copy")}</button>
            <button class="primary" onClick={onClose}>
              {t("word.close")}
            </button>
          </footer>
        </>
      ) : (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <TextField
            label={t("access.token_name")}
            value={name}
            onInput={setName}
            hint={t("access.token_name_hint")}
            required
            maxLength={60}
          />
          <Select
            label={t("access.role")}
            value={wanted}
            onChange={(value) => setWanted(value as RoleName)}
            options={allowed.map((one) => ({ value: one, text: t(`role.${one}`) }))}
          />
          <footer>
            <button type="button" onClick={onClose}>
              {t("word.cancel")}
            </button>
            <button type="submit" class="primary">
              {t("access.make")}
            </button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}
