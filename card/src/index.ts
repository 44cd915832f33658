/** The module that Home Assistant loads with its page: the cards and the dashboard's strategy. */

import { EvseOcppCard } from "./card.ts";
import { define } from "./define.ts";
import { EvseOcppCardEditor } from "./editor.ts";
import { EvseOcppLimit } from "./limit.ts";
import { suggestion } from "./suggest.ts";

declare global {
  interface Window {
    customCards?: Record<string, unknown>[];
    customStrategies?: Record<string, unknown>[];
  }
}

define({
  "evse-ocpp-card": EvseOcppCard,
  "evse-ocpp-card-editor": EvseOcppCardEditor,
  "evse-ocpp-limit": EvseOcppLimit,
});

window.customCards = window.customCards ?? [];
window.customCards.push({
  type: "evse-ocpp-card",
  name: "EVSE OCPP",
  description: "A wallbox: state, limit, mode, session, plan, and why.",
  preview: true,
  getEntitySuggestion: suggestion,
  documentationURL: "https://github.com/evse-ocpp/evse-ocpp",
});
