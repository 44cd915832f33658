/**
 * All styles, so that they stand side by side in the built file: what packs it knows words again only
 * when they came within the last 32 kB. To be imported before all else.
 */

import "./board-style.ts";
import "./controls.ts";
import "./energy-card-style.ts";
import "./faults-card-style.ts";
import "./goal-form-style.ts";
import "./limit-style.ts";
import "./month-card-style.ts";
import "./phases-style.ts";
import "./plan-chart-style.ts";
import "./plan-style.ts";
import "./sessions-card-style.ts";
import "./sources-style.ts";
import "./style.ts";
