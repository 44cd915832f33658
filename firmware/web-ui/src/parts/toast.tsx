// Short messages at the edge of the page: done, or what went wrong. Errors stay until they are
// closed.

import { signal } from "@preact/signals";

import { t } from "../i18n";
import { inWords } from "../load";
import { Icon } from "./icon";

interface Message {
  id: number;
  text: string;
  bad: boolean;
}

const SHOWN_MS = 5_000;
const messages = signal<Message[]>([]);
let nextId = 1;

function close(id: number): void {
  messages.value = messages.value.filter((message) => message.id !== id);
}

function show(text: string, bad: boolean): void {
  const id = nextId++;
  const others = messages.value.filter((message) => message.text !== text);
  messages.value = [...others.slice(-2), { id, text, bad }];
  if (!bad) setTimeout(() => close(id), SHOWN_MS);
}

export const say = (text: string): void => show(text, false);
export const complain = (error: unknown): void =>
  show(typeof error === "string" ? error : inWords(error), true);

/** Do something; tell of the error when it fails. Says whether it was done. */
export async function attempt(what: () => Promise<unknown>, done = ""): Promise<boolean> {
  try {
    await what();
  } catch (error) {
    complain(error);
    return false;
  }
  if (done) say(done);
  return true;
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {messages.value.map((message) => (
        <div key={message.id} class={message.bad ? "toast bad" : "toast"}>
          <span>{message.text}</span>
          <button class="plain" aria-label={t("word.close")} onClick={() => close(message.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
