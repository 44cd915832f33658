// Lines over time, and bars over days, drawn as SVG at the width there is. What a line shows is also
// a table, for screen readers and for whoever wants numbers. Lines differ by dash as well as colour.

import { useEffect, useRef, useState } from "preact/hooks";

import { clock, dateTime, NONE, number } from "../format";
import { t } from "../i18n";

export interface Line {
  name: string;
  values: (number | null)[];
}

interface LinesProps {
  title: string;
  unit: string;
  digits: number;
  from: string;
  stepS: number;
  lines: Line[];
}

const HEIGHT = 190;
const EDGE = { left: 40, right: 8, top: 8, bottom: 22 };
const TABLE_ROWS = 48;

/** The width of an element, which follows the window. */
function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(260, Math.round(entry.contentRect.width)));
    });
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}

/** Three to five round values from 0 to at least `highest`. */
export function ticks(highest: number): number[] {
  const wanted = Math.max(highest, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= wanted) ?? wanted;
  const count = Math.ceil(Math.max(highest, 1) / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

export function Lines({ title, unit, digits, from, stepS, lines }: LinesProps) {
  const { element, width } = useWidth();
  const [at, setAt] = useState<number | null>(null);
  if (lines.length === 0) {
    return (
      <p class="empty">
        <strong>{title}</strong> {t("chart.none")}
      </p>
    );
  }
  const count = Math.max(2, ...lines.map((line) => line.values.length));
  const scale = ticks(Math.max(0, ...lines.flatMap((line) => line.values.map((one) => one ?? 0))));
  const top = scale.at(-1) ?? 1;
  const lowest = Math.min(0, ...lines.flatMap((line) => line.values.map((one) => one ?? 0)));
  const x = (index: number) => EDGE.left + (index / (count - 1)) * (width - EDGE.left - EDGE.right);
  const y = (value: number) =>
    HEIGHT - EDGE.bottom - ((value - lowest) / (top - lowest)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const timeOf = (index: number) => new Date(Date.parse(from) + index * stepS * 1000).toISOString();
  const follow = (event: PointerEvent) => {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const share = (event.clientX - box.left - EDGE.left) / (box.width - EDGE.left - EDGE.right);
    setAt(Math.round(Math.min(1, Math.max(0, share)) * (count - 1)));
  };
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
        <span class="legend">
          {lines.map((line, index) => (
            <span key={line.name}>
              <svg viewBox="0 0 20 6" aria-hidden="true">
                <path class={`line l${index}`} d="M0 3h20" />
              </svg>
              {line.name}
              {at !== null && ` ${number(line.values[at] ?? null, digits)} ${unit}`}
            </span>
          ))}
          {at !== null && <span class="at">{clock(timeOf(at))}</span>}
        </span>
      </figcaption>
      <div ref={element}>
        <svg
          viewBox={`0 0 ${width} ${HEIGHT}`}
          width={width}
          height={HEIGHT}
          aria-hidden="true"
          onPointerMove={follow}
          onPointerLeave={() => setAt(null)}
        >
          {scale.map((value) => (
            <g key={value}>
              <path class="grid" d={`M${EDGE.left} ${y(value)}H${width - EDGE.right}`} />
              <text x={EDGE.left - 6} y={y(value) + 4} text-anchor="end">
                {number(value, top < 4 ? 1 : 0)}
              </text>
            </g>
          ))}
          {hours(count, width).map((index) => (
            <text key={index} x={x(index)} y={HEIGHT - 5} text-anchor="middle">
              {clock(timeOf(index))}
            </text>
          ))}
          {lines.map((line, index) => (
            <path key={line.name} class={`line l${index}`} d={trace(line.values, x, y)} />
          ))}
          {at !== null && <path class="cursor" d={`M${x(at)} ${EDGE.top}V${HEIGHT - EDGE.bottom}`} />}
        </svg>
      </div>
      <details>
        <summary>{t("chart.table")}</summary>
        <Table lines={lines} unit={unit} digits={digits} count={count} timeOf={timeOf} title={title} />
      </details>
    </figure>
  );
}

/** The places of the times below: as many as have room, none at the very edge. */
function hours(count: number, width: number): number[] {
  const room = Math.max(2, Math.floor(width / 90));
  return Array.from({ length: room }, (_, index) => Math.round(((index + 0.5) / room) * (count - 1)));
}

/** The path of a line, which has gaps where there is no value. */
function trace(
  values: (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let pen = "M";
  let path = "";
  values.forEach((value, index) => {
    if (value === null) {
      pen = "M";
      return;
    }
    path += `${pen}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
  });
  return path;
}

interface TableProps {
  title: string;
  lines: Line[];
  unit: string;
  digits: number;
  count: number;
  timeOf: (index: number) => string;
}

/** The means of equal spans of time, few enough to be read. */
function Table({ title, lines, unit, digits, count, timeOf }: TableProps) {
  const span = Math.max(1, Math.ceil(count / TABLE_ROWS));
  const starts = Array.from({ length: Math.ceil(count / span) }, (_, index) => index * span);
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("chart.time")}</th>
            {lines.map((line) => (
              <th key={line.name} scope="col">
                {line.name} ({unit})
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {starts.map((start) => (
            <tr key={start}>
              <th scope="row">{dateTime(timeOf(start))}</th>
              {lines.map((line) => (
                <td key={line.name}>{mean(line.values.slice(start, start + span), digits)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function mean(values: (number | null)[], digits: number): string {
  const there = values.filter((value) => value !== null);
  if (there.length === 0) return NONE;
  return number(there.reduce((sum, value) => sum + value, 0) / there.length, digits);
}

interface BarsProps {
  title: string;
  bars: { label: string; value: number; text: string }[];
}

/** One bar a day. The list beside it says the same in words. */
export function Bars({ title, bars }: BarsProps) {
  const { element, width } = useWidth();
  const scale = ticks(Math.max(0, ...bars.map((bar) => bar.value)));
  const top = scale.at(-1) ?? 1;
  const step = (width - EDGE.left - EDGE.right) / Math.max(1, bars.length);
  const y = (value: number) =>
    HEIGHT - EDGE.bottom - (value / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  const every = Math.ceil(28 / step);
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
      </figcaption>
      <div ref={element}>
        <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="img" aria-label={title}>
          {scale.map((value) => (
            <g key={value}>
              <path class="grid" d={`M${EDGE.left} ${y(value)}H${width - EDGE.right}`} />
              <text x={EDGE.left - 6} y={y(value) + 4} text-anchor="end">
                {number(value, top < 4 ? 1 : 0)}
              </text>
            </g>
          ))}
          {bars.map((bar, index) => (
            <g key={bar.label}>
              <rect
                class="bar"
                x={EDGE.left + index * step + step * 0.15}
                y={y(bar.value)}
                width={step * 0.7}
                height={HEIGHT - EDGE.bottom - y(bar.value)}
                rx="2"
              >
                <title>{bar.text}</title>
              </rect>
              {index % every === 0 && (
                <text x={EDGE.left + (index + 0.5) * step} y={HEIGHT - 5} text-anchor="middle">
                  {bar.label}
                </text>
              )}
            </g>
          ))}
        </svg>
      </div>
    </figure>
  );
}
