"""The transaction of one connector: from card and plug to its end, as OCPP 1.6 has it.

`step` takes one event at a time and answers with what has to be done about transactions. Which
cards are valid is decided elsewhere: only accepted cards come here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from evse.core import timing
from evse.core.faults import RULES, Clears, Fault
from evse.core.intent import Intent, IntentSource, Priority, arbitrate


class Phase(StrEnum):
    """Where the connector is between two vehicles."""

    IDLE = "idle"
    AUTHORIZED = "authorized"
    """A card was accepted; waiting for the plug."""
    PLUGGED = "plugged"
    """Waiting for a card."""
    CHARGING = "charging"
    """A transaction is under way, whether or not energy flows."""
    FINISHING = "finishing"
    """The transaction is over and the plug still in."""


class Reason(StrEnum):
    """Why a transaction ends: Reason of OCPP 1.6, 7.36."""

    DE_AUTHORIZED = "DeAuthorized"
    EMERGENCY_STOP = "EmergencyStop"
    EV_DISCONNECTED = "EVDisconnected"
    HARD_RESET = "HardReset"
    LOCAL = "Local"
    OTHER = "Other"
    POWER_LOSS = "PowerLoss"
    REBOOT = "Reboot"
    REMOTE = "Remote"
    SOFT_RESET = "SoftReset"
    UNLOCK_COMMAND = "UnlockCommand"


class Origin(StrEnum):
    """How a card came to be accepted."""

    CARD = "card"
    REMOTE = "remote"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class SessionRules:
    """The settings, named in OCPP: ConnectionTimeOut, StopTransactionOnEVSideDisconnect,
    StopTransactionOnInvalidId, MaxEnergyOnInvalidId; and "Restart transaction after power loss"
    (ETEK manual 5.8.2.1).
    """

    connection_timeout_s: float = timing.CONNECTION_TIME_OUT_S
    stop_on_ev_disconnect: bool = True
    stop_on_invalid_id: bool = True
    energy_on_invalid_id_wh: int = 0
    restart_after_power_loss: bool = False


@dataclass(frozen=True, slots=True)
class LocalTransaction:
    """Who charges. Its number and its meter values are kept where they are stored."""

    id_tag: str
    parent_id_tag: str | None = None


@dataclass(frozen=True, slots=True)
class SessionState:
    """One connector's session.

    `id_tag`, `parent_id_tag` and `origin` are those of the waiting card; `authorized_until_s` is by
    when the plug must come. `recorded`: the start of the transaction is on disk. `refused`: the
    central system doesn't accept the card of the running transaction.
    """

    phase: Phase = Phase.IDLE
    plugged: bool = False
    id_tag: str | None = None
    parent_id_tag: str | None = None
    origin: Origin = Origin.CARD
    authorized_until_s: float | None = None
    transaction: LocalTransaction | None = None
    recorded: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Plugged:
    """A vehicle was plugged in."""


@dataclass(frozen=True, slots=True)
class Unplugged:
    """The vehicle is gone."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A valid card was presented, or a remote start was accepted, or charging is free."""

    id_tag: str
    parent_id_tag: str | None = None
    origin: Origin = Origin.CARD


@dataclass(frozen=True, slots=True)
class StopRequested:
    """Somebody other than the card at the reader ends the transaction."""

    reason: Reason
    id_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The start of the transaction is on disk."""


@dataclass(frozen=True, slots=True)
class Refused:
    """StartTransaction was answered with another status than Accepted."""


@dataclass(frozen=True, slots=True)
class ParentLearnt:
    """StartTransaction's answer told the group of the card."""

    parent_id_tag: str


@dataclass(frozen=True, slots=True)
class Faulted:
    """A fault was raised at the connector."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Event = (
    Plugged
    | Unplugged
    | Accepted
    | StopRequested
    | Recorded
    | Refused
    | ParentLearnt
    | Faulted
    | Tick
)


@dataclass(frozen=True, slots=True)
class StartTransaction:
    """Store and report the start of a transaction; answer with `Recorded`."""

    id_tag: str
    origin: Origin = Origin.CARD


@dataclass(frozen=True, slots=True)
class StopTransaction:
    """Store and report the end of the transaction; `id_tag` is that which stopped it, if any."""

    reason: Reason
    id_tag: str | None = None


Action = StartTransaction | StopTransaction
Outcome = tuple[SessionState, tuple[Action, ...]]


def step(state: SessionState, event: Event, rules: SessionRules, now_s: float) -> Outcome:
    """Take one event. What a phase has no row for changes nothing."""
    match event, state.phase:
        case Plugged(), phase:
            return _plugged(replace(state, plugged=True), phase)
        case Unplugged(), phase:
            return _unplugged(replace(state, plugged=False), phase, rules)
        case Accepted() as card, Phase.CHARGING:
            return _card_while_charging(state, card)
        case Accepted() as card, phase if phase is not Phase.FINISHING or _starts_anew(card):
            return _accepted(state, card, rules, now_s)
        case StopRequested(reason, id_tag), Phase.CHARGING:
            return _stop(state, reason, id_tag)
        case Recorded(), Phase.CHARGING:
            return replace(state, recorded=True), ()
        case Refused(), Phase.CHARGING if rules.stop_on_invalid_id:
            return _stop(state, Reason.DE_AUTHORIZED)
        case Refused(), Phase.CHARGING:
            return replace(state, refused=True), ()
        case ParentLearnt(parent_id_tag), Phase.CHARGING if state.transaction is not None:
            known = replace(state.transaction, parent_id_tag=parent_id_tag)
            return replace(state, transaction=known), ()
        case Faulted(fault), Phase.CHARGING if _ends_transaction(fault):
            return _stop(state, Reason.OTHER)
        case Tick(), Phase.AUTHORIZED if _waited(state, now_s):
            return SessionState(), ()
        case Tick(), Phase.CHARGING if not state.plugged and _waited(state, now_s):
            return _stop(state, Reason.EV_DISCONNECTED)
    return state, ()


def barred(session: SessionState, rules: SessionRules, delivered_wh: float) -> bool:
    """Whether the card of the transaction is refused, and has had all the energy that it may have.

    The operator may grant it some, so that the car can drive away (OCPP 1.6, 3.5.4): it is counted
    from the start of the transaction.
    """
    return session.refused and delivered_wh >= rules.energy_on_invalid_id_wh


def intent(session: SessionState, *, barred: bool | None = None) -> Intent:
    """Return what the session wants: energy, at low priority, or at the top that nobody charges.

    `barred` is what the function of this name says; without it a refused card gets nothing.
    """
    refused = session.refused if barred is None else barred
    wants = session.phase is Phase.CHARGING and session.recorded and not refused
    priority = Priority.TRANSACTION if wants else Priority.NO_TRANSACTION
    return Intent(IntentSource.SESSION, wants, priority)


def permitted(
    session: SessionState, others: Iterable[Intent] = (), *, barred: bool | None = None
) -> bool:
    """Whether the controller may charge: a recorded transaction, and nobody of rank who pauses."""
    return arbitrate((intent(session, barred=barred), *others)).charge


def restored(
    transaction: LocalTransaction | None,
    rules: SessionRules,
    now_s: float,
    *,
    refused: bool = False,
) -> Outcome:
    """Return the session after a power cut in which `transaction` was open.

    It goes on when the rules say so, and unless a vehicle must not leave, its plug has to be seen
    soon: it may have been pulled in the dark. Otherwise it ends with PowerLoss, and the plug needs
    a new card. `refused`: the central system doesn't accept its card.
    """
    if transaction is None:
        return SessionState(), ()
    if not rules.restart_after_power_loss:
        return SessionState(), (StopTransaction(Reason.POWER_LOSS),)
    plug_by_s = now_s + timing.RESUME_PLUG_S if rules.stop_on_ev_disconnect else None
    resumed = SessionState(
        phase=Phase.CHARGING,
        authorized_until_s=plug_by_s,
        transaction=transaction,
        recorded=True,
        refused=refused,
    )
    return resumed, ()


def same_tag(one: str | None, other: str | None) -> bool:
    """Whether two idTags are the same; their case doesn't count (CiString20Type of OCPP 1.6)."""
    return one is not None and other is not None and one.casefold() == other.casefold()


def _plugged(state: SessionState, phase: Phase) -> Outcome:
    if phase is Phase.AUTHORIZED and state.id_tag is not None:
        return _start(state, Accepted(state.id_tag, state.parent_id_tag, state.origin))
    if phase is Phase.IDLE:
        return replace(state, phase=Phase.PLUGGED), ()
    return replace(state, authorized_until_s=None), ()


def _unplugged(state: SessionState, phase: Phase, rules: SessionRules) -> Outcome:
    if phase is Phase.CHARGING:
        return _stop(state, Reason.EV_DISCONNECTED) if rules.stop_on_ev_disconnect else (state, ())
    if phase in {Phase.PLUGGED, Phase.FINISHING}:
        return SessionState(), ()
    return state, ()


def _starts_anew(card: Accepted) -> bool:
    """Whether it starts another transaction while the plug of the last one is still in.

    A card doesn't: it was held to the reader to stop, and is often held there twice. A remote start
    does: owners stop and start from their dashboard without going to the car.
    """
    return card.origin is Origin.REMOTE


def _accepted(state: SessionState, card: Accepted, rules: SessionRules, now_s: float) -> Outcome:
    if state.plugged:
        return _start(state, card)
    waiting = SessionState(
        phase=Phase.AUTHORIZED,
        id_tag=card.id_tag,
        parent_id_tag=card.parent_id_tag,
        origin=card.origin,
        authorized_until_s=now_s + rules.connection_timeout_s,
    )
    return waiting, ()


def _card_while_charging(state: SessionState, card: Accepted) -> Outcome:
    """The transaction's own card or one of its group stops it; any other does nothing."""
    running = state.transaction
    if running is None or card.origin is not Origin.CARD:
        return state, ()
    own = same_tag(card.id_tag, running.id_tag)
    if own or same_tag(card.parent_id_tag, running.parent_id_tag):
        return _stop(state, Reason.LOCAL, card.id_tag)
    return state, ()


def _start(state: SessionState, card: Accepted) -> Outcome:
    started = SessionState(
        phase=Phase.CHARGING,
        plugged=state.plugged,
        transaction=LocalTransaction(card.id_tag, card.parent_id_tag),
    )
    return started, (StartTransaction(card.id_tag, card.origin),)


def _stop(state: SessionState, reason: Reason, id_tag: str | None = None) -> Outcome:
    phase = Phase.FINISHING if state.plugged else Phase.IDLE
    return SessionState(phase=phase, plugged=state.plugged), (StopTransaction(reason, id_tag),)


def _ends_transaction(fault: Fault) -> bool:
    """Whether somebody has to come before charging can go on; what ends by itself only pauses."""
    return RULES[fault].clears is not Clears.ITSELF


def _waited(state: SessionState, now_s: float) -> bool:
    return state.authorized_until_s is not None and now_s >= state.authorized_until_s
