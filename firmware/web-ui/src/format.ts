// Numbers, durations and instants as people read them, in the language of the page. What there is
// no value for is a dash.

import { language, t } from "./i18n";
import type { Value } from "./model";

export const NONE = "–";

export function number(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return new Intl.NumberFormat(language.value, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** A number and its unit, which stay in one line. */
const withUnit = (text: string, unit: string): string =>
  text === NONE || !unit ? text : `${text}\u00a0${unit}`;

export const amps = (value: number | null | undefined, digits = 1): string =>
  withUnit(number(value, digits), "A");

export const volts = (value: number | null | undefined): string => withUnit(number(value), "V");

export const kilowatts = (watts: number | null | undefined): string =>
  withUnit(number(watts == null ? null : watts / 1000, 2), "kW");

export const kilowattHours = (wattHours: number | null | undefined): string =>
  withUnit(number(wattHours == null ? null : wattHours / 1000, 2), "kWh");

/** "1 h 25 min", "42 min", "4 min 10 s". */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return NONE;
  const s = Math.max(0, Math.round(seconds));
  const [h, min] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)];
  if (h > 0) return `${withUnit(String(h), "h")} ${withUnit(String(min), "min")}`;
  if (min >= 10) return withUnit(String(min), "min");
  if (min > 0) return `${withUnit(String(min), "min")} ${withUnit(String(s % 60), "s")}`;
  return withUnit(String(s), "s");
}

function instant(iso: string | null | undefined, style: Intl.DateTimeFormatOptions): string {
  if (!iso) return NONE;
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : new Intl.DateTimeFormat(language.value, style).format(at);
}

export const dateTime = (iso: string | null | undefined): string =>
  instant(iso, { dateStyle: "medium", timeStyle: "short" });

export const date = (iso: string | null | undefined): string => instant(iso, { dateStyle: "medium" });

export const clock = (iso: string | null | undefined): string => instant(iso, { timeStyle: "short" });

export const month = (year: number, monthOfYear: number): string =>
  new Intl.DateTimeFormat(language.value, { year: "numeric", month: "short", timeZone: "UTC" }).format(
    Date.UTC(year, monthOfYear - 1, 1),
  );

/** A setting's or a fact's value for people. */
export function shown(value: Value, unit = ""): string {
  if (value === null || value === "") return NONE;
  if (typeof value === "boolean") return t(value ? "word.on" : "word.off");
  if (Array.isArray(value)) return value.join(", ") || NONE;
  if (typeof value === "string") return withUnit(value, unit);
  // Without groups: most whole numbers are ports, registers and addresses.
  const text = new Intl.NumberFormat(language.value, {
    maximumFractionDigits: 3,
    useGrouping: false,
  }).format(value);
  return withUnit(text, unit);
}
