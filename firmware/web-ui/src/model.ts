// What the wallbox's API answers (/api/v1), as far as the page uses it.

export type RoleName = "manufacturer" | "operator" | "user";
export const ROLES: readonly RoleName[] = ["manufacturer", "operator", "user"];

export interface Session {
  claimed: boolean;
  role: RoleName | null;
  login: string | null;
  csrf: string | null;
  expires_in_s: number | null;
  languages: string[];
  product: { vendor: string; model: string; serial: string; version: string; name: string };
  simulated: boolean;
  connectors: number[];
  fingerprint: string;
}

/** The value of a setting as JSON: a list setting is an array. */
export type Value = boolean | number | string | string[] | null;

export interface Row {
  key: string;
  kind: "setting" | "fact" | "button";
  type: string;
  label: string;
  help: string;
  unit: string;
  min: number | null;
  max: number | null;
  options: { value: Value; text: string }[];
  access: "RW" | "R";
  value: Value;
  default: Value;
  restart: boolean;
  secret: boolean;
  is_set: boolean;
  safety: boolean;
  argument: "" | "text" | "secret" | "file";
  danger: boolean;
  waiting: boolean;
}

export interface SettingsPage {
  page: string;
  name: string;
  rows: Row[];
}

export interface SettingsAnswer {
  pages: SettingsPage[];
  waiting: string[];
}

export interface SaveAnswer {
  changed: string[];
  restart_needed: boolean;
  trial: { ends_in_s: number } | null;
}

export interface Difference {
  key: string;
  label: string;
  old: Value;
  new: Value;
  safety: boolean;
}

export interface ImportAnswer {
  differences: Difference[];
  unknown: string[];
  warnings: string[];
  applied: boolean;
}

export interface Why {
  sentence: string;
  next: { text: string }[];
  limits: { source: string; name: string; text: string; amps: number | null; wins: boolean }[];
  permissions: { text: string; granted: boolean }[];
  faults: { fault: string; name: string; action: string }[];
}

export interface ConnectorState {
  number: number;
  status: string;
  phase: string;
  plugged: boolean;
  power_w: number | null;
  energy_wh: number | null;
  session: { energy_wh: number; duration_s: number; card: string; name: string } | null;
  current_a: number[] | null;
  voltage_v: number[] | null;
  offered_a: number;
  limit: { source: string; text: string; amps: number } | null;
  why: Why;
}

/** What somebody should look at; the words for each code are the page's ("alert.*"). */
export interface Alert {
  code: string;
  ends_in_s?: number;
  version?: string;
}

export interface NetworkState {
  available: boolean;
  reason: string;
  hostname: string;
  ethernet: { enabled: boolean | null; state: string; ip: string | null };
  wifi: {
    mode: "off" | "client" | "hotspot";
    ssid: string | null;
    signal_percent: number | null;
    ip: string | null;
    joined: boolean;
  };
  cellular: {
    state: string;
    operator: string | null;
    signal_percent: number | null;
    ip: string | null;
  };
  hotspot: {
    open: boolean;
    ssid: string | null;
    address: string | null;
    closes_in_s: number | null;
    client: string | null;
    key?: string | null;
    qr?: string | null;
  };
  trial: { ends_in_s: number } | null;
  last_trial: { confirmed: boolean; reason: string } | null;
}

export interface LiveState {
  connectors: ConnectorState[];
  house: { current_a: number[]; limit_a: number } | null;
  backend: { url: string; connected: boolean };
  network: NetworkState;
  facts: Record<string, Value>;
  waiting: string[];
  alerts: Alert[];
  time: string;
}

export interface Charge {
  number: number;
  connector: number;
  start: string;
  end: string | null;
  duration_s: number | null;
  start_mode: string | null;
  stop_mode: string | null;
  energy_wh: number | null;
  card: string | null;
  name: string | null;
}

export interface ChargesAnswer {
  count: number;
  energy_wh: number;
  charges: Charge[];
}

export interface Report {
  month: string;
  energy_wh: number;
  charges: number;
  days: { day: string; energy_wh: number; charges: number }[];
  cards: {
    card: string | null;
    name: string | null;
    charges: number;
    energy_wh: number;
    duration_s: number;
  }[];
}

export interface ActiveFault {
  connector: number;
  fault: string;
  name: string;
  action: string;
  since: string | null;
  latched: boolean;
}

export interface FaultsAnswer {
  active: ActiveFault[];
  log: {
    number: number;
    connector: number;
    fault: string;
    name: string;
    began_at: string;
    ended_at: string | null;
  }[];
  count: number;
}

export interface Charts {
  from: string;
  step_s: number;
  series: Record<string, (number | null)[]>;
}

export interface Card {
  tag: string;
  uid: string;
  name: string;
  slot: number | null;
}

export interface CardsAnswer {
  count: number;
  cards: Card[];
  hint?: string;
}

export interface Learning {
  remaining_s: number;
  count: number;
  cards: { number: number; tag: string; outcome: string }[];
}

export interface Reading {
  remaining_s: number;
  tag: string | null;
}

/** The three slots by their numbers. */
export type Slots = Record<string, Card | null>;

export interface Check {
  connector: number;
  steps: number;
  most_steps: number;
  wanted_a: number | null;
  silent: boolean;
  result: {
    good: boolean;
    findings: string[];
    car_phases: number[];
    following: number[];
    reversed: number[];
    missing: number[];
    confidence: number | null;
  } | null;
  to_set?: Record<string, string>;
}

export interface MeterQuality {
  connection: string;
  readings: number;
  failed: number;
  samples_per_s: number;
  answer_mean_ms: number | null;
}

export interface MetersAnswer {
  check: Check | null;
  meters: Record<string, MeterQuality>;
}

export interface MeterModel {
  id: string;
  name: string;
  phases: number;
  function_code: string;
  unit: number | null;
  format: string;
  l1: number;
  l2: number | null;
  l3: number | null;
}

export interface WifiNetwork {
  ssid: string;
  security: string;
  signal_percent: number;
  dbm: number | null;
}

export interface TimeAnswer {
  available: boolean;
  reason: string;
  now: string;
  time_zone: string | null;
  ntp: boolean | null;
  synchronized: boolean | null;
  can_ntp: boolean;
}

export interface UpdateState {
  version: string;
  installed_at: string | null;
  available: { version: string; url: string } | null;
  phase: string;
  progress_percent: number | null;
  code: string | null;
  message: string | null;
  slots: { slot: string; version: string | null; at: string | null; healthy: boolean; running: boolean }[];
  next_check_at: string | null;
}

export interface Token {
  id: number | string;
  name: string;
  role: RoleName;
  created_at: string;
  used_at: string | null;
  token?: string;
}

export interface AuditEntry {
  id: number;
  at: string;
  role: string | null;
  origin: string;
  key: string;
  label: string;
  old: Value | Record<string, Value>;
  new: Value | Record<string, Value>;
  undone: boolean;
}

export interface Pairing {
  claimed: boolean;
  pin_ends_in_s: number | null;
}
