/** Asks Home Assistant for what a card shows: when the question changes, and again now and then. */

import type { ReactiveController, ReactiveControllerHost } from "lit";

import { wordsOf } from "./doing.ts";

/** What is on a wall stays true: it is asked again so often while it is seen. */
const AGAIN_MS = 60_000;

/** The last answer stays until the next one is there, so that nothing jumps. */
export class Asking<T> implements ReactiveController {
  answer: T | null = null;
  /** What Home Assistant said when the last question failed. */
  error: string | null = null;
  busy = false;

  private question?: string;
  private fetch?: () => Promise<T>;
  private turn = 0;
  private timer?: ReturnType<typeof setInterval>;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** Ask, unless it is the question that was asked last. */
  ask(question: string, fetch: () => Promise<T>): void {
    this.fetch = fetch;
    if (question === this.question) return;
    this.question = question;
    void this.again();
  }

  /** Ask the same once more; of several answers the one to the last question counts. */
  async again(): Promise<void> {
    if (this.fetch === undefined) return;
    const turn = ++this.turn;
    this.busy = true;
    try {
      const answer = await this.fetch();
      if (turn !== this.turn) return;
      this.answer = answer;
      this.error = null;
    } catch (error) {
      if (turn !== this.turn) return;
      this.error = wordsOf(error);
    }
    this.busy = false;
    this.host.requestUpdate();
  }

  hostConnected(): void {
    this.timer = setInterval(() => {
      if (document.visibilityState === "visible") void this.again();
    }, AGAIN_MS);
    if (this.question !== undefined) void this.again();
  }

  hostDisconnected(): void {
    clearInterval(this.timer);
  }
}
