// What each month and each card charged; as a page, for spreadsheets, and to print.

import { useState } from "preact/hooks";

import { address, get } from "../api";
import { cardName } from "../cardname";
import { date, duration, kilowattHours, month as monthName } from "../format";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { Report } from "../model";
import { Bars } from "../parts/chart";
import { Select } from "../parts/form";
import { WhenLoaded } from "../parts/load";

const MONTHS_BACK = 36;

/** This month and those before it, as "2026-11". */
function months(): string[] {
  const now = new Date();
  return Array.from({ length: MONTHS_BACK }, (_, back) => {
    const at = new Date(now.getFullYear(), now.getMonth() - back, 1);
    return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}`;
  });
}

export function ReportsPage() {
  const all = months();
  const [wanted, setWanted] = useState(all[0] ?? "");
  const [card, setCard] = useState("");
  const [year, month] = wanted.split("-").map(Number) as [number, number];
  const path = `reports/${year}/${month}`;
  const loaded = useLoad(() => get<Report>(path, { card }), [wanted, card]);
  // Of the whole month, so that the choice stays while one card is shown.
  const whole = useLoad(() => get<Report>(path), [wanted]);
  const cards = whole.data?.cards ?? [];
  return (
    <>
      <form class="card filters" onSubmit={(event) => event.preventDefault()}>
        <Select
          label={t("reports.month")}
          value={wanted}
          onChange={(value) => {
            setWanted(value);
            setCard("");
          }}
          options={all.map((one) => {
            const [y, m] = one.split("-").map(Number) as [number, number];
            return { value: one, text: monthName(y, m) };
          })}
        />
        <Select
          label={t("reports.card")}
          value={card}
          onChange={setCard}
          options={[
            { value: "", text: t("reports.all_cards") },
            ...cards.map((one) => ({ value: one.card ?? "", text: cardName(one.card, one.name) })),
          ]}
        />
        <a class="button" href={address(`${path}/report.csv`, { card })} download>
          CSV
        </a>
        <a class="button" href={address(`${path}/report.pdf`, { card })} download>
          PDF
        </a>
      </form>
      <WhenLoaded of={loaded}>{(report) => <Shown report={report} />}</WhenLoaded>
    </>
  );
}

function Shown({ report }: { report: Report }) {
  return (
    <section class="card">
      <dl class="tiles">
        <div>
          <dt>{t("reports.energy")}</dt>
          <dd>{kilowattHours(report.energy_wh)}</dd>
        </div>
        <div>
          <dt>{t("reports.charges")}</dt>
          <dd>{report.charges}</dd>
        </div>
      </dl>
      {report.charges === 0 ? (
        <p class="empty">{t("reports.none")}</p>
      ) : (
        <>
          <Bars
            title={t("reports.days")}
            bars={report.days.map((day) => ({
              label: String(Number(day.day.slice(-2))),
              value: day.energy_wh / 1000,
              text: `${date(`${day.day}T12:00`)}: ${kilowattHours(day.energy_wh)}`,
            }))}
          />
          <table class="responsive">
            <caption>{t("reports.by_card")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("reports.card")}</th>
                <th scope="col">{t("reports.charges")}</th>
                <th scope="col">{t("charges.duration")}</th>
                <th scope="col">{t("reports.energy")}</th>
              </tr>
            </thead>
            <tbody>
              {report.cards.map((one) => (
                <tr key={one.card}>
                  <th scope="row">{cardName(one.card, one.name)}</th>
                  <td data-label={t("reports.charges")}>{one.charges}</td>
                  <td data-label={t("charges.duration")}>{duration(one.duration_s)}</td>
                  <td data-label={t("reports.energy")} class="number">
                    {kilowattHours(one.energy_wh)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}
