// All charges, newest first, with filters; the same as a file for spreadsheets.

import { useState } from "preact/hooks";

import { address, get } from "../api";
import { cardName } from "../cardname";
import { dateTime, duration, kilowattHours, NONE } from "../format";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { Charge, ChargesAnswer } from "../model";
import { TextField } from "../parts/form";
import { WhenLoaded } from "../parts/load";
import { Pager } from "../parts/pager";
import { session } from "../session";

const PAGE = 25;

export function ChargesPage() {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [card, setCard] = useState("");
  const [connector, setConnector] = useState("");
  const [offset, setOffset] = useState(0);
  const filter = { from: startOf(from), to: startOf(to, 1), card: card.trim(), connector };
  const loaded = useLoad(
    () => get<ChargesAnswer>("charges", { ...filter, offset, limit: PAGE }),
    [from, to, card, connector, offset],
  );
  const narrow = (set: (value: string) => void) => (value: string) => {
    setOffset(0);
    set(value);
  };
  const connectors = session.value?.connectors ?? [];
  return (
    <>
      <form class="card filters" onSubmit={(event) => event.preventDefault()}>
        <TextField label={t("charges.from")} type="date" value={from} onInput={narrow(setFrom)} />
        <TextField label={t("charges.to")} type="date" value={to} onInput={narrow(setTo)} />
        <TextField label={t("charges.card")} value={card} onInput={narrow(setCard)} maxLength={40} />
        {connectors.length > 1 && (
          <TextField
            label={t("charges.connector")}
            value={connector}
            onInput={narrow(setConnector)}
            inputMode="numeric"
          />
        )}
        <a class="button" href={address("charges.csv", filter)} download>
          {t("charges.csv")}
        </a>
      </form>
      <WhenLoaded of={loaded}>
        {(answer) => (
          <section class="card">
            <p role="status">
              {t("charges.sum", { count: answer.count, energy: kilowattHours(answer.energy_wh) })}
            </p>
            {answer.charges.length === 0 ? (
              <p class="empty">{t("charges.none")}</p>
            ) : (
              <ChargesTable charges={answer.charges} connectors={connectors.length} />
            )}
            <Pager offset={offset} limit={PAGE} count={answer.count} onChange={setOffset} />
          </section>
        )}
      </WhenLoaded>
    </>
  );
}

/** The instant at which a day begins here, or the day `later` after it; "" for none. */
function startOf(day: string, later = 0): string {
  if (!day) return "";
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + later);
  return at.toISOString();
}

function ChargesTable({ charges, connectors }: { charges: Charge[]; connectors: number }) {
  return (
    <table class="responsive">
      <thead>
        <tr>
          <th scope="col">{t("charges.number")}</th>
          <th scope="col">{t("charges.start")}</th>
          <th scope="col">{t("charges.end")}</th>
          <th scope="col">{t("charges.duration")}</th>
          <th scope="col">{t("charges.energy")}</th>
          <th scope="col">{t("charges.start_mode")}</th>
          <th scope="col">{t("charges.stop_mode")}</th>
          <th scope="col">{t("charges.card")}</th>
          {connectors > 1 && <th scope="col">{t("charges.connector")}</th>}
        </tr>
      </thead>
      <tbody>
        {charges.map((charge) => (
          <tr key={charge.number}>
            <th scope="row">{charge.number}</th>
            <td data-label={t("charges.start")}>{dateTime(charge.start)}</td>
            <td data-label={t("charges.end")}>
              {charge.end ? dateTime(charge.end) : t("charges.running")}
            </td>
            <td data-label={t("charges.duration")}>{duration(charge.duration_s)}</td>
            <td data-label={t("charges.energy")} class="number">
              {kilowattHours(charge.energy_wh)}
            </td>
            <td data-label={t("charges.start_mode")}>{charge.start_mode || NONE}</td>
            <td data-label={t("charges.stop_mode")}>{charge.stop_mode || NONE}</td>
            <td data-label={t("charges.card")}>{cardName(charge.card, charge.name)}</td>
            {connectors > 1 && <td data-label={t("charges.connector")}>{charge.connector}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
