// What is wrong, what to do about it at the wallbox, and what was wrong before. A latched fault is
// ended by somebody in front of the wallbox, never from here (invariant I5).

import { useState } from "preact/hooks";

import { get } from "../api";
import { dateTime } from "../format";
import { t } from "../i18n";
import { live } from "../live";
import { useLoad } from "../load";
import type { FaultsAnswer } from "../model";
import { Icon } from "../parts/icon";
import { WhenLoaded } from "../parts/load";
import { Pager } from "../parts/pager";

const PAGE = 50;

export function FaultsPage() {
  const [offset, setOffset] = useState(0);
  const present = live.value?.connectors
    .flatMap((connector) => connector.why.faults.map((fault) => fault.fault))
    .join();
  const loaded = useLoad(() => get<FaultsAnswer>("faults", { offset, limit: PAGE }), [offset, present]);
  return (
    <WhenLoaded of={loaded}>
      {(answer) => (
        <>
          <Active faults={answer.active} />
          <section class="card" aria-labelledby="log">
            <h2 id="log">{t("faults.log")}</h2>
            {answer.log.length === 0 ? (
              <p class="empty">{t("faults.none_ever")}</p>
            ) : (
              <table class="responsive">
                <thead>
                  <tr>
                    <th scope="col">{t("faults.fault")}</th>
                    <th scope="col">{t("faults.began")}</th>
                    <th scope="col">{t("faults.ended")}</th>
                    <th scope="col">{t("charges.connector")}</th>
                  </tr>
                </thead>
                <tbody>
                  {answer.log.map((one) => (
                    <tr key={one.number}>
                      <th scope="row">{one.name}</th>
                      <td data-label={t("faults.began")}>{dateTime(one.began_at)}</td>
                      <td data-label={t("faults.ended")}>
                        {one.ended_at ? dateTime(one.ended_at) : t("faults.lasts")}
                      </td>
                      <td data-label={t("charges.connector")}>{one.connector}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            <Pager offset={offset} limit={PAGE} count={answer.count} onChange={setOffset} />
          </section>
        </>
      )}
    </WhenLoaded>
  );
}

function Active({ faults }: { faults: FaultsAnswer["active"] }) {
  return (
    <section class="card" aria-labelledby="now" aria-live="polite">
      <h2 id="now">{t("faults.now")}</h2>
      {faults.length === 0 && (
        <p class="good">
          <Icon name="check" /> {t("faults.none")}
        </p>
      )}
      {faults.map((fault) => (
        <div key={`${fault.connector} ${fault.fault}`} class="notice bad">
          <div>
            <p>
              <strong>{fault.name}</strong>
            </p>
            <p>{fault.action}</p>
            {fault.latched && <p class="help">{t("faults.latched")}</p>}
            <p class="help">
              {t("faults.since", { at: dateTime(fault.since) })} · {fault.fault}
            </p>
          </div>
        </div>
      ))}
    </section>
  );
}
