// One row of a page of settings: a setting with the control that fits its type, a fact, or a button.
// What the role may not change is shown as text.

import { useId, useState } from "preact/hooks";

import { change, discard, draft, fieldErrors, numberError, rangeOf, valueOf } from "../draft";
import { shown } from "../format";
import { t, word } from "../i18n";
import { live } from "../live";
import type { Row, Value } from "../model";
import { ActionControl } from "./actions";
import { type InputMode, ofType } from "./form";

export function SettingRow({ row }: { row: Row }) {
  const id = useId();
  const error = fieldErrors.value[row.key];
  const changed = row.key in draft.value;
  const editable = row.access === "RW";
  const labelled = row.kind === "setting" && editable && row.type !== "list";
  return (
    <div
      class={`row ${row.kind} ${changed ? "changed" : ""} ${error ? "wrong" : ""}`}
      data-key={row.key}
      data-access={row.access}
    >
      <div class="about">
        {labelled ? (
          <label for={id}>{row.label}</label>
        ) : (
          <span class="label" id={id}>
            {row.label}
          </span>
        )}
        <Marks row={row} changed={changed} />
        {row.help && (
          <p class="help" id={`${id}-help`}>
            {row.help}
          </p>
        )}
        {editable && <Limits row={row} />}
      </div>
      <div class="control">
        {row.kind === "button" ? (
          <ActionControl row={row} labelId={id} />
        ) : editable && row.kind === "setting" ? (
          <Control row={row} id={id} invalid={Boolean(error)} />
        ) : (
          <ReadOnly row={row} />
        )}
        {error && (
          <p class="error" id={`${id}-error`} role="alert">
            {error}
          </p>
        )}
      </div>
    </div>
  );
}

function Marks({ row, changed }: { row: Row; changed: boolean }) {
  return (
    <>
      {changed && (
        <button class="mark undo" onClick={() => discard(row.key)}>
          {t("setting.undo")}
        </button>
      )}
      {row.waiting ? (
        <span class="mark warn">{t("setting.waiting")}</span>
      ) : (
        row.restart && row.access === "RW" && <span class="mark">{t("setting.restart")}</span>
      )}
      {row.safety && row.access === "RW" && <span class="mark warn">{t("setting.safety")}</span>}
    </>
  );
}

/** Range and default, where they say something. */
function Limits({ row }: { row: Row }) {
  if (row.kind !== "setting" || row.secret) return null;
  const parts = [];
  if (row.type === "int" || row.type === "float") parts.push(rangeOf(row));
  if (row.default !== null && row.default !== "" && row.type !== "list") {
    parts.push(t("setting.default", { value: optionText(row, row.default) }));
  }
  return parts.length > 0 ? <p class="limits">{parts.filter(Boolean).join(" · ")}</p> : null;
}

function optionText(row: Row, value: Value): string {
  const option = row.options.find((one) => one.value === value);
  return option?.text ?? shown(value, row.unit);
}

/** Facts whose values are words of the program; the page has them in its languages. */
const IN_WORDS = new Set(["state.backend_state", "state.chargepoint_state", "state.fan_status"]);

function ReadOnly({ row }: { row: Row }) {
  const fact = live.value?.facts[row.key];
  const value = row.kind === "fact" && fact !== undefined ? fact : row.value;
  if (row.secret) return <output class="value">{t(row.is_set ? "setting.set" : "setting.not_set")}</output>;
  if (row.kind === "fact" && typeof value === "string" && IN_WORDS.has(row.key)) {
    return <output class="value">{word("fact", word("status", value))}</output>;
  }
  const text = Array.isArray(value)
    ? value.map((one) => optionText(row, one)).join(", ") || shown(value)
    : optionText(row, value);
  return <output class="value">{text}</output>;
}

interface ControlProps {
  row: Row;
  id: string;
  invalid: boolean;
}

function Control({ row, id, invalid }: ControlProps) {
  if (row.type === "list") return <ListControl row={row} id={id} />;
  if (row.secret) return <SecretControl row={row} id={id} invalid={invalid} />;
  if (isSwitch(row)) return <SwitchControl row={row} id={id} />;
  if (row.options.length > 0) return <ChoiceControl row={row} id={id} />;
  return <TextControl row={row} id={id} invalid={invalid} />;
}

const SWITCH_WORD = 12; // characters

/** "On" and "off" are switched; states with names of their own are chosen by their names. */
const isSwitch = (row: Row): boolean =>
  row.type === "bool" && row.options.every((option) => option.text.length <= SWITCH_WORD);

const described = (id: string, invalid: boolean) => ({
  "aria-describedby": invalid ? `${id}-error ${id}-help` : `${id}-help`,
  "aria-invalid": invalid || undefined,
});

function SwitchControl({ row, id }: { row: Row; id: string }) {
  const on = valueOf(row) === true;
  return (
    <span class="switch">
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={on}
        {...described(id, false)}
        onChange={(event) => change(row, event.currentTarget.checked)}
      />
      <span aria-hidden="true">{optionText(row, on)}</span>
    </span>
  );
}

function ChoiceControl({ row, id }: { row: Row; id: string }) {
  // An option's value may be a boolean or a number, the element's is text: choose by the place.
  const index = row.options.findIndex((option) => option.value === valueOf(row));
  return (
    <select
      id={id}
      value={String(index)}
      {...described(id, false)}
      onChange={(event) => {
        const chosen = row.options[Number(event.currentTarget.value)];
        if (chosen) change(row, chosen.value);
      }}
    >
      {index < 0 && <option value="-1">{shown(valueOf(row))}</option>}
      {row.options.map((option, place) => (
        <option key={place} value={String(place)} selected={place === index}>
          {option.text}
        </option>
      ))}
    </select>
  );
}

function ListControl({ row, id }: { row: Row; id: string }) {
  const value = valueOf(row);
  const chosen = Array.isArray(value) ? value : String(value ?? "").split(",").filter(Boolean);
  const toggle = (option: string, on: boolean): void => {
    const kept = chosen.filter((one) => one !== option);
    change(row, on ? [...kept, option] : kept);
  };
  return (
    <div class="list" role="group" aria-labelledby={id}>
      {row.options.map((option) => (
        <label key={String(option.value)}>
          <input
            type="checkbox"
            checked={chosen.includes(String(option.value))}
            onChange={(event) => toggle(String(option.value), event.currentTarget.checked)}
          />
          {option.text}
        </label>
      ))}
    </div>
  );
}

function SecretControl({ row, id, invalid }: ControlProps) {
  const typed = draft.value[row.key];
  const cleared = typed === "";
  return (
    <>
      <input
        id={id}
        type="password"
        autocomplete="new-password"
        value={typeof typed === "string" ? typed : ""}
        placeholder={t(cleared || !row.is_set ? "setting.not_set" : "setting.set")}
        {...described(id, invalid)}
        onInput={(event) => {
          const text = event.currentTarget.value;
          if (text) change(row, text);
          else discard(row.key);
        }}
      />
      {row.is_set && !cleared && (
        <button class="small" onClick={() => change(row, "")}>
          {t("setting.clear")}
        </button>
      )}
    </>
  );
}

/** The keyboard of a phone: without a sign where no number is negative. */
function inputModeOf(row: Row): InputMode {
  if (row.type === "int") return (row.min ?? -1) >= 0 ? "numeric" : "text";
  return row.type === "float" && (row.min ?? -1) >= 0 ? "decimal" : "text";
}

const CLOCK_TIME = /^\d\d:\d\d$/;

function TextControl({ row, id, invalid }: ControlProps) {
  const numeric = row.type === "int" || row.type === "float";
  const meant = (text: string): Value => {
    const number = Number(text.trim().replace(",", "."));
    return numeric && text.trim() !== "" && Number.isFinite(number) ? number : text;
  };
  const value = valueOf(row);
  // What is typed stays as typed ("6." on the way to 6.5) while it means the value.
  const [text, setText] = useState("");
  const isTime = !numeric && typeof row.default === "string" && CLOCK_TIME.test(row.default);
  const unfit = row.key in draft.value && !invalid ? numberError(row, value) : null;
  return (
    <span class={row.unit ? "with-unit" : ""}>
      <input
        id={id}
        {...ofType(isTime ? "time" : "text")}
        inputMode={inputModeOf(row)}
        class={numeric ? "number" : ""}
        value={meant(text) === value ? text : String(value ?? "")}
        onInput={(event) => {
          setText(event.currentTarget.value);
          change(row, meant(event.currentTarget.value));
        }}
        autocomplete="off"
        spellcheck={false}
        {...described(id, invalid || unfit !== null)}
      />
      {row.unit && <span class="unit">{row.unit}</span>}
      {unfit && (
        <span class="error" id={`${id}-error`}>
          {unfit}
        </span>
      )}
    </span>
  );
}
