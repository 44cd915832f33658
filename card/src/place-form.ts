/** The form of a card that is of one place: Home Assistant's own form draws it. */

import { pageLanguage } from "./define.ts";
import { DOMAIN } from "./entities.ts";
import { texts } from "./localize.ts";

interface Schema {
  name: string;
  selector: Record<string, unknown>;
}

interface ConfigForm {
  schema: Schema[];
  computeLabel: (field: Schema) => string;
}

/** `field`: "device" of a wallbox, "site" of a house. */
export function deviceForm(field: "device" | "site"): ConfigForm {
  const say = texts(pageLanguage());
  return {
    schema: [
      { name: field, selector: { device: { filter: [{ integration: DOMAIN }] } } },
      { name: "name", selector: { text: {} } },
    ],
    computeLabel: ({ name }) =>
      say(name === "name" ? "editor.name" : field === "site" ? "phases.site" : "editor.device"),
  };
}
