// Dialogs: the browser's own modal element, which keeps the focus and knows Escape; and the question
// before something that cannot be taken back.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { t } from "../i18n";
import { Icon } from "./icon";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}

export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    element.current?.showModal();
    return () => before?.focus();
  }, []);
  return (
    <dialog ref={element} class={wide ? "wide" : ""} aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <button class="plain" aria-label={t("word.close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}

interface Question {
  title: string;
  text: string;
  yes: string;
  danger: boolean;
  extra?: ComponentChildren;
  answer: (yes: boolean) => void;
}

const question = signal<Question | null>(null);

/** Ask; true when it was agreed to. */
export function ask(
  title: string,
  text: string,
  yes: string,
  { danger = false, extra = null as ComponentChildren } = {},
): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (agreed: boolean): void => {
      question.value = null;
      resolve(agreed);
    };
    question.value = { title, text, yes, danger, extra, answer };
  });
}

export function Questions() {
  const open = question.value;
  if (!open) return null;
  return (
    <Dialog title={open.title} onClose={() => open.answer(false)}>
      <p>{open.text}</p>
      {open.extra}
      <footer>
        <button onClick={() => open.answer(false)}>{t("word.cancel")}</button>
        <button class={open.danger ? "danger" : "primary"} onClick={() => open.answer(true)}>
          {open.yes}
        </button>
      </footer>
    </Dialog>
  );
}
