/** What a user may write for the dashboard, read with care: a mistake is told, never an error. */

import type { Problem } from "./config.ts";

/** The views, in the order in which they are shown. */
export const VIEWS = ["overview", "sessions", "months", "costs", "faults"] as const;
export type View = (typeof VIEWS)[number];

export interface BoardConfig {
  /** The devices of the connectors to show; all if empty. */
  devices: string[];
  views: View[];
  problems: Problem[];
}

/** Read what stands beside `type: custom:evse-ocpp`; whatever it is, the result can be shown. */
export function readBoardConfig(raw: unknown): BoardConfig {
  const written = (typeof raw === "object" && raw !== null ? raw : {}) as Record<string, unknown>;
  const problems: Problem[] = [];
  const devices = list(written, "devices", problems);
  const views = list(written, "views", problems).filter((name): name is View => {
    const known = VIEWS.some((each) => each === name);
    if (!known) {
      problems.push({ field: "views", came: name, allowed: "problem.one_of", values: { list: VIEWS.join(", ") } });
    }
    return known;
  });
  return { devices, views: views.length > 0 ? [...new Set(views)] : [...VIEWS], problems };
}

function list(written: Record<string, unknown>, field: string, problems: Problem[]): string[] {
  const raw = written[field];
  if (raw === undefined || raw === null) return [];
  if (Array.isArray(raw) && raw.every((each) => typeof each === "string")) return raw as string[];
  problems.push({ field, came: JSON.stringify(raw).slice(0, 60), allowed: "problem.list" });
  return [];
}
