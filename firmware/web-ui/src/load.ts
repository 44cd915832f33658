// Fetching what a page shows: the answer, the problem, and how to ask again.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { ApiProblem, type FieldError } from "./api";
import { language, t, word } from "./i18n";

export interface Loaded<T> {
  data: T | null;
  problem: string | null;
  reload: () => Promise<void>;
}

/** Ask when `keys` change, and every `everyMs` where that is given. */
export function useLoad<T>(ask: () => Promise<T>, keys: unknown[], everyMs = 0): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const newest = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++newest.current; // an answer that comes after a newer question is of no use
    try {
      const answer = await ask();
      if (mine !== newest.current) return;
      setData(answer);
      setProblem(null);
    } catch (error) {
      if (mine === newest.current) setProblem(inWords(error));
    }
    // `ask` is made anew by every drawing; `keys` say when it means something else.
  }, [...keys, language.value]);
  useEffect(() => {
    void reload();
    if (!everyMs) return undefined;
    const timer = setInterval(() => void reload(), everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return { data, problem, reload };
}

/** One error of the wallbox: in our words where its code says enough, else in its own. */
export function oneInWords(error: FieldError): string {
  const ours = word("problem", error.code);
  return ours === error.code ? error.message : ours;
}

/** An error for people. */
export function inWords(error: unknown): string {
  if (!(error instanceof ApiProblem)) return String(error);
  if (error.status === 0) return t("error.no_answer");
  if (error.status === 429) return t("error.too_often", { seconds: error.retryAfterS ?? 60 });
  if (error.errors.length > 0) return error.errors.map(oneInWords).join("\n");
  return t("error.status", { status: error.status });
}
