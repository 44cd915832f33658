// The settings: the list of the manual's pages with a search over all of them, and one page.

import { useState } from "preact/hooks";

import { draft, loadSettings, rows, settings, settingsProblem } from "../draft";
import { t } from "../i18n";
import type { Row, SettingsPage } from "../model";
import { TextField } from "../parts/form";
import { Icon } from "../parts/icon";
import { ImportExport } from "../parts/importexport";
import { Problem } from "../parts/load";
import { SettingRow } from "../parts/settingrow";
import { SETTINGS_ICONS } from "../places";
import { link } from "../route";
import { PageTools } from "./tools";

export function SettingsIndex() {
  const [search, setSearch] = useState("");
  const answer = settings.value;
  if (!answer) return <NotLoaded />;
  return (
    <>
      <div class="card filters">
        <TextField
          label={t("settings.search")}
          type="search"
          value={search}
          onInput={setSearch}
          placeholder={t("settings.search_hint")}
        />
        <ImportExport />
      </div>
      {search.trim() ? (
        <Found pages={answer.pages} search={search} />
      ) : (
        <nav class="pages" aria-label={t("nav.settings")}>
          {answer.pages.map((page) => (
            <PageLink key={page.page} page={page} />
          ))}
        </nav>
      )}
    </>
  );
}

function PageLink({ page }: { page: SettingsPage }) {
  const changed = page.rows.filter((row) => row.key in draft.value).length;
  return (
    <a class="card" href={link(`/settings/${page.page}`)}>
      <Icon name={SETTINGS_ICONS[page.page] ?? "settings"} />
      <span class="grow">
        <strong>{page.name}</strong>
        <small>
          {changed > 0
            ? t("settings.changed", { count: changed })
            : t("settings.rows", { count: page.rows.length })}
        </small>
      </span>
      <Icon name="chevron" />
    </a>
  );
}

/** Rows with every word of the search in label, help, key, unit or an option. */
function Found({ pages, search }: { pages: SettingsPage[]; search: string }) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (row: Row): boolean => {
    const text = [row.label, row.help, row.key, row.unit, ...row.options.map((option) => option.text)]
      .join(" ")
      .toLowerCase();
    return words.every((one) => text.includes(one));
  };
  const found = pages
    .map((page) => ({ ...page, rows: page.rows.filter(fits) }))
    .filter((page) => page.rows.length > 0);
  const count = found.reduce((sum, page) => sum + page.rows.length, 0);
  return (
    <>
      <p role="status">{t("settings.found", { count })}</p>
      {found.map((page) => (
        <section key={page.page} class="card rows" aria-labelledby={`found-${page.page}`}>
          <h2 id={`found-${page.page}`}>
            <a href={link(`/settings/${page.page}`)}>{page.name}</a>
          </h2>
          {page.rows.map((row) => (
            <SettingRow key={row.key} row={row} />
          ))}
        </section>
      ))}
    </>
  );
}

export function SettingsPageView({ name }: { name: string }) {
  const answer = settings.value;
  if (!answer) return <NotLoaded />;
  const page = answer.pages.find((one) => one.page === name);
  if (!page) {
    return (
      <p class="notice">
        {t("settings.no_page")} <a href={link("/settings")}>{t("nav.settings")}</a>
      </p>
    );
  }
  return (
    <>
      <p class="crumbs">
        <a href={link("/settings")}>{t("nav.settings")}</a>
      </p>
      <PageTools page={name} />
      <section class="card rows" aria-label={page.name} data-page={page.page}>
        {page.rows.map((row) => (
          <SettingRow key={row.key} row={row} />
        ))}
      </section>
    </>
  );
}

function NotLoaded() {
  const problem = settingsProblem.value;
  if (problem) return <Problem text={problem} retry={loadSettings} />;
  return (
    <p class="loading" role="status">
      {t("word.loading")}
    </p>
  );
}

/** The name of a page of settings, for headings. */
export const pageName = (name: string): string =>
  settings.value?.pages.find((one) => one.page === name)?.name ?? name;

export const mayWrite = (key: string): boolean => rows.value.get(key)?.access === "RW";
