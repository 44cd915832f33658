// A current against what it may be: a bar, the number, and a mark at the limit.

import { useLayoutEffect, useRef } from "preact/hooks";

import { amps } from "../format";
import { t } from "../i18n";

interface LevelProps {
  label: string;
  value: number | null;
  limit: number | null;
  /** Whether coming near the limit is a reason to look: a car may take all that it is offered. */
  fuse?: boolean;
}

const FULL = 0.9; // from here on a fuse has little left

export function Level({ label, value, limit, fuse = true }: LevelProps) {
  const fill = useRef<HTMLSpanElement>(null);
  const share = value !== null && limit ? Math.abs(value) / limit : 0;
  useLayoutEffect(() => {
    // By the element's own style: a style attribute is against the page's security policy.
    fill.current?.style.setProperty("width", `${Math.min(100, share * 100)}%`);
  }, [share]);
  const tone = !fuse ? "" : share > 1 ? "over" : share > FULL ? "near" : "";
  const feedsIn = value !== null && value < 0;
  return (
    <div class={`level ${tone} ${feedsIn ? "feeds" : ""}`}>
      <span class="name">{label}</span>
      <span class="track" aria-hidden="true">
        <span class="fill" ref={fill} />
      </span>
      <span class="amount">
        {amps(value)}
        {limit !== null && <small> {t("home.of", { limit: amps(limit, 0) })}</small>}
        {feedsIn && <small> {t("home.feeds_in")}</small>}
      </span>
    </div>
  );
}
