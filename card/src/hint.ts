/** What to do when something is missing: one readable sentence, and where to go. */

import { type TemplateResult, html, nothing } from "lit";

import type { Problem } from "./config.ts";
import { INTEGRATION_PATH } from "./entities.ts";
import { instant, moment } from "./format.ts";
import type { Hass } from "./ha.ts";
import type { Texts } from "./localize.ts";
import type { Look, Target } from "./model.ts";

export interface Hint {
  level: "info" | "warning" | "error";
  icon: string;
  title: string;
  text?: string;
  /** What to look at, one after the other. */
  checks?: string[];
  link?: { path: string; text: string };
  buttons?: { text: string; press: () => void }[];
}

/** A hint, told to screen readers when it appears. */
export function hint(of: Hint): TemplateResult {
  return html`<div class="hint ${of.level}" role=${of.level === "info" ? "note" : "alert"}>
    <ha-icon .icon=${of.icon}></ha-icon>
    <div>
      <strong>${of.title}</strong>
      ${of.text ? html`<p>${of.text}</p>` : nothing}
      ${of.checks ? html`<ul>${of.checks.map((each) => html`<li>${each}</li>`)}</ul>` : nothing}
      ${of.buttons || of.link
        ? html`<div class="ways">
            ${of.buttons?.map(
              (each) =>
                html`<button type="button" @click=${each.press}><bdi>${each.text}</bdi></button>`,
            )}
            ${of.link ? html`<a href=${of.link.path}>${of.link.text}</a>` : nothing}
          </div>`
        : nothing}
    </div>
  </div>`;
}

/** A field of the configuration that cannot be as it was written. */
export function problemHint(of: Problem, say: Texts): Hint {
  return {
    level: "warning",
    icon: "mdi:pencil-off-outline",
    title: say("hint.problem", { field: of.field, came: of.came }),
    text: say(of.allowed, of.values),
  };
}

/** Why there is nothing to be shown. */
export function nothingHint(
  target: Extract<Target, { of: "nothing" }>,
  say: Texts,
  choose: (device: string) => void,
): Hint {
  const link = { path: INTEGRATION_PATH, text: say("hint.open_integration") };
  if (target.why === "choose") {
    return {
      level: "info",
      icon: "mdi:ev-station",
      title: say("hint.choose"),
      text: say("hint.choose_text"),
      buttons: target.devices.map(({ id, name }) => ({
        text: name || id,
        press: () => choose(id),
      })),
    };
  }
  if (target.why === "gone") {
    return {
      level: "warning",
      icon: "mdi:ev-plug-type2",
      title: say("hint.gone"),
      text: say("hint.gone_text", { device: target.device }),
      link,
    };
  }
  return {
    level: "info",
    icon: "mdi:ev-station",
    title: say("hint.none"),
    text: say("hint.none_text"),
    link,
  };
}

/** What is wrong with what is shown, the gravest first. */
export function troubles(
  hass: Hass,
  look: Look,
  device: string | undefined,
  loaded: boolean,
  say: Texts,
  now: Date,
): Hint[] {
  const hints: Hint[] = [];
  if (!loaded) {
    hints.push({
      level: "warning",
      icon: "mdi:puzzle-remove-outline",
      title: say("hint.not_loaded"),
      text: say("hint.not_loaded_text"),
      link: { path: INTEGRATION_PATH, text: say("hint.open_integration") },
    });
  } else if (look.away) {
    const since = instant(look.away.since);
    hints.push({
      level: "warning",
      icon: "mdi:lan-disconnect",
      title: since
        ? say("hint.away_since", { time: moment(hass, since, now) })
        : say("hint.away"),
      checks: [say("hint.away_power"), say("hint.away_network"), say("hint.away_address")],
      link: device
        ? { path: `/config/devices/device/${device}`, text: say("hint.open_device") }
        : undefined,
    });
  }
  if (look.fault !== null) {
    hints.push({
      level: "error",
      icon: "mdi:alert",
      title: say("hint.fault", { fault: look.fault }),
      text: say("hint.fault_text"),
    });
  }
  for (const { role, entity } of look.missing) {
    hints.push({
      level: "warning",
      icon: "mdi:help-circle-outline",
      title: say("hint.missing", { field: `entities: ${role}`, entity }),
      text: say("hint.missing_text"),
    });
  }
  return hints;
}
