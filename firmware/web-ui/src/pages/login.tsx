// The way in: a log-in with name and password.

import { useState } from "preact/hooks";

import { SecretField, TextField } from "../parts/form";
import { t } from "../i18n";
import { inWords } from "../load";
import { ended, logIn, session } from "../session";

export function LoginPage() {
  const product = session.value?.product;
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      await logIn(login, password);
    } catch (error) {
      setProblem(inWords(error));
    }
    setBusy(false);
  };
  return (
    <main id="main" class="gate">
      <h1>{[product?.vendor, product?.model].filter(Boolean).join(" ") || t("app.name")}</h1>
      {ended.value && (
        <p class="notice" role="status">
          {t("login.ended")}
        </p>
      )}
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h2>{t("login.title")}</h2>
        <TextField
          label={t("login.name")}
          value={login}
          onInput={setLogin}
          autocomplete="username"
          required
          maxLength={64}
        />
        <SecretField
          label={t("login.password")}
          value={password}
          onInput={setPassword}
          autocomplete="current-password"
          required
        />
        {problem && (
          <p class="error" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="primary" disabled={busy}>
          {t("login.submit")}
        </button>
        <details>
          <summary>{t("login.forgotten")}</summary>
          <p class="help">{t("login.forgotten_help")}</p>
        </details>
      </form>
    </main>
  );
}
