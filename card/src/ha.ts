/** What of Home Assistant's frontend the cards use: shapes of both ends of the supported versions. */

export interface HassEntity {
  entity_id: string;
  state: string;
  attributes: Record<string, unknown>;
  last_changed: string;
  last_updated: string;
}

/** An entry of the entity registry as the frontend has it; what is disabled is not there. */
export interface RegistryEntity {
  entity_id: string;
  device_id?: string | null;
  platform: string;
  translation_key?: string | null;
}

export interface RegistryDevice {
  id: string;
  name: string | null;
  name_by_user?: string | null;
  via_device_id?: string | null;
  identifiers: [string, string][];
}

export interface Connection {
  subscribeMessage<T>(
    callback: (message: T) => void,
    message: Record<string, unknown>,
    options?: { resubscribe?: boolean },
  ): Promise<() => Promise<void>>;
  addEventListener?(type: "ready", listener: () => void): void;
  removeEventListener?(type: "ready", listener: () => void): void;
}

export interface Locale {
  language: string;
  number_format: string;
  time_format: string;
  time_zone?: string;
}

export interface Hass {
  states: Record<string, HassEntity | undefined>;
  entities: Record<string, RegistryEntity | undefined>;
  devices: Record<string, RegistryDevice | undefined>;
  connection: Connection;
  language: string;
  locale: Locale;
  config: { currency: string; time_zone: string; version: string };
  user?: { is_admin: boolean; name: string };
  themes?: { darkMode?: boolean };
  callWS<T>(message: Record<string, unknown>): Promise<T>;
  callService<T = unknown>(
    domain: string,
    service: string,
    data?: Record<string, unknown>,
    target?: Record<string, unknown>,
    notifyOnError?: boolean,
    returnResponse?: boolean,
  ): Promise<{ response?: T }>;
  formatEntityState(entity: HassEntity, state?: string): string;
  hassUrl?(path?: string): string;
  /** Load texts of an integration; the answer finds them. */
  loadBackendTranslation?(
    category: string,
    integration: string,
  ): Promise<(key: string, values?: Record<string, unknown>) => string>;
}

/** Tell Home Assistant of something: `hass-more-info`, `config-changed` and the like. */
export function fire(from: HTMLElement, type: string, detail: unknown = {}): void {
  from.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
}

/** Whether a state says something: it is there, and neither unavailable nor unknown. */
export function says(entity: HassEntity | undefined): entity is HassEntity {
  return entity !== undefined && entity.state !== "unavailable" && entity.state !== "unknown";
}

/** The number of a state, or null where it is none. */
export function numberOf(entity: HassEntity | undefined): number | null {
  if (!says(entity) || entity.state.trim() === "") return null;
  const value = Number(entity.state);
  return Number.isFinite(value) ? value : null;
}
