/** Follows a connector as long as its element is on the page, and again after an error. */

import type { ReactiveController, ReactiveControllerHost } from "lit";

import { follow, type Snapshot } from "./feed.ts";
import type { Hass } from "./ha.ts";

/** After an error it is tried again so late: the integration is being loaded, or set up anew. */
const AGAIN_MS = 5_000;

export class Following implements ReactiveController {
  snapshot: Snapshot | null = null;
  /** Home Assistant's code, such as `not_found`; null while all is well. */
  error: string | null = null;

  private hass?: Hass;
  private device?: string;
  private connected = false;
  private end?: () => void;
  private again?: ReturnType<typeof setTimeout>;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** Follow this device from now on; nothing to do when it is the same one. */
  of(hass: Hass, device: string | undefined): void {
    const same =
      device === this.device &&
      hass.connection === this.hass?.connection &&
      hass.language === this.hass.language;
    this.hass = hass;
    if (same) return;
    if (device !== this.device) {
      this.snapshot = null;
      this.error = null;
    }
    this.device = device;
    this.restart();
  }

  hostConnected(): void {
    this.connected = true;
    this.restart();
  }

  hostDisconnected(): void {
    this.connected = false;
    this.stop();
  }

  private restart(): void {
    this.stop();
    if (!this.connected || this.hass === undefined || this.device === undefined) return;
    this.end = follow(this.hass, this.device, (snapshot, error) => {
      const changed = snapshot !== this.snapshot || error !== this.error;
      this.snapshot = error === null ? snapshot : (snapshot ?? this.snapshot);
      this.error = error;
      if (error !== null) this.again ??= setTimeout(() => this.restart(), AGAIN_MS);
      if (changed) this.host.requestUpdate();
    });
  }

  private stop(): void {
    clearTimeout(this.again);
    this.again = undefined;
    this.end?.();
    this.end = undefined;
  }
}
