/** The monthly statements, written by `evse_ocpp.export_statement`. */

import { answerOf, documentLanguage, type Format } from "./download.ts";
import type { Hass } from "./ha.ts";
import { ownerData } from "./ledger.ts";

export interface StatementsWanted {
  /** "2026-11" */
  month: string;
  /** Of this owner; of all without one. */
  owner?: string;
  devices?: string[];
}

/** A document that was written, and the signed address of it. */
export interface Document {
  name: string;
  format: Format;
  url: string;
}

/** Have them written, one of each owner. */
export async function writeStatements(hass: Hass, wanted: StatementsWanted, format: Format): Promise<Document[]> {
  const data = statementData(hass, wanted, format);
  return (await answerOf<{ statements: Document[] }>(hass, "export_statement", data)).statements;
}

export function statementData(hass: Hass, wanted: StatementsWanted, format: Format): Record<string, unknown> {
  const owner = ownerData(wanted.owner) ?? {};
  const data = { month: wanted.month, format, language: documentLanguage(hass), device_id: wanted.devices, ...owner };
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
