// What stands above the rows of some of the manual's pages, for it is more than one value: Wi-Fi
// networks and the hotspot, the clock and the log, the way to a Home Assistant.

import { useState } from "preact/hooks";

import { address, get, post, put } from "../api";
import { fill, rows } from "../draft";
import { dateTime, NONE } from "../format";
import { t, word } from "../i18n";
import { live } from "../live";
import { useLoad } from "../load";
import type { NetworkState, Pairing, TimeAnswer, WifiNetwork } from "../model";
import { useCountdown } from "../parts/countdown";
import { Signal } from "../parts/icon";
import { ImportExport } from "../parts/importexport";
import { WhenLoaded } from "../parts/load";
import { attempt, complain } from "../parts/toast";
import { mayBe } from "../session";

export function PageTools({ page }: { page: string }) {
  switch (page) {
    case "NETWORK":
      return <NetworkTools />;
    case "SYSTEM":
      return <SystemTools />;
    case "BACKEND":
      return <PairingTools />;
    default:
      return null;
  }
}

const may = (key: string): boolean => rows.value.get(key)?.access === "RW";

function NetworkTools() {
  const network = live.value?.network;
  if (!network) return null;
  return (
    <div class="columns">
      <section class="card" aria-labelledby="network">
        <h2 id="network">{t("network.title")}</h2>
        {!network.available && (
          <p class="notice">{t("network.unavailable", { reason: network.reason })}</p>
        )}
        <dl class="pairs">
          <dt>{t("network.hostname")}</dt>
          <dd>{network.hostname || NONE}</dd>
          <dt>{t("network.ethernet")}</dt>
          <dd>
            {network.ethernet.ip ?? word("netstate", network.ethernet.state)}
          </dd>
          <dt>{t("network.wifi")}</dt>
          <dd>{wifiInWords(network)}</dd>
          <dt>{t("network.cellular")}</dt>
          <dd>
            {[network.cellular.operator, network.cellular.ip].filter(Boolean).join(" · ") ||
              word("netstate", network.cellular.state)}
            {network.cellular.signal_percent !== null && (
              <Signal
                percent={network.cellular.signal_percent}
                label={t("network.signal", { percent: network.cellular.signal_percent })}
              />
            )}
          </dd>
        </dl>
        {network.last_trial && !network.last_trial.confirmed && (
          <p class="notice warn">{t("network.undone")}</p>
        )}
      </section>
      {network.available && may("network.ssid") && <Scan />}
      {network.available && may("network.wifi") && <Hotspot network={network} />}
    </div>
  );
}

function wifiInWords({ wifi }: NetworkState): string {
  if (wifi.mode === "hotspot") return t("network.is_hotspot");
  return [wifi.ssid, wifi.ip].filter(Boolean).join(" · ") || t("network.wifi_off");
}

/** Networks in the air; choosing one fills in the SSID below and asks for its password. */
function Scan() {
  const [networks, setNetworks] = useState<WifiNetwork[] | null>(null);
  const [busy, setBusy] = useState(false);
  const scan = async (): Promise<void> => {
    setBusy(true);
    await attempt(async () => {
      const answer = await post<{ available: boolean; reason: string; networks: WifiNetwork[] }>(
        "network/scan",
      );
      if (!answer.available) return complain(answer.reason);
      setNetworks([...answer.networks].sort((a, b) => b.signal_percent - a.signal_percent));
    });
    setBusy(false);
  };
  const choose = (network: WifiNetwork): void => {
    fill("network.ssid", network.ssid);
    requestAnimationFrame(() => {
      const field = document.querySelector<HTMLElement>('[data-key="network.ssid_password"] input');
      field?.focus();
      field?.scrollIntoView({ block: "center" });
    });
  };
  return (
    <section class="card" aria-labelledby="scan">
      <h2 id="scan">{t("network.scan_title")}</h2>
      <button disabled={busy} onClick={() => void scan()}>
        {t(busy ? "network.scanning" : "network.scan")}
      </button>
      {networks?.length === 0 && <p class="empty">{t("network.scan_none")}</p>}
      <ul class="networks" aria-live="polite">
        {networks?.map((network) => (
          <li key={`${network.ssid} ${network.security}`}>
            <button onClick={() => choose(network)}>
              <Signal
                percent={network.signal_percent}
                label={t("network.signal", { percent: network.signal_percent })}
              />
              <span class="grow">
                <strong>{network.ssid}</strong>
                <small>
                  {word("security", network.security)}
                  {network.dbm !== null && ` · ${network.dbm} dBm`}
                </small>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Hotspot({ network }: { network: NetworkState }) {
  const [key, setKey] = useState<string | null>(null);
  const { hotspot } = network;
  const left = useCountdown(hotspot.closes_in_s);
  const turn = async (on: boolean): Promise<void> => {
    await attempt(async () => {
      const answer = await post<{ available: boolean; reason: string; key?: string }>(
        "network/hotspot",
        { on },
      );
      if (!answer.available) complain(answer.reason);
      setKey(on ? (answer.key ?? null) : null);
    });
  };
  return (
    <section class="card" aria-labelledby="hotspot">
      <h2 id="hotspot">{t("network.hotspot")}</h2>
      <p class="help">{t("network.hotspot_help")}</p>
      {hotspot.open && (
        <p class="waiting" role="status">
          {t("network.hotspot_open", { ssid: hotspot.ssid ?? "", seconds: left ?? 0 })}
        </p>
      )}
      {key && <p role="status">{t("network.hotspot_key", { key })}</p>}
      <button onClick={() => void turn(!hotspot.open)}>
        {t(hotspot.open ? "network.hotspot_close" : "network.hotspot_begin")}
      </button>
    </section>
  );
}

function SystemTools() {
  return (
    <div class="columns">
      <Clock />
      <section class="card" aria-labelledby="files">
        <h2 id="files">{t("system.files")}</h2>
        <p class="help">{t("system.files_help")}</p>
        <p class="buttons">
          <ImportExport />
          {mayBe("manufacturer", "operator") && <LogLink />}
        </p>
      </section>
    </div>
  );
}

/** The log is encrypted with a password: without one there is nothing to download. */
function LogLink() {
  const isSet = rows.value.get("system.log_password")?.is_set ?? false;
  if (!isSet) return <span class="help">{t("system.log_no_password")}</span>;
  return (
    <a class="button" href={address("log.zip")} download>
      {t("system.log")}
    </a>
  );
}

function Clock() {
  const loaded = useLoad(() => get<TimeAnswer>("time"), []);
  const set = async (body: object): Promise<void> => {
    await attempt(async () => {
      const answer = await put<TimeAnswer>("time", body);
      if (!answer.available) complain(answer.reason);
    }, t("system.time_set"));
    await loaded.reload();
  };
  return (
    <section class="card" aria-labelledby="clock">
      <h2 id="clock">{t("system.time")}</h2>
      <WhenLoaded of={loaded}>
        {(time) => (
          <>
            <dl class="pairs">
              <dt>{t("system.time_wallbox")}</dt>
              <dd>{dateTime(live.value?.time ?? time.now)}</dd>
              <dt>{t("system.time_browser")}</dt>
              <dd>{dateTime(new Date().toISOString())}</dd>
              <dt>{t("system.ntp")}</dt>
              <dd>
                {time.ntp === null
                  ? NONE
                  : t(time.synchronized ? "system.ntp_good" : time.ntp ? "system.ntp_waits" : "word.off")}
              </dd>
            </dl>
            {!time.available && <p class="help">{t("network.unavailable", { reason: time.reason })}</p>}
            {time.available && may("time.ntp") && (
              <p class="buttons">
                <button onClick={() => void set({ at: new Date().toISOString() })}>
                  {t("system.time_from_browser")}
                </button>
                {time.can_ntp && !time.ntp && (
                  <button onClick={() => void set({ ntp: true })}>{t("system.ntp_on")}</button>
                )}
              </p>
            )}
          </>
        )}
      </WhenLoaded>
    </section>
  );
}

/** A Home Assistant finds the wallbox by itself; whoever stands before the panel reads the PIN. */
export function PairingTools() {
  const loaded = useLoad(() => get<Pairing>("pairing"), []);
  const left = useCountdown(loaded.data?.pin_ends_in_s);
  const show = async (): Promise<void> => {
    await attempt(() => post("pairing/pin"), t("pairing.pin_shown"));
    await loaded.reload();
  };
  return (
    <section class="card" aria-labelledby="pairing">
      <h2 id="pairing">{t("pairing.title")}</h2>
      <p class="help">{t("pairing.help")}</p>
      <p class="buttons">
        <button onClick={() => void show()}>{t("pairing.pin")}</button>
        {left !== null && left > 0 && (
          <span class="waiting" role="status">
            {t("pairing.pin_on", { seconds: left })}
          </span>
        )}
      </p>
      <p class="help">{t("pairing.key")}</p>
    </section>
  );
}
