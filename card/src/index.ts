/** The module that Home Assistant loads with its page: the cards and the dashboard's strategy. */

import "./looks.ts";

import { EvseOcppCard } from "./card.ts";
import { define, pageLanguage } from "./define.ts";
import { EvseOcppCardEditor } from "./editor.ts";
import { EvseOcppLimit } from "./limit.ts";
import { suggestion } from "./suggest.ts";
import { EvseOcppEnergyCard } from "./energy-card.ts";
import { EvseOcppFaultsCard } from "./faults-card.ts";
import { EvseOcppGoalForm } from "./goal-form.ts";
import { texts } from "./localize.ts";
import { EvseOcppMonthCard } from "./month-card.ts";
import { EvseOcppPhasesCard } from "./phases-card.ts";
import { EvseOcppPhases } from "./phases.ts";
import { EvseOcppPlanCard } from "./plan-card.ts";
import { EvseOcppPlanChart } from "./plan-chart.ts";
import { EvseOcppPlan } from "./plan.ts";
import { EvseOcppSessionsCard } from "./sessions-card.ts";
import { EvseOcppStrategy } from "./strategy.ts";

declare global {
  interface Window {
    customCards?: Record<string, unknown>[];
    customStrategies?: Record<string, unknown>[];
  }
}

const ready = define({
  "evse-ocpp-energy-card": EvseOcppEnergyCard,
  "evse-ocpp-faults-card": EvseOcppFaultsCard,
  "evse-ocpp-month-card": EvseOcppMonthCard,
  "evse-ocpp-sessions-card": EvseOcppSessionsCard,
  "ll-strategy-dashboard-evse-ocpp": EvseOcppStrategy,
  "evse-ocpp-card": EvseOcppCard,
  "evse-ocpp-card-editor": EvseOcppCardEditor,
  "evse-ocpp-limit": EvseOcppLimit,
  "evse-ocpp-goal-form": EvseOcppGoalForm,
  "evse-ocpp-phases": EvseOcppPhases,
  "evse-ocpp-phases-card": EvseOcppPhasesCard,
  "evse-ocpp-plan": EvseOcppPlan,
  "evse-ocpp-plan-card": EvseOcppPlanCard,
  "evse-ocpp-plan-chart": EvseOcppPlanChart,
});

const DOCUMENTATION = "https://github.com/evse-ocpp/evse-ocpp";

/** The cards of the dashboard, each with its name; what it is for stands in `<part>.card`. */
const PARTS = {
  plan: "plan.title",
  phases: "phases.title",
  sessions: "board.sessions",
  month: "board.months",
  energy: "energy.title",
  faults: "board.faults",
} as const;

// The pickers of cards and dashboards ask for these when they are opened: in the page's words.
void ready.then(() => {
  const say = texts(pageLanguage());
  const cards = (window.customCards ??= []);
  cards.push({
    type: "evse-ocpp-card",
    name: "EVSE OCPP",
    description: say("card.card"),
    preview: true,
    getEntitySuggestion: suggestion,
    documentationURL: DOCUMENTATION,
  });
  for (const part of Object.keys(PARTS) as (keyof typeof PARTS)[]) {
    const name = `EVSE OCPP: ${say(PARTS[part])}`;
    cards.push({ type: `evse-ocpp-${part}-card`, name, description: say(`${part}.card`) });
  }
  (window.customStrategies ??= []).push({
    type: "evse-ocpp",
    strategyType: "dashboard",
    name: say("board.title"),
    description: say("board.description"),
    documentationURL: DOCUMENTATION,
  });
});
