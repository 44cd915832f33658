/** What the user has told a card to do: busy until it is done, and the words when it failed. */

import type { ReactiveController, ReactiveControllerHost } from "lit";

export class Doing implements ReactiveController {
  /** What is under way, such as `mode`. */
  busy: string | null = null;
  /** What Home Assistant said of the last thing that failed, in the user's language; "": nothing. */
  error: string | null = null;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    // Nothing: what is under way ends by itself.
  }

  /** Do one thing; true when it is done. A second one waits for nobody and is shown from then on. */
  async run(what: string, act: () => Promise<unknown>): Promise<boolean> {
    this.busy = what;
    this.error = null;
    this.host.requestUpdate();
    try {
      await act();
      return true;
    } catch (error) {
      this.error = wordsOf(error);
      return false;
    } finally {
      if (this.busy === what) this.busy = null;
      this.host.requestUpdate();
    }
  }

  forget(): void {
    this.error = null;
    this.host.requestUpdate();
  }
}

/** The words of what Home Assistant refused an action with; none when it did not answer at all. */
export function wordsOf(error: unknown): string {
  const message = (error as { message?: unknown } | undefined)?.message;
  return typeof message === "string" ? message : "";
}
