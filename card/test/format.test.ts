/** Numbers and times as the user's profile has them; unknown and endless ones keep their place. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { NONE, amps, decimal, duration, energy, instant, moment, money, percent, power, span } from "../src/format.ts";
import { LOCALE, house } from "./garage.ts";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ").replace("’", "'");
const as = (number_format: string, language = "en") => ({ ...LOCALE, language, number_format });

const POWERS: [number | null, string][] = [
  [null, "– kW"],
  [Number.NaN, "– kW"],
  [0, "0 W"],
  [999.4, "999 W"],
  [999.6, "1.0 kW"],
  [7360, "7.4 kW"],
  [-2400, "-2.4 kW"],
  [-0.4, "0 W"],
  [350_000, "350 kW"],
  [1e12, "1B kW"],
];
for (const [watts, text] of POWERS) {
  test(`${watts} W are ${text}`, () => assert.equal(power(LOCALE, watts).join(" "), text));
}

const ENERGIES: [number | null, string][] = [
  [null, "– kWh"],
  [0, "0.00 kWh"],
  [-4, "0.00 kWh"],
  [9_994, "9.99 kWh"],
  [9_996, "10.0 kWh"],
  [1_234_567, "1,235 kWh"],
  [1e15, "1T kWh"],
];
for (const [wattHours, text] of ENERGIES) {
  test(`${wattHours} Wh are ${text}`, () => assert.equal(energy(LOCALE, wattHours).join(" "), text));
}

const FORMATS: [format: string, text: string][] = [
  ["comma_decimal", "1,234.5"],
  ["decimal_comma", "1.234,5"],
  ["space_comma", "1 234,5"],
  ["quote_decimal", "1'234.5"],
  ["none", "1234.5"],
];
for (const [format, text] of FORMATS) {
  test(`number format ${format}: ${text}`, () => assert.equal(plain(decimal(as(format, "de"), 1234.5)), text));
}

test("money has the currency's place and sign; words that are no code stay words", () => {
  assert.equal(money(LOCALE, 2.306, "EUR"), "€2.31");
  assert.equal(plain(money(as("language", "de"), 2.306, "EUR")), "2,31 €");
  assert.equal(money(LOCALE, 2, "points"), "2.00 points");
  assert.equal(money(LOCALE, 2, null), "2.00");
  assert.equal(money(LOCALE, null, "EUR"), NONE);
});

test("shares and currents", () => {
  assert.equal(percent(LOCALE, 0.304), "30%");
  assert.equal(percent(LOCALE, null), NONE);
  assert.equal(amps(LOCALE, 13.66), "13.7 A");
  assert.equal(amps(LOCALE, undefined), "– A");
});

const DURATIONS: [number | null, string][] = [
  [null, NONE],
  [-5, NONE],
  [59, "0 min"],
  [3_599, "59 min"],
  [7_500, "2 hr 5 min"],
  [47 * 3600, "47 hr 0 min"],
  [50 * 3600, "2 days 2 hr"],
];
for (const [seconds, text] of DURATIONS) {
  test(`${seconds} s are ${text}`, () => assert.equal(duration(LOCALE, seconds), text));
}

const SPANS: [number | null, string][] = [
  [null, "– "],
  [3_599, "59 min"],
  [7_500, "2:05 h"],
  [47 * 3600, "47:00 h"],
  [151 * 3600, "6.3 d"],
];
for (const [seconds, text] of SPANS) {
  test(`${seconds} s are ${text} in a small place`, () => assert.equal(span(LOCALE, seconds).join(" "), text));
}

const NOW = new Date("2026-11-20T12:00:00Z");
const MOMENTS: [at: string, text: string][] = [
  ["2026-11-20T16:05:00Z", "17:05"],
  ["2026-11-20T23:30:00Z", "Sat 00:30"], // Saturday in Paris
  ["2026-11-24T06:00:00Z", "Tue 07:00"],
  ["2026-12-24T06:00:00Z", "Dec 24, 07:00"],
];
for (const [at, text] of MOMENTS) {
  test(`${at} is ${text} in the house's time`, () => {
    assert.equal(moment(house(), instant(at), NOW), text);
  });
}

test("twelve hours where the user wants them", () => {
  const locale = { ...LOCALE, time_format: "12" };
  assert.equal(plain(moment(house({}, { locale }), instant("2026-11-20T16:05:00Z"), NOW)), "5:05 PM");
  const language = { ...LOCALE, time_format: "language" };
  assert.equal(plain(moment(house({}, { locale: { ...language, language: "en-US" } }), instant("2026-11-20T06:05:00Z"), NOW)), "7:05 AM");
  assert.equal(moment(house({}, { locale: { ...language, language: "fr" } }), instant("2026-11-20T06:05:00Z"), NOW), "07:05");
});

test("a house in a zone that the browser does not know is told by the browser's clock", () => {
  const config = { currency: "EUR", time_zone: "Mars/Olympus", version: "2026.10.0" };
  assert.match(moment(house({}, { config }), instant("2026-11-20T12:30:00Z"), NOW), /\d\d:\d\d$/);
});

test("what is no instant is none", () => {
  for (const text of [null, undefined, "", "not a time"]) assert.equal(instant(text), null);
  assert.equal(moment(house(), null, NOW), NONE);
});
