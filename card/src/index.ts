/** The module that Home Assistant loads with its page: the cards and the dashboard's strategy. */

import { EvseOcppCard } from "./card.ts";
import { define } from "./define.ts";

declare global {
  interface Window {
    customCards?: Record<string, unknown>[];
    customStrategies?: Record<string, unknown>[];
  }
}

define({ "evse-ocpp-card": EvseOcppCard });

window.customCards = window.customCards ?? [];
window.customCards.push({
  type: "evse-ocpp-card",
  name: "EVSE OCPP",
  description: "A wallbox: state, limit, mode, session, plan, and why.",
  preview: true,
  documentationURL: "https://github.com/evse-ocpp/evse-ocpp",
});
