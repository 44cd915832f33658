// The choice of language and of light or dark.

import { choose, LANGUAGES, language, type Language, t } from "../i18n";
import { theme, THEMES, type Theme } from "../theme";
import { Select } from "./form";
import { attempt } from "./toast";

export function LookChoices() {
  return (
    <div class="look">
      <Select
        label={t("about.language")}
        value={language.value}
        onChange={(value) => void attempt(() => choose(value as Language))}
        options={Object.entries(LANGUAGES).map(([value, text]) => ({ value, text }))}
      />
      <Select
        label={t("about.theme")}
        value={theme.value}
        onChange={(value) => {
          theme.value = value as Theme;
        }}
        options={THEMES.map((value) => ({ value, text: t(`theme.${value}`) }))}
      />
    </div>
  );
}
