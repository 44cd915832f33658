// What a page shows while its data is on the way, or cannot be had.

import type { ComponentChildren } from "preact";

import { t } from "../i18n";
import type { Loaded } from "../load";

interface Props<T> {
  of: Loaded<T>;
  children: (data: T) => ComponentChildren;
}

export function WhenLoaded<T>({ of, children }: Props<T>) {
  if (of.data !== null) {
    return (
      <>
        {of.problem && <Problem text={of.problem} retry={of.reload} />}
        {children(of.data)}
      </>
    );
  }
  if (of.problem) return <Problem text={of.problem} retry={of.reload} />;
  return (
    <p class="loading" role="status">
      {t("word.loading")}
    </p>
  );
}

export function Problem({ text, retry }: { text: string; retry: () => unknown }) {
  return (
    <div class="notice bad" role="alert">
      <span>{text}</span>
      <button onClick={() => void retry()}>{t("word.again")}</button>
    </div>
  );
}
