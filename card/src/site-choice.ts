/** Which connector is followed to know a house: its phases are told with each of its wallboxes. Pure. */

/** Of the answer of `evse_ocpp/list` what is needed here. */
export interface Houses {
  wallboxes: { entry_id: string; site_id: string | null; connectors: { device_id: string }[] }[];
  sites: { entry_id: string; site_id: string; name: string; device_id: string | null }[];
}

export interface House {
  id: string;
  name: string;
}

export type SiteChoice =
  | { of: "house"; name: string; follow: string }
  /** No site at all; a site that is gone; a site without a wallbox; several to choose from. */
  | { of: "nothing"; why: "none" | "gone" | "empty" | "choose"; houses: House[] };

/** `site`: the device of a site, as in the card's configuration; without it the only one there is. */
export function chooseSite(houses: Houses, site: string | undefined): SiteChoice {
  const known = houses.sites.filter((each) => site === undefined || each.device_id === site);
  const [first] = known;
  if (first === undefined) return { of: "nothing", why: site === undefined ? "none" : "gone", houses: [] };
  if (known.length > 1) {
    const named = known.map((each) => ({ id: each.device_id ?? "", name: each.name }));
    return { of: "nothing", why: "choose", houses: named.filter((each) => each.id !== "") };
  }
  const follow = houses.wallboxes
    .filter((wallbox) => wallbox.entry_id === first.entry_id && wallbox.site_id === first.site_id)
    .flatMap((wallbox) => wallbox.connectors)[0]?.device_id;
  if (follow === undefined) return { of: "nothing", why: "empty", houses: [] };
  return { of: "house", name: first.name, follow };
}
