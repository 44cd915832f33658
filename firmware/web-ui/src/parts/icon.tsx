// The icons, drawn in 24 × 24 with the text's colour. They are ornament: the words beside them, or
// the label of their button, say what they mean.

const PATHS = {
  live: "M13 2 4 14h7l-1 8 9-12h-7z",
  history: "M12 7v5l3 3M3 12a9 9 0 1 0 3-6.7M3 4v4h4",
  card: "M3 6h18v12H3zM3 10h18M7 15h4",
  settings: "M4 7h10M18 7h2M4 12h2M10 12h10M4 17h8M16 17h4M14 5v4M6 10v4M12 15v4",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  report: "M5 20V10M12 20V4M19 20v-7",
  fault: "M12 3 2 20h20zM12 10v4M12 17h.01",
  update: "M12 3v12M7 10l5 5 5-5M4 21h16",
  access: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v10H5z",
  audit: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  about: "M12 11v6M12 7h.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
  meter: "M4 18a8 8 0 1 1 16 0M12 18l4-6",
  network: "M2 9a15 15 0 0 1 20 0M5.5 13a10 10 0 0 1 13 0M9 17a5 5 0 0 1 6 0M12 20h.01",
  home: "M3 11 12 4l9 7M6 9v11h12V9",
  wrench: "M14 7a4 4 0 0 0 5 5l-9 9-4-4 9-9a4 4 0 0 0-1-1zM15 3a4 4 0 0 1 6 6",
  cloud: "M7 18a4 4 0 0 1 0-8 6 6 0 0 1 11 2 3 3 0 0 1 0 6z",
  factory: "M3 21V9l6 4V9l6 4V4h6v17z",
  balance: "M12 4v16M6 20h12M4 8h16M4 8l-2 6h5zM20 8l-2 6h5z",
  key: "M14 10a4 4 0 1 0-3 3l6 6h4v-4z",
  search: "M17 17l4 4M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0z",
  close: "M5 5l14 14M19 5 5 19",
  check: "M4 12l6 6L20 6",
  chevron: "M9 5l7 7-7 7",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v10H5z",
  sim: "M9 3h6M10 3v6L4 20h16l-6-11V3",
  logout: "M10 4H4v16h6M15 8l4 4-4 4M9 12h10",
  stop: "M6 6h12v12H6z",
  plug: "M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Strength of a radio signal as four bars, with its words for screen readers. */
export function Signal({ percent, label }: { percent: number; label: string }) {
  return (
    <svg class="signal" viewBox="0 0 20 16" role="img" aria-label={label}>
      {[0, 1, 2, 3].map((bar) => (
        <rect
          key={bar}
          class={percent > bar * 25 ? "on" : ""}
          x={bar * 5}
          y={12 - bar * 4}
          width="3.5"
          height={4 + bar * 4}
          rx="1"
        />
      ))}
    </svg>
  );
}
