// Leafing through a long list.

import { t } from "../i18n";

interface Props {
  offset: number;
  limit: number;
  count: number;
  onChange: (offset: number) => void;
}

export function Pager({ offset, limit, count, onChange }: Props) {
  if (count <= limit) return null;
  return (
    <nav class="pager" aria-label={t("pager.title")}>
      <button disabled={offset === 0} onClick={() => onChange(Math.max(0, offset - limit))}>
        {t("pager.newer")}
      </button>
      <span>
        {t("pager.range", { from: offset + 1, to: Math.min(count, offset + limit), count })}
      </span>
      <button disabled={offset + limit >= count} onClick={() => onChange(offset + limit)}>
        {t("pager.older")}
      </button>
    </nav>
  );
}
