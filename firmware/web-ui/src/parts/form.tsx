// Fields of forms: a label, the control, a hint and an error that belong to it for screen readers.

import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

import { t } from "../i18n";

export type InputType = "text" | "password" | "search" | "date" | "time";
export type InputMode = "text" | "numeric" | "decimal" | "url";

// The types of Preact have one kind of element for each `type`; ours is known when it is drawn.
export const ofType = (type: InputType) => ({ type }) as { type: "text" };

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: ComponentChildren;
  error?: string | null | undefined;
  type?: InputType;
  autocomplete?: string;
  required?: boolean;
  minLength?: number;
  maxLength?: number;
  placeholder?: string;
  inputMode?: InputMode;
}

export function TextField({ label, value, onInput, hint, error, type = "text", ...rest }: FieldProps) {
  const id = useId();
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={id}>{label}</label>
      <input
        id={id}
        {...ofType(type)}
        value={value}
        aria-describedby={`${id}-hint`}
        aria-invalid={error ? true : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
        {...rest}
      />
      <div id={`${id}-hint`} class="hint">
        {error ? <span class="error">{error}</span> : hint}
      </div>
    </div>
  );
}

/** A password or a key: hidden, until its button shows it. */
export function SecretField(props: FieldProps) {
  const [visible, setVisible] = useState(false);
  return (
    <div class="secret">
      <TextField {...props} type={visible ? "text" : "password"} />
      <button type="button" aria-pressed={visible} onClick={() => setVisible(!visible)}>
        {t("word.show")}
      </button>
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: readonly { value: string; text: string }[];
  onChange: (value: string) => void;
}

export function Select({ label, value, options, onChange }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A password with the rules it has to follow, told as they are met. */
export function NewPassword({ label, value, onInput, required = true }: FieldProps) {
  const strength = strengthOf(value);
  return (
    <SecretField
      label={label}
      value={value}
      onInput={onInput}
      autocomplete="new-password"
      required={required}
      minLength={SHORTEST_PASSWORD}
      maxLength={128}
      hint={
        value ? (
          <span class={`strength s${strength}`}>
            <meter min={0} max={3} value={strength} aria-label={t("password.strength")} />
            {t(STRENGTHS[strength] ?? "password.too_short", { count: SHORTEST_PASSWORD })}
          </span>
        ) : (
          t("password.hint", { count: SHORTEST_PASSWORD })
        )
      }
    />
  );
}

// As evse/web/accounts.py checks it.
export const SHORTEST_PASSWORD = 10;
const FEWEST_DIFFERENT = 4;
const STRENGTHS = [
  "password.too_short",
  "password.weak",
  "password.fair",
  "password.strong",
] as const;

/** 0: not taken … 3: strong. Length counts most; signs of several kinds count as some length. */
export function strengthOf(password: string): number {
  const different = new Set(password).size;
  if (password.length < SHORTEST_PASSWORD || different < FEWEST_DIFFERENT) return 0;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length;
  const points = password.length + 2 * kinds;
  return points >= 22 ? 3 : points >= 16 ? 2 : 1;
}
