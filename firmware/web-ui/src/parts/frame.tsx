// The frame of every page: the bar at the top, the navigation (at the side, or tabs on a phone), the
// heading, which gets the focus when one goes to another page.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../i18n";
import { link as state } from "../live";
import { SETTINGS_ICONS, TABS, nameOf, PLACES, type Place } from "../places";
import { link, path } from "../route";
import { leave, settings } from "../draft";
import { mayBe, role, session } from "../session";
import { Banners } from "./banners";
import { Icon } from "./icon";
import { SaveBar } from "./savebar";
import { attempt } from "./toast";

interface Props {
  title: string;
  children: ComponentChildren;
}

export function Frame({ title, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  const product = productName();
  useEffect(() => {
    document.title = `${title} · ${product}`;
  }, [title, product]);
  useEffect(() => {
    if (!first.current) {
      heading.current?.focus();
      scrollTo(0, 0);
    }
    first.current = false;
  }, [path.value]);
  return (
    <div class={`frame ${state.value}`}>
      <a class="skip" href="#main" onClick={(event) => skip(event)}>
        {t("app.skip")}
      </a>
      <header class="top">
        <a class="brand" href={link("/")}>
          <Icon name="live" /> {product}
        </a>
        <span class="who">
          <span class={`dot ${state.value}`} aria-hidden="true" />
          <span class="role">{role.value && t(`role.${role.value}`)}</span>
          <button class="plain" aria-label={t("nav.log_out")} onClick={() => void attempt(leave)}>
            <Icon name="logout" />
          </button>
        </span>
      </header>
      <Navigation />
      <main id="main" tabIndex={-1} data-path={path.value}>
        <Banners />
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </main>
      <SaveBar />
    </div>
  );
}

/** What the wallbox is called: by its maker, where it says so. */
function productName(): string {
  const product = session.value?.product;
  return [product?.vendor, product?.model].filter(Boolean).join(" ") || t("app.name");
}

/** The address behind "#" is the page's place, so that a plain anchor would lead away from it. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Navigation() {
  const [open, setOpen] = useState(false);
  const allowed = PLACES.filter((place) => !place.roles || mayBe(...place.roles));
  useEffect(() => setOpen(false), [path.value]);
  return (
    <nav class={open ? "main open" : "main"} aria-label={t("nav.title")}>
      <ul>
        {allowed.map((place, index) => (
          <Item key={place.path} place={place} tab={index < TABS} />
        ))}
      </ul>
      <button class="more" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "close" : "more"} />
        <span>{t(open ? "word.close" : "nav.more")}</span>
      </button>
    </nav>
  );
}

function Item({ place, tab }: { place: Place; tab: boolean }) {
  const here = path.value === place.path || (place.path !== "/" && path.value.startsWith(`${place.path}/`));
  return (
    <li class={tab ? "tab" : ""}>
      <a href={link(place.path)} aria-current={here ? "page" : undefined}>
        <Icon name={place.icon} />
        <span>{nameOf(place)}</span>
      </a>
      {here && place.path === "/settings" && <SettingsPages />}
    </li>
  );
}

/** The manual's pages, below "Settings" at the side of a wide screen. */
function SettingsPages() {
  return (
    <ul class="sub">
      {settings.value?.pages.map((page) => (
        <li key={page.page}>
          <a
            href={link(`/settings/${page.page}`)}
            aria-current={path.value === `/settings/${page.page}` ? "page" : undefined}
          >
            <Icon name={SETTINGS_ICONS[page.page] ?? "settings"} />
            <span>{page.name}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
