// The pages there are, in the order of the navigation: address, name, icon, and who sees them.

import { type TextKey, t } from "./i18n";
import type { RoleName } from "./model";
import type { IconName } from "./parts/icon";

export interface Place {
  path: string;
  text: TextKey;
  icon: IconName;
  roles?: readonly RoleName[]; // all when not given
}

const STAFF = ["manufacturer", "operator"] as const;

/** The first four are the tabs of a phone. */
export const PLACES: readonly Place[] = [
  { path: "/", text: "nav.home", icon: "live" },
  { path: "/charges", text: "nav.charges", icon: "history" },
  { path: "/cards", text: "nav.cards", icon: "card" },
  { path: "/settings", text: "nav.settings", icon: "settings" },
  { path: "/reports", text: "nav.reports", icon: "report" },
  { path: "/faults", text: "nav.faults", icon: "fault" },
  { path: "/meters", text: "nav.meters", icon: "meter", roles: STAFF },
  { path: "/update", text: "nav.update", icon: "update" },
  { path: "/access", text: "nav.access", icon: "access" },
  { path: "/audit", text: "nav.audit", icon: "audit", roles: STAFF },
  { path: "/about", text: "nav.about", icon: "about" },
];
export const TABS = 4;

/** The icons of the manual's pages. */
export const SETTINGS_ICONS: Record<string, IconName> = {
  STATE: "live",
  NETWORK: "network",
  INSTALLATION: "wrench",
  SYSTEM: "settings",
  BACKEND: "cloud",
  WHITELIST: "card",
  MANUFACTURER: "factory",
  LOADMANAGEMENT: "balance",
  AUTHORIZATION: "key",
  SIMULATION: "sim",
};

export const placeOf = (path: string): Place | undefined =>
  PLACES.find((place) => place.path === path) ??
  PLACES.find((place) => place.path !== "/" && path.startsWith(`${place.path}/`));

export const nameOf = (place: Place): string => t(place.text);
