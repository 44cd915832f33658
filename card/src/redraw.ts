/** Draws all elements of this integration anew, wherever on the page they are. */

import type { ReactiveElement } from "lit";

const OURS = "evse-ocpp";

export function redraw(root: ParentNode): void {
  for (const element of root.querySelectorAll("*")) {
    // As if `hass` were new: what else they compare is as it was.
    if (element.localName.startsWith(OURS)) (element as ReactiveElement).requestUpdate?.("hass", undefined);
    if (element.shadowRoot) redraw(element.shadowRoot);
  }
}
