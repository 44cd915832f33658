"""Who may charge: the decision table for plugs and cards.

One table for every case, read from the top; the first row that fits decides. It knows nothing of
sockets and stores: what the wallbox knows of a card, and what the central system said, comes in.
The settings are those of the ETEK EKEPC3 manual, 5.8.2.1, the rows those of its recipes A.1 to B.7,
with LocalPreAuthorize, LocalAuthorizeOffline and AllowOfflineTxForUnknownId as OCPP 1.6 has them
(3.4, 3.5, 9.1). Whatever is decided here, the answer to StartTransaction has the last word.
"""

from dataclasses import KW_ONLY, dataclass, fields
from enum import StrEnum


class Presented(StrEnum):
    """What is there to decide about."""

    PLUG = "plug"
    """A vehicle was plugged in, and there is no card."""
    READER = "reader"
    """A card at the reader of the wallbox."""
    TAG = "tag"
    """An idTag from elsewhere: a remote start, or the one of free charging."""


class Card(StrEnum):
    """What the wallbox knows of an idTag by itself."""

    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    """The central system accepted it before, or has it on its list, and that has not expired."""
    REJECTED = "rejected"
    """The central system blocked or refused it, or its word has expired."""
    WHITELISTED = "whitelisted"
    """It is in the wallbox's own list."""


class Backend(StrEnum):
    """The central system, in this moment."""

    READY = "ready"
    """It can be asked."""
    SILENT = "silent"
    """It cannot be reached, or gave no answer."""
    ACCEPTS = "accepts"
    """It was asked, and accepts the card."""
    REJECTS = "rejects"
    """It was asked, and does not."""


class Decision(StrEnum):
    """What to do."""

    START = "start"
    """The card, or the plug without one, may charge."""
    ASK = "ask"
    """Ask the central system; for a plug, with the free charging tag."""
    REFUSE = "refuse"
    """The card may not charge."""
    IGNORE = "ignore"
    """Nothing happens: the reader is disabled, or the plug waits for a card."""


@dataclass(frozen=True, slots=True)
class AuthorizationRules:
    """The settings of the page AUTHORIZATION, and `home`: the chargepoint type is Home, not Public.

    `free_with_ocpp`: the free charging authorization mode is WithOcpp. `in_doubt`: "If in doubt
    allow charging". `local_whitelist` is the wallbox's own list, `local_list` that which the
    central system sends (LocalAuthListEnabled).
    """

    home: bool = False
    rfid_reader: bool = True
    free_charging: bool = False
    free_with_ocpp: bool = False
    local_whitelist: bool = False
    pre_authorize: bool = False
    authorize_offline: bool = True
    in_doubt: bool = False
    cache: bool = True
    local_list: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `decision`, and `why` in words; it fits where all that it names is so.

    None: whatever. `presented`, `card` and `backend` are of the case, the others are rules.
    """

    decision: Decision
    why: str
    _: KW_ONLY
    presented: Presented | None = None
    card: Card | None = None
    backend: Backend | None = None
    home: bool | None = None
    rfid_reader: bool | None = None
    free_charging: bool | None = None
    free_with_ocpp: bool | None = None
    pre_authorize: bool | None = None
    authorize_offline: bool | None = None
    in_doubt: bool | None = None

    def fits(
        self, rules: AuthorizationRules, presented: Presented, card: Card, backend: Backend
    ) -> bool:
        """Whether all that the row names is so."""
        case = (self.presented, presented), (self.card, card), (self.backend, backend)
        return all(named in {None, actual} for named, actual in case) and all(
            getattr(self, name) in {None, getattr(rules, name)} for name in _RULES_NAMED
        )


_RULES_NAMED = tuple(
    field.name for field in fields(AuthorizationRules) if field.name in Row.__dataclass_fields__
)

_START, _ASK = Decision.START, Decision.ASK
_REFUSE, _IGNORE = Decision.REFUSE, Decision.IGNORE
_PLUG, _READER = Presented.PLUG, Presented.READER

TABLE = (
    # A plug alone. At home the reader decides whether free charging is for cards (A.2) or not
    # (A.1); in public it is for every plug, and WithOcpp asks for the free charging tag (B.2).
    Row(_IGNORE, "a card is needed", presented=_PLUG, free_charging=False),
    Row(_IGNORE, "any card is needed", presented=_PLUG, home=True, rfid_reader=True),
    Row(_START, "charging is free", presented=_PLUG, home=True),
    Row(_START, "charging is free", presented=_PLUG, free_with_ocpp=False),
    Row(_ASK, "the free charging tag decides", presented=_PLUG),
    Row(_IGNORE, "the reader is disabled", presented=_READER, rfid_reader=False),
    # At home nobody is asked (A.2, A.3).
    Row(_START, "any card is free to charge", home=True, free_charging=True),
    Row(_START, "in the whitelist", home=True, card=Card.WHITELISTED),
    Row(_REFUSE, "known as rejected", home=True, card=Card.REJECTED),
    Row(_START, "unknown, but in doubt allowed", home=True, in_doubt=True),
    Row(_REFUSE, "not in the whitelist", home=True),
    # The central system has spoken (B.3), or can be asked (B.1, B.4).
    Row(_START, "accepted by the backend", backend=Backend.ACCEPTS),
    Row(_REFUSE, "rejected by the backend", backend=Backend.REJECTS),
    Row(_ASK, "not known here", backend=Backend.READY, card=Card.UNKNOWN),
    Row(_ASK, "known as rejected", backend=Backend.READY, card=Card.REJECTED),
    Row(_START, "known here", backend=Backend.READY, pre_authorize=True),
    Row(_ASK, "the backend decides", backend=Backend.READY),
    # It is silent (B.5, B.6, B.7).
    Row(_REFUSE, "known as rejected", card=Card.REJECTED),
    Row(_START, "nobody can tell, and in doubt allowed", in_doubt=True),
    Row(_REFUSE, "nobody can tell", card=Card.UNKNOWN),
    Row(_START, "known here", authorize_offline=True),
    Row(_REFUSE, "nobody can be asked"),
)
"""Every case has a row, for the last one fits always."""


def decide(
    rules: AuthorizationRules,
    presented: Presented,
    card: Card = Card.UNKNOWN,
    backend: Backend = Backend.SILENT,
) -> Row:
    """Return the row of the table that decides.

    What is decided of a plug, and whether a card is ignored, depends on neither `card` nor
    `backend`.
    """
    return next(row for row in TABLE if row.fits(rules, presented, card, backend))


def card_state(
    rules: AuthorizationRules,
    *,
    whitelisted: bool,
    accepted: bool | None,
    listed: bool | None = None,
) -> Card:
    """What is known of an idTag, of which the cache says `accepted`, and `listed` the central
    system's list (None: nothing).

    A list or cache that is switched off says nothing. The central system's list comes before the
    cache (OCPP 1.6, 3.5.3). In public the central system's refusal outweighs the wallbox's own
    list; at home the lists are all there is.
    """
    on_its_list = listed if rules.local_list else None
    on_our_list = whitelisted and (rules.local_whitelist or rules.home)
    cached = accepted if rules.cache else None
    word = cached if on_its_list is None else on_its_list
    if rules.home and (on_our_list or on_its_list):
        return Card.WHITELISTED
    if on_our_list and word is not False:
        return Card.WHITELISTED
    return {None: Card.UNKNOWN, True: Card.ACCEPTED, False: Card.REJECTED}[word]
