/** Numbers, money, instants and durations as the user has chosen them; unknown is “–”. */

import type { Hass, Locale } from "./ha.ts";
import { knownZone } from "./house-time.ts";

export const NONE = "–";

/** From here on a number is told in short (“12M”), so that it keeps its place. */
const LONG = 100_000;
const DAY_MS = 86_400_000;
/** Instants further away are told with their date instead of their weekday. */
const WEEK_MS = 6 * DAY_MS;

/** What `Intl` is to be asked for, by the user's number format. */
const NUMBER_LOCALES: Record<string, string> = {
  comma_decimal: "en-US",
  decimal_comma: "de",
  space_comma: "fr",
  quote_decimal: "de-CH",
};

function known(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function format(locale: Locale, value: number, options: Intl.NumberFormatOptions): string {
  const plain = locale.number_format === "none";
  const tag =
    locale.number_format === "system"
      ? undefined
      : plain
        ? "en"
        : (NUMBER_LOCALES[locale.number_format] ?? locale.language);
  const more: Intl.NumberFormatOptions = { ...options };
  if (plain) more.useGrouping = false;
  if (Math.abs(value) >= LONG) {
    Object.assign(more, {
      notation: "compact",
      minimumFractionDigits: 0,
      maximumFractionDigits: 1,
    });
  }
  return new Intl.NumberFormat(tag, more).format(value);
}

/** A number with at most so many decimals; `exact`: with just so many. */
export function decimal(
  locale: Locale,
  value: number | null | undefined,
  digits = 1,
  exact = false,
): string {
  if (!known(value)) return NONE;
  const options = { minimumFractionDigits: exact ? digits : 0, maximumFractionDigits: digits };
  // Nothing is no “-0”: what is rounded to nothing loses its sign.
  return format(locale, Number(value.toFixed(digits)) + 0, options);
}

/** A value and its unit, apart: they are shown in different sizes. */
export type Quantity = [value: string, unit: string];

/** A power: watts below one kilowatt. */
export function power(locale: Locale, watts: number | null | undefined): Quantity {
  if (!known(watts)) return [NONE, "kW"];
  if (Math.abs(watts) < 999.5) return [decimal(locale, watts, 0), "W"];
  return [decimal(locale, watts / 1000, Math.abs(watts) < 99_950 ? 1 : 0, true), "kW"];
}

/** An energy in kilowatt-hours: two decimals below ten, one below a thousand. */
export function energy(locale: Locale, wattHours: number | null | undefined): Quantity {
  if (!known(wattHours)) return [NONE, "kWh"];
  const kilo = wattHours / 1000;
  const digits = Math.abs(kilo) < 9.995 ? 2 : Math.abs(kilo) < 999.95 ? 1 : 0;
  return [decimal(locale, kilo, digits, true), "kWh"];
}

export function amps(locale: Locale, current: number | null | undefined): string {
  return `${decimal(locale, current, 1)} A`;
}

/** An amount of money; with a word that is no currency's code the number and the word. */
export function money(
  locale: Locale,
  amount: number | null | undefined,
  currency: string | null | undefined,
): string {
  if (!known(amount)) return NONE;
  if (currency && /^[A-Z]{3}$/.test(currency)) {
    return format(locale, amount, { style: "currency", currency });
  }
  return `${decimal(locale, amount, 2, true)} ${currency ?? ""}`.trim();
}

/** A share of 0 … 1 as percent. */
export function percent(locale: Locale, share: number | null | undefined): string {
  return known(share) ? format(locale, share, { style: "percent" }) : NONE;
}

/** “2 h 5 min”, in the user's short words; days from two on. */
export function duration(locale: Locale, seconds: number | null | undefined): string {
  if (!known(seconds) || seconds < 0) return NONE;
  const minutes = Math.floor(seconds / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60)];
  const unit = (value: number, name: string) =>
    format(locale, value, { style: "unit", unit: name, unitDisplay: "short" });
  if (days >= 2) return `${unit(days, "day")} ${unit(hours % 24, "hour")}`;
  if (hours > 0) return `${unit(hours, "hour")} ${unit(minutes % 60, "minute")}`;
  return unit(minutes, "minute");
}

/** The same for a small place: minutes, “2:05” hours, or days. */
export function span(locale: Locale, seconds: number | null | undefined): Quantity {
  if (!known(seconds) || seconds < 0) return [NONE, ""];
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return [String(minutes), "min"];
  if (minutes < 2 * 1440) {
    return [`${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`, "h"];
  }
  return [decimal(locale, minutes / 1440, 1), "d"];
}

/** The instant of a text, null where it is none. */
export function instant(text: string | null | undefined): Date | null {
  if (!text) return null;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** By whose clock and how times are told. */
export type Clock = Pick<Hass, "locale" | "config">;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Made once for each way of telling: to make one takes longer than to use it a hundred times. */
function dates(tag: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${tag} ${JSON.stringify(options)}`;
  const found = formats.get(key) ?? new Intl.DateTimeFormat(tag, options);
  formats.set(key, found);
  return found;
}

/** Of twelve hours none has a zero before it: “7:05 AM”, but “07:05”. */
function timeOptions({ locale, config }: Clock): Intl.DateTimeFormatOptions {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (locale.time_format === "12") options.hour12 = true;
  if (locale.time_format === "24") options.hourCycle = "h23";
  if (locale.time_zone === "server") options.timeZone = knownZone(config.time_zone);
  if (dates(timeLocale(locale), options).resolvedOptions().hour12) options.hour = "numeric";
  return options;
}

function timeLocale(locale: Locale): string | undefined {
  return locale.time_format === "system" ? undefined : locale.language;
}

/** “17:05” today, “Fri 07:00” within a week, else with the date. */
export function moment(hass: Clock, at: Date | null, now: Date): string {
  if (at === null) return NONE;
  const options = timeOptions(hass);
  const { timeZone } = options;
  const day = (date: Date) => dates("en-CA", { timeZone }).format(date);
  if (day(at) !== day(now)) {
    if (Math.abs(at.getTime() - now.getTime()) < WEEK_MS) options.weekday = "short";
    else Object.assign(options, { day: "numeric", month: "short" });
    if (day(at).slice(0, 4) !== day(now).slice(0, 4)) options.year = "numeric";
  }
  return dates(timeLocale(hass.locale), options).format(at);
}
