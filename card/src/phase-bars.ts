/** What the bars of a house's phases show. Pure. */

import type { SiteNow } from "./feed.ts";

/** So much of a bar lies beyond the fuse, for what is too much. */
const BEYOND = 1.1;
/** From this share of the fuse on a phase is nearly full. */
const NEARLY = 0.9;

export interface PhaseBar {
  /** "L1"; of a single-phase house it is the only one. */
  name: string;
  fuse_a: number;
  /** null: not measured. Negative: export. */
  grid_a: number | null;
  cars_a: number | null;
  /** What the fuse leaves; negative: too much flows. */
  room_a: number | null;
  state: "silent" | "exports" | "calm" | "nearly" | "over";
  /** Percent of the bar: where 0 A is, and what is drawn from there. */
  zero: number;
  house: number;
  cars: number;
  /** To the other side of 0 A. */
  export: number;
  fuse: number;
}

/** Bars of all phases with one scale, so that they can be compared. */
export function phaseBars(site: SiteNow): PhaseBar[] {
  const grids = site.fuse_a.map((_, index) => finite(site.grid_a[index]));
  const highest = Math.max(1, ...site.fuse_a.map((fuse, index) => Math.max(fuse * BEYOND, grids[index] ?? 0, finite(site.cars_a[index]) ?? 0)));
  // The side of export is there only where something is exported.
  const lowest = Math.min(0, ...grids.map((grid) => grid ?? 0));
  const share = (current: number) => (current / (highest - lowest)) * 100;
  return site.fuse_a.map((fuse_a, index) => {
    const grid_a = site.meter_lost ? null : (grids[index] ?? null);
    const cars_a = finite(site.cars_a[index]);
    // Where nothing measures the house, the cars are all that is known.
    const drawn = Math.max(0, grid_a ?? cars_a ?? 0);
    const cars = Math.min(drawn, Math.max(0, cars_a ?? 0));
    return {
      name: `L${index + 1}`,
      fuse_a,
      grid_a,
      cars_a,
      room_a: grid_a === null ? null : fuse_a - grid_a,
      state: stateOf(grid_a, fuse_a),
      zero: share(0 - lowest),
      house: share(drawn - cars),
      cars: share(cars),
      export: share(Math.max(0, -(grid_a ?? 0))),
      fuse: share(fuse_a - lowest),
    };
  });
}

function stateOf(grid: number | null, fuse: number): PhaseBar["state"] {
  if (grid === null) return "silent";
  if (grid > fuse) return "over";
  if (grid >= fuse * NEARLY) return "nearly";
  return grid < 0 ? "exports" : "calm";
}

function finite(value: number | null | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
