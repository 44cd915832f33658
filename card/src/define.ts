/** Makes elements known to the page, at the moment from which on Home Assistant finds them. */

/**
 * Home Assistant replaces the registry of elements while it starts: what was defined before is lost
 * (home-assistant/frontend issues 53890, 52960). An element of an older file of ours, from the
 * browser's cache, stays: a second definition would throw.
 */
export function define(elements: Record<string, CustomElementConstructor>): void {
  void customElements.whenDefined("home-assistant").then(() => {
    for (const [name, element] of Object.entries(elements)) {
      if (customElements.get(name) === undefined) customElements.define(name, element);
    }
  });
}
