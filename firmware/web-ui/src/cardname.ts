// What people call a card: its name, else its number; free charging has a tag which is no card.

import { rows } from "./draft";
import { NONE } from "./format";
import { t } from "./i18n";

export function cardName(tag: string | null, name: string | null): string {
  if (name) return name;
  const free = rows.value.get("authorization.free_charging_tag_id")?.value;
  return tag !== null && tag === free ? t("home.free") : tag || NONE;
}
