// Which view is shown: the first start, the log-in, or the page of the address.

import { signal } from "@preact/signals";
import type { JSX } from "preact";

import { Questions } from "./parts/dialog";
import { Frame } from "./parts/frame";
import { LookChoices } from "./parts/look";
import { Problem } from "./parts/load";
import { Toasts } from "./parts/toast";
import { t } from "./i18n";
import { nameOf, placeOf } from "./places";
import { link, path } from "./route";
import { refresh, role, session } from "./session";
import { AboutPage } from "./pages/about";
import { AccessPage } from "./pages/access";
import { AuditPage } from "./pages/audit";
import { CardsPage } from "./pages/cards";
import { ChargesPage } from "./pages/charges";
import { ClaimPage } from "./pages/claim";
import { FaultsPage } from "./pages/faults";
import { HomePage } from "./pages/home";
import { LoginPage } from "./pages/login";
import { MetersPage } from "./pages/meters";
import { ReportsPage } from "./pages/reports";
import { pageName, SettingsIndex, SettingsPageView } from "./pages/settings";
import { UpdatePage } from "./pages/update";

export const startProblem = signal<string | null>(null);

const PAGES: Record<string, () => JSX.Element> = {
  "/": HomePage,
  "/charges": ChargesPage,
  "/cards": CardsPage,
  "/settings": SettingsIndex,
  "/reports": ReportsPage,
  "/faults": FaultsPage,
  "/meters": MetersPage,
  "/update": UpdatePage,
  "/access": AccessPage,
  "/audit": AuditPage,
  "/about": AboutPage,
};

export function App() {
  return (
    <>
      <View />
      <Questions />
      <Toasts />
    </>
  );
}

function View() {
  if (session.value === null) {
    return startProblem.value ? <Problem text={startProblem.value} retry={refresh} /> : null;
  }
  if (!session.value.claimed || role.value === null) {
    return (
      <div class="outside">
        {session.value.claimed ? <LoginPage /> : <ClaimPage />}
        <footer>
          <LookChoices />
        </footer>
      </div>
    );
  }
  return <Page />;
}

function Page() {
  const settingsPage = /^\/settings\/(\w+)$/.exec(path.value)?.[1];
  if (settingsPage) {
    return (
      <Frame title={pageName(settingsPage)}>
        <SettingsPageView key={settingsPage} name={settingsPage} />
      </Frame>
    );
  }
  const Shown = PAGES[path.value];
  const place = placeOf(path.value);
  if (!Shown || !place) {
    return (
      <Frame title={t("app.no_page")}>
        <p>
          <a href={link("/")}>{t("nav.home")}</a>
        </p>
      </Frame>
    );
  }
  return (
    <Frame title={nameOf(place)}>
      <Shown />
    </Frame>
  );
}
