/** What a user may write for the dashboard and its cards, read with care: a mistake is told, never an error. */

import { isRecord, told, type Problem } from "./config.ts";

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
  const written = isRecord(raw) ? raw : {};
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

/** What the bars of a card are: days or months, of energy or of what was paid. */
export const GRAINS = ["day", "month"] as const;
export type Grain = (typeof GRAINS)[number];
export const MEASURES = ["energy", "cost"] as const;
export type Measure = (typeof MEASURES)[number];

/** `devices`: only these connectors; undefined: all. */
export interface BoardCardConfig {
  devices?: string[];
  period: Grain;
  measure: Measure;
  problems: Problem[];
}

/** Read the configuration of one of the dashboard's cards. */
export function readBoardCardConfig(raw: unknown): BoardCardConfig {
  const written = isRecord(raw) ? raw : {};
  const problems: Problem[] = [];
  const devices = list(written, "devices", problems);
  const word = <T extends string>(field: string, words: readonly T[], usual: T): T => {
    const raw = written[field] ?? usual;
    const found = words.find((each) => each === raw);
    if (found !== undefined) return found;
    problems.push({ field, came: told(raw), allowed: "problem.one_of", values: { list: words.join(", ") } });
    return usual;
  };
  return {
    devices: devices.length > 0 ? devices : undefined,
    period: word("period", GRAINS, "day"),
    measure: word("measure", MEASURES, "energy"),
    problems,
  };
}

function list(written: Record<string, unknown>, field: string, problems: Problem[]): string[] {
  const raw = written[field];
  if (raw === undefined || raw === null) return [];
  if (Array.isArray(raw) && raw.every((each) => typeof each === "string")) return raw as string[];
  problems.push({ field, came: told(raw), allowed: "problem.list" });
  return [];
}
