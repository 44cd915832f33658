// The wallbox's own list of cards: names, learning mode, slots; and the manual's buttons for it.

import { useEffect, useState } from "preact/hooks";

import { del, get, patch, post, put } from "../api";
import { rows } from "../draft";
import { t, word } from "../i18n";
import { useLoad } from "../load";
import type { Card, CardsAnswer, Learning, Reading, Slots } from "../model";
import { useCountdown } from "../parts/countdown";
import { ask, Dialog } from "../parts/dialog";
import { TextField } from "../parts/form";
import { Icon } from "../parts/icon";
import { WhenLoaded } from "../parts/load";
import { Pager } from "../parts/pager";
import { attempt } from "../parts/toast";

const PAGE = 50;
const ASK_EVERY_MS = 1_000; // while a card is waited for

/** Whether the role may press a button of the manual's page WHITELIST. */
const may = (key: string): boolean => rows.value.get(`whitelist.${key}`)?.access === "RW";

export function CardsPage() {
  const [search, setSearch] = useState("");
  const [offset, setOffset] = useState(0);
  const loaded = useLoad(
    () => get<CardsAnswer>("cards", { offset, limit: PAGE, search: search.trim() }),
    [offset, search],
  );
  return (
    <>
      <div class="columns">
        {may("learning_mode") && <LearningCard onLearnt={loaded.reload} />}
        {may("insert") && <NewCard onAdded={loaded.reload} />}
      </div>
      <section class="card" aria-labelledby="list">
        <h2 id="list">{t("cards.list")}</h2>
        <TextField
          label={t("cards.search")}
          type="search"
          value={search}
          maxLength={40}
          onInput={(value) => {
            setOffset(0);
            setSearch(value);
          }}
        />
        <WhenLoaded of={loaded}>
          {(answer) => (
            <>
              <p role="status" class="help">
                {t("cards.count", { count: answer.count })} {answer.hint}
              </p>
              <ul class="cards">
                {answer.cards.map((card) => (
                  <CardLine key={card.uid} card={card} onChanged={loaded.reload} />
                ))}
              </ul>
              {answer.cards.length === 0 && <p class="empty">{t("cards.none")}</p>}
              <Pager offset={offset} limit={PAGE} count={answer.count} onChange={setOffset} />
            </>
          )}
        </WhenLoaded>
      </section>
      <SlotsCard onChanged={loaded.reload} />
    </>
  );
}

function CardLine({ card, onChanged }: { card: Card; onChanged: () => Promise<void> }) {
  const [renaming, setRenaming] = useState(false);
  const remove = async (): Promise<void> => {
    const text = t("cards.delete_text", { card: card.name || card.tag });
    if (!(await ask(t("cards.delete_title"), text, t("cards.delete"), { danger: true }))) return;
    await attempt(() => del(`cards/${encodeURIComponent(card.tag)}`), t("cards.deleted"));
    await onChanged();
  };
  return (
    <li>
      <Icon name="card" />
      <span class="grow">
        <strong>{card.name || t("cards.nameless")}</strong>
        <span class="tag">
          {card.tag}
          {card.slot !== null && ` · ${t("cards.slot", { slot: card.slot })}`}
        </span>
      </span>
      {may("insert") && (
        <button class="small" onClick={() => setRenaming(true)} aria-label={label("cards.rename", card)}>
          {t("cards.rename")}
        </button>
      )}
      {may("delete") && (
        <button class="small" onClick={() => void remove()} aria-label={label("cards.delete", card)}>
          {t("cards.delete")}
        </button>
      )}
      {renaming && (
        <NameDialog card={card} onClose={() => setRenaming(false)} onChanged={onChanged} />
      )}
    </li>
  );
}

const label = (key: "cards.rename" | "cards.delete", card: Card): string =>
  `${t(key)}: ${card.name || card.tag}`;

interface NameProps {
  card: Card;
  onClose: () => void;
  onChanged: () => Promise<void>;
}

function NameDialog({ card, onClose, onChanged }: NameProps) {
  const [name, setName] = useState(card.name);
  const submit = async (): Promise<void> => {
    const path = `cards/${encodeURIComponent(card.tag)}`;
    if (!(await attempt(() => patch(path, { name }), t("cards.renamed")))) return;
    onClose();
    await onChanged();
  };
  return (
    <Dialog title={t("cards.name_title", { tag: card.tag })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField label={t("cards.name")} value={name} onInput={setName} maxLength={40} />
        <footer>
          <button type="button" onClick={onClose}>
            {t("word.cancel")}
          </button>
          <button type="submit" class="primary">
            {t("word.save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Every card held to the reader goes on the list, until five minutes pass without one. */
function LearningCard({ onLearnt }: { onLearnt: () => Promise<void> }) {
  const [state, setState] = useState<Learning | null>(null);
  const [active, setActive] = useState(true); // until the wallbox says that it does not learn
  const left = useCountdown(state?.remaining_s);
  useEffect(() => {
    if (!active) return undefined;
    let count = 0;
    const look = async (): Promise<void> => {
      const answer = await get<Learning>("cards/learning").catch(() => null);
      if (!answer) return;
      setState(answer);
      setActive(answer.remaining_s > 0);
      if (answer.count !== count) void onLearnt();
      count = answer.count;
    };
    void look();
    const timer = setInterval(() => void look(), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [active]);
  const learning = state !== null && state.remaining_s > 0;
  const begin = async (): Promise<void> => {
    if (await attempt(() => post("cards/learning"))) setActive(true);
  };
  const end = async (): Promise<void> => {
    if (await attempt(() => del("cards/learning"))) setState(null);
  };
  return (
    <section class="card" aria-labelledby="learning">
      <h2 id="learning">{t("cards.learning")}</h2>
      <p class="help">{t("cards.learning_help")}</p>
      <div role="status">
        {learning && (
          <p class="waiting">{t("cards.learning_on", { seconds: left ?? 0, count: state.count })}</p>
        )}
        {state?.cards.map((card) => (
          <p key={card.number} class="learnt">
            <strong>{card.tag}</strong> {word("outcome", card.outcome)}
          </p>
        ))}
      </div>
      {learning ? (
        <button onClick={() => void end()}>{t("cards.learning_end")}</button>
      ) : (
        <button class="primary" onClick={() => void begin()}>
          {t("cards.learning_begin")}
        </button>
      )}
    </section>
  );
}

function NewCard({ onAdded }: { onAdded: () => Promise<void> }) {
  const [tag, setTag] = useState("");
  const [name, setName] = useState("");
  const submit = async (): Promise<void> => {
    if (!(await attempt(() => post("cards", { tag: tag.trim(), name }), t("cards.added")))) return;
    setTag("");
    setName("");
    await onAdded();
  };
  return (
    <section class="card" aria-labelledby="new">
      <h2 id="new">{t("cards.insert")}</h2>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t("cards.tag")}
          value={tag}
          onInput={setTag}
          hint={t("cards.tag_hint")}
          autocomplete="off"
          required
          maxLength={40}
        />
        <TextField label={t("cards.name")} value={name} onInput={setName} maxLength={40} />
        <button type="submit">{t("cards.add")}</button>
      </form>
    </section>
  );
}

/** Three numbered places, as the Cabur wallbox has them. */
function SlotsCard({ onChanged }: { onChanged: () => Promise<void> }) {
  const loaded = useLoad(() => get<{ slots: Slots }>("cards/slots"), []);
  const [reading, setReading] = useState<Reading | null>(null);
  const waits = reading !== null && reading.tag === null && reading.remaining_s > 0;
  const left = useCountdown(waits ? reading.remaining_s : null);
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setInterval(() => {
      void get<Reading>("cards/reading").then(setReading, () => undefined);
    }, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [waits]);
  const read = async (): Promise<void> => {
    await attempt(async () => {
      const begun = await post<{ remaining_s: number }>("cards/reading");
      setReading({ ...begun, tag: null });
    });
  };
  const write = async (slot: string): Promise<void> => {
    const body = reading?.tag ? { tag: reading.tag } : {};
    await attempt(() => put(`cards/slots/${slot}`, body), t("cards.slot_written"));
    await Promise.all([loaded.reload(), onChanged()]);
  };
  return (
    <section class="card" aria-labelledby="slots">
      <h2 id="slots">{t("cards.slots")}</h2>
      <p class="help">{t("cards.slots_help")}</p>
      {may("insert") && (
        <p class="buttons" role="status">
          <button onClick={() => void read()}>{t("cards.read")}</button>
          {waits && <span class="waiting">{t("cards.reading", { seconds: left ?? 0 })}</span>}
          {reading?.tag && <strong>{t("cards.read_card", { tag: reading.tag })}</strong>}
        </p>
      )}
      <WhenLoaded of={loaded}>
        {({ slots }) => (
          <ul class="facts">
            {Object.entries(slots).map(([slot, card]) => (
              <li key={slot}>
                <span>
                  <strong>{t("cards.slot", { slot })}</strong>{" "}
                  {card ? [card.name, card.tag].filter(Boolean).join(" · ") : t("cards.slot_free")}
                </span>
                {reading?.tag && (
                  <button class="small" onClick={() => void write(slot)}>
                    {t("cards.slot_write", { slot })}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </WhenLoaded>
    </section>
  );
}
