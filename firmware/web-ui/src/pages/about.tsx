// What this is, and how the page looks: language, light or dark.

import { t } from "../i18n";
import { LookChoices } from "../parts/look";
import { session } from "../session";

export function AboutPage() {
  const product = session.value?.product;
  return (
    <div class="columns">
      <section class="card" aria-labelledby="look">
        <h2 id="look">{t("about.look")}</h2>
        <LookChoices />
      </section>
      <section class="card" aria-labelledby="what">
        <h2 id="what">{t("about.wallbox")}</h2>
        <dl class="pairs">
          <dt>{t("about.vendor")}</dt>
          <dd>{product?.vendor}</dd>
          <dt>{t("about.model")}</dt>
          <dd>{product?.model}</dd>
          <dt>{t("about.serial")}</dt>
          <dd>{product?.serial}</dd>
          <dt>{t("about.version")}</dt>
          <dd>{product?.version}</dd>
        </dl>
        {session.value?.simulated && <p class="notice">{t("about.simulated")}</p>}
        <p class="help">
          {t("about.api")} <a href="/api/v1/openapi.json">OpenAPI</a>
        </p>
      </section>
    </div>
  );
}
