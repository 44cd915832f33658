// Choosing a role's password anew. Who does it proves once more who they are.

import { useState } from "preact/hooks";

import { put } from "../api";
import { t } from "../i18n";
import { inWords } from "../load";
import type { RoleName, Session } from "../model";
import { session } from "../session";
import { Dialog } from "./dialog";
import { NewPassword, SecretField, strengthOf } from "./form";
import { say } from "./toast";

export function PasswordDialog({ of, onClose }: { of: RoleName; onClose: () => void }) {
  const [password, setPassword] = useState("");
  const [own, setOwn] = useState("");
  const [problem, setProblem] = useState("");
  const submit = async (): Promise<void> => {
    try {
      session.value = await put<Session>("passwords", { role: of, password, own_password: own });
      say(t("password.changed"));
      onClose();
    } catch (error) {
      setProblem(inWords(error));
    }
  };
  return (
    <Dialog title={t("password.title", { role: t(`role.${of}`) })} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <NewPassword label={t("password.new")} value={password} onInput={setPassword} />
        <SecretField
          label={t("password.own")}
          value={own}
          onInput={setOwn}
          autocomplete="current-password"
          hint={t("password.own_hint")}
        />
        {problem && (
          <p class="error" role="alert">
            {problem}
          </p>
        )}
        <footer>
          <button type="button" onClick={onClose}>
            {t("word.cancel")}
          </button>
          <button type="submit" class="primary" disabled={strengthOf(password) === 0 || !own}>
            {t("word.save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
