/** What a user writes for a card, read with care: a mistake becomes a hint, never an error. */

import type { TextKey } from "./localize.ts";

/** The parts that can be left out. */
export const PARTS = ["why", "modes", "limit", "session", "phases", "plan"] as const;
export type Part = (typeof PARTS)[number];

/** What a charger's entity can be for, and the kinds of entities that can be it. */
export const ROLES = {
  status: ["sensor", "binary_sensor"],
  power: ["sensor"],
  current: ["sensor"],
  current_limit: ["number", "input_number"],
  charging: ["switch", "input_boolean"],
  mode: ["select", "input_select"],
  session_energy: ["sensor"],
  session_cost: ["sensor"],
  session_duration: ["sensor"],
  session_start: ["sensor"],
  energy: ["sensor"],
  soc: ["sensor"],
  why: ["sensor"],
} as const satisfies Record<string, readonly string[]>;
export type Role = keyof typeof ROLES;

export const LAYOUTS = ["full", "compact"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Of which field what was written, and what can be written: for `card.problem`. */
export interface Problem {
  field: string;
  came: string;
  allowed: TextKey;
  values?: Record<string, string>;
}

export interface CardConfig {
  /** The device of a connector of this integration. */
  device?: string;
  /** The entities of a charger of another integration. */
  entities?: Partial<Record<Role, string>>;
  layout: Layout;
  show: Record<Part, boolean>;
  name?: string;
  problems: Problem[];
}

/** Read what was written; whatever it is, the result can be shown. */
export function readConfig(raw: unknown): CardConfig {
  const problems: Problem[] = [];
  const written = isRecord(raw) ? raw : {};
  return {
    device: text(written, "device", problems),
    entities: readEntities(written["entities"], problems),
    layout: readLayout(written["layout"], problems),
    show: readShow(written["show"], problems),
    name: text(written, "name", problems),
    problems,
  };
}

function readEntities(raw: unknown, problems: Problem[]): CardConfig["entities"] {
  if (raw === undefined || raw === null) return undefined;
  if (!isRecord(raw)) {
    problems.push({ field: "entities", came: told(raw), allowed: "problem.list_of_roles" });
    return undefined;
  }
  const entities: Partial<Record<Role, string>> = {};
  for (const [role, id] of Object.entries(raw)) {
    const kinds = Object.hasOwn(ROLES, role) ? ROLES[role as Role] : undefined;
    if (kinds === undefined) {
      const roles = Object.keys(ROLES).join(", ");
      problems.push({
        field: "entities",
        came: role,
        allowed: "problem.one_of",
        values: { list: roles },
      });
    } else if (typeof id === "string" && kinds.some((kind) => id.startsWith(`${kind}.`))) {
      entities[role as Role] = id;
    } else if (id !== undefined && id !== null && id !== "") {
      problems.push({
        field: `entities: ${role}`,
        came: told(id),
        allowed: "problem.entity_of",
        values: { list: kinds.join(", ") },
      });
    }
  }
  return Object.keys(entities).length > 0 ? entities : undefined;
}

function readLayout(raw: unknown, problems: Problem[]): Layout {
  if (raw === undefined || raw === null) return "full";
  const layout = LAYOUTS.find((each) => each === raw);
  if (layout !== undefined) return layout;
  const values = { list: LAYOUTS.join(", ") };
  problems.push({ field: "layout", came: told(raw), allowed: "problem.one_of", values });
  return "full";
}

function readShow(raw: unknown, problems: Problem[]): Record<Part, boolean> {
  const show = Object.fromEntries(PARTS.map((part) => [part, true])) as Record<Part, boolean>;
  if (raw === undefined || raw === null) return show;
  if (!isRecord(raw)) {
    const values = { list: PARTS.join(", ") };
    problems.push({ field: "show", came: told(raw), allowed: "problem.yes_no_of", values });
    return show;
  }
  for (const [key, value] of Object.entries(raw)) {
    const part = PARTS.find((each) => each === key);
    if (part !== undefined && typeof value === "boolean") {
      show[part] = value;
    } else if (part !== undefined) {
      problems.push({ field: `show: ${key}`, came: told(value), allowed: "problem.yes_no" });
    } else {
      const values = { list: PARTS.join(", ") };
      problems.push({ field: "show", came: key, allowed: "problem.one_of", values });
    }
  }
  return show;
}

function text(from: Record<string, unknown>, field: string, problems: Problem[]) {
  const raw = from[field];
  if (raw === undefined || raw === null || raw === "") return undefined;
  if (typeof raw === "string") return raw;
  problems.push({ field, came: told(raw), allowed: "problem.text" });
  return undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const LONGEST_TOLD = 60;

/** What was written, as it is told: in short. */
export function told(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST_TOLD ? `${text.slice(0, LONGEST_TOLD)}…` : text;
}
