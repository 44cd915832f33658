// The first start: whoever holds the device key makes the wallbox their own, and chooses the three
// roles' passwords.

import { useState } from "preact/hooks";

import { t } from "../i18n";
import { inWords } from "../load";
import { ROLES, type RoleName } from "../model";
import { NewPassword, strengthOf, TextField } from "../parts/form";
import { claim, session } from "../session";

const EMPTY: Record<RoleName, string> = { manufacturer: "", operator: "", user: "" };

export function ClaimPage() {
  const [key, setKey] = useState("");
  const [passwords, setPasswords] = useState(EMPTY);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const alike = new Set(Object.values(passwords)).size < ROLES.length;
  const ready = key.trim() !== "" && !alike && ROLES.every((role) => strengthOf(passwords[role]) > 0);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      await claim(key.trim(), passwords);
    } catch (error) {
      setProblem(inWords(error));
    }
    setBusy(false);
  };
  return (
    <main id="main" class="gate">
      <h1>{t("claim.title")}</h1>
      <p class="lead">{t("claim.lead")}</p>
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h2>{t("claim.key_title")}</h2>
        <TextField
          label={t("claim.key")}
          value={key}
          onInput={setKey}
          hint={t("claim.key_hint")}
          autocomplete="off"
          required
          maxLength={64}
        />
        <h2>{t("claim.passwords_title")}</h2>
        {ROLES.map((role) => (
          <div key={role}>
            <NewPassword
              label={t(`role.${role}`)}
              value={passwords[role]}
              onInput={(value) => setPasswords({ ...passwords, [role]: value })}
            />
            <p class="help">{t(`claim.${role}`)}</p>
          </div>
        ))}
        {alike && passwords.user !== "" && <p class="error">{t("claim.alike")}</p>}
        {problem && (
          <p class="error" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="primary" disabled={busy || !ready}>
          {t("claim.submit")}
        </button>
      </form>
      <p class="help centre">
        {t("about.serial")}: {session.value?.product.serial}
      </p>
    </main>
  );
}
