// Light or dark: the browser's wish, or a choice that is kept in the browser.

import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";
export const THEMES: readonly Theme[] = ["auto", "light", "dark"];

const KEPT = "evse-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const wished = signal(dark.matches);
const kept = localStorage.getItem(KEPT) as Theme | null;

export const theme = signal<Theme>(kept && THEMES.includes(kept) ? kept : "auto");

dark.addEventListener("change", (event) => {
  wished.value = event.matches;
});

effect(() => {
  const choice = theme.value;
  localStorage.setItem(KEPT, choice);
  const isDark = choice === "dark" || (choice === "auto" && wished.value);
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
});
