/** Who charged, as it is shown; and sums of money, which may be of several currencies. */

import { money, NONE } from "./format.ts";
import type { Hass, Locale } from "./ha.ts";
import { NOBODY } from "./ledger.ts";
import type { Texts } from "./localize.ts";

/** The person, else the card, else that nobody showed one. */
export function ownerName(told: { person: string | null; card: string | null }, text: Texts): string {
  return told.person ?? told.card ?? text("owner.nobody");
}

/** "12.40 €", and of several currencies "12.40 € + 3.00 CHF". */
export function moneyOf(locale: Locale, cost: Record<string, number> | undefined): string {
  const amounts = Object.entries(cost ?? {});
  if (amounts.length === 0) return NONE;
  return amounts.map(([currency, amount]) => money(locale, amount, currency)).join(" + ");
}

/** The picture of a person, null without one. */
export function pictureOf(hass: Hass, owner: string): string | null {
  if (!owner.startsWith("person:")) return null;
  const picture = hass.states[owner.slice("person:".length)]?.attributes["entity_picture"];
  return typeof picture === "string" && picture !== "" ? (hass.hassUrl?.(picture) ?? picture) : null;
}

/** The icon of an owner without a picture. */
export function iconOf(owner: string): string {
  if (owner === NOBODY) return "mdi:ev-plug-type2";
  return owner.startsWith("person:") ? "mdi:account" : "mdi:card-account-details-outline";
}
