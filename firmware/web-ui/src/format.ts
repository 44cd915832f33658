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

const withUnit = (text: string, unit: string): string => (text === NONE ? NONE : `${text} ${unit}`);

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
  if (s >= 3600) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  if (s >= 600) return `${Math.floor(s / 60)} min`;
  if (s >= 60) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${s} s`;
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
  new Intl.DateTimeFormat(language.value, { year: "numeric", month: "long", timeZone: "UTC" }).format(
    Date.UTC(year, monthOfYear - 1, 1),
  );

/** A setting's or a fact's value for people. */
export function shown(value: Value, unit = ""): string {
  if (value === null || value === "") return NONE;
  if (typeof value === "boolean") return t(value ? "word.on" : "word.off");
  if (Array.isArray(value)) return value.join(", ") || NONE;
  if (typeof value === "string") return withUnit(value, unit).trim();
  if (typeof value === "object") return JSON.stringify(value); // what a log of changes may hold
  // Without groups: most whole numbers are ports, registers and addresses.
  const text = new Intl.NumberFormat(language.value, {
    maximumFractionDigits: 3,
    useGrouping: false,
  }).format(value);
  return withUnit(text, unit).trim();
}
