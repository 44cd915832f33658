// Where one is: the part of the address behind "#". Nothing on the server depends on it, so that a
// log-in in between leads back to the same place.

import { signal } from "@preact/signals";

const current = (): string => decodeURIComponent(location.hash.replace(/^#/, "")) || "/";

export const path = signal(current());

addEventListener("hashchange", () => {
  path.value = current();
});

export const link = (to: string): string => `#${to}`;

export function go(to: string): void {
  location.hash = to;
}
