/**
 * Instants and the clock on the wall of the house.
 *
 * A departure is meant by the house's clock, wherever the browser is: "07:00" of a goal is a time in
 * Home Assistant's own time zone. A wall time is written "2026-12-24T07:00".
 */

const parts = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let found = parts.get(zone);
  if (found === undefined) {
    const fields = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
    found = new Intl.DateTimeFormat("en-GB", { ...fields, hourCycle: "h23", timeZone: knownZone(zone) });
    parts.set(zone, found);
  }
  return found;
}

const zones = new Map<string, string | undefined>();

/** The zone, or that of the browser where it does not know the name: older ones lack “Europe/Kyiv”. */
export function knownZone(zone: string): string | undefined {
  if (!zones.has(zone)) {
    try {
      new Intl.DateTimeFormat("en", { timeZone: zone });
      zones.set(zone, zone);
    } catch {
      zones.set(zone, undefined);
    }
  }
  return zones.get(zone);
}

/** What the clock of a zone shows at an instant (ms since 1970); empty for none. */
export function wallOf(instant: number, zone: string): string {
  if (!Number.isFinite(instant)) return "";
  const found: Record<string, string> = {};
  for (const { type, value } of formatter(zone).formatToParts(instant)) found[type] = value;
  return `${found.year}-${found.month}-${found.day}T${found.hour}:${found.minute}`;
}

/**
 * The instant at which the clock of a zone shows `wall`; NaN for what is no time.
 *
 * Of a time that exists twice the first counts; one that does not exist is as long after the gap as it
 * is after the gap's begin, as energy/goal.py has it.
 */
export function instantOf(wall: string, zone: string): number {
  const named = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall) ? Date.parse(`${wall}:00Z`) : NaN;
  if (Number.isNaN(named)) return NaN;
  // The offsets before and after a change of the clock that is near.
  const offsets = [named - 86_400_000, named + 86_400_000].map(
    (instant) => Date.parse(`${wallOf(instant, zone)}:00Z`) - instant,
  );
  const right = offsets.map((offset) => named - offset).find((instant) => wallOf(instant, zone) === wall);
  return right ?? named - (offsets[0] ?? 0);
}

/** Whether the browser's clock shows another time than the house's. */
export function elsewhere(zone: string, now: number): boolean {
  return wallOf(now, zone) !== wallOf(now, Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/** The day after `days` days, "2026-12-24". */
export function dayAfter(day: string, days: number): string {
  const instant = Date.parse(`${day}T00:00:00Z`) + days * 86_400_000;
  return new Date(instant).toISOString().slice(0, 10);
}
