/** Draws all elements of this integration anew, wherever on the page they are. */

import type { ReactiveElement } from "lit";

const OURS = "evse-ocpp";

export function redraw(root: ParentNode): void {
  for (const element of root.querySelectorAll("*")) {
    // By a name that no element leaves out of what it is drawn for, also together with a new state.
    if (element.localName.startsWith(OURS)) (element as ReactiveElement).requestUpdate?.("words", null);
    if (element.shadowRoot) redraw(element.shadowRoot);
  }
}
