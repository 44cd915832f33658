/** The dashboard "Charging": made anew each time it is opened, for all wallboxes and sites there are. */

import { readBoardConfig, type BoardConfig, type View } from "./board-config.ts";
import { found, type Found } from "./found.ts";
import type { Hass } from "./ha.ts";
import { texts, type Texts } from "./localize.ts";
import { learn } from "./tables.ts";
import * as views from "./views.ts";

const MAKERS: Record<View, (found: Found, text: Texts) => views.ViewSetup> = {
  overview: views.overview,
  sessions: views.sessions,
  months: views.months,
  costs: views.costs,
  faults: views.faults,
};

export interface Dashboard {
  title: string;
  views: views.ViewSetup[];
}

/** The whole dashboard. Pure. */
export function dashboard(config: BoardConfig, hass: Hass): Dashboard {
  const text = texts(hass.language);
  const there = found(hass, config.devices);
  const lines = config.problems.map(({ field, came, allowed, values }) =>
    `${text("hint.problem", { field, came })} ${text(allowed, values)}`,
  );
  for (const id of config.devices) {
    if (there.connectors.every(({ device }) => device !== id)) lines.push(text("board.no_device", { device: id }));
  }
  const shown = there.connectors.length === 0 ? [views.nothing(text)] : config.views.map((name) => MAKERS[name](there, text));
  if (lines.length > 0) shown[0]?.sections.unshift(views.complaint(lines));
  return { title: text("board.title"), views: shown };
}

/** What Home Assistant asks for a dashboard of `strategy: {type: custom:evse-ocpp}`. */
export class EvseOcppStrategy extends HTMLElement {
  /** Made anew when one of these has changed (newer versions; older ones offer to). */
  static registryDependencies = ["entities", "devices"];

  static async generate(config: unknown, hass: Hass): Promise<Dashboard> {
    await learn(hass.language); // titles are not drawn anew when words come later
    return dashboard(readBoardConfig(config), hass);
  }

  /** What the form of a new dashboard has in it. */
  static getCreateSuggestions(hass: Hass): { title: string; icon: string } {
    return { title: texts(hass.language)("board.title"), icon: "mdi:ev-station" };
  }
}
