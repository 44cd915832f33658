"""A member of a group: takes grants that are surely fresh, else it falls to its agreed share. Pure.

It believes nothing but an answer to a report which it sent itself since its start and remembers;
so a grant that was delayed, repeated, recorded or meant for another is worth nothing. The lease
runs from the instant at which that report was sent, on this wallbox's own clock.

A master that restarts has a new epoch, and the member follows it. It never goes back: a master
that was left and still answers new reports proves that there are two, and then neither is obeyed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evse.core.limits import Limit, Source
from evse.sharing.allocation import Uses
from evse.sharing.connector import (
    NOWHERE,
    ConnectorSettings,
    Drawing,
    Need,
    allowed,
    reported,
)
from evse.sharing.messages import LEASE_S, MAX_CONNECTORS, MAX_UNIT, ConnectorGrant, Grant, Report

TWO_MASTERS_S = 30.0
"""Two masters are over when one of them was not heard for so long, s: longer than the other needs
to be sure that no grant of its rival is in force."""

_FORMER = 8
"""So many masters that were left are known again."""


@dataclass(frozen=True, slots=True)
class MemberSettings:
    """ValueError for a unit or a number of connectors that cannot be."""

    unit: int
    connectors: tuple[ConnectorSettings, ...] = (ConnectorSettings(),)

    def __post_init__(self) -> None:
        if not 1 <= self.unit <= MAX_UNIT:
            raise ValueError(f"unit: came {self.unit!r}, allowed: 1 to {MAX_UNIT}")
        if not 1 <= len(self.connectors) <= MAX_CONNECTORS:
            raise ValueError(f"connectors: came {len(self.connectors)}, allowed: 1 or 2")


@dataclass(frozen=True, slots=True)
class MemberState:
    """What a member remembers since its start; connectors in their order.

    `boot`: random, not 0. `sent`: counters of its reports of the last lease, and when they were
    sent. `epoch`, `sequence`: of the newest grant that was taken; `followed_at`: the counter of the
    newest report when this epoch was; `former`: epochs that were left. `grants`: what is granted
    until `until_s`; empty for nothing. `used`: the terminals that the cars use.
    """

    boot: int
    used: tuple[Uses, ...]
    drawing: tuple[Drawing, ...]
    counter: int = 0
    sent: tuple[tuple[int, float], ...] = ()
    epoch: int = 0
    sequence: int = 0
    followed_at: int = 0
    former: tuple[int, ...] = ()
    grants: tuple[ConnectorGrant, ...] = ()
    granted_at_s: float = 0.0
    until_s: float = 0.0
    two_masters_until_s: float | None = None

    @classmethod
    def initial(cls, settings: MemberSettings, boot: int) -> "MemberState":
        """Return the state at the start. ValueError when `boot` is not 1 to 2³² - 1."""
        if not 0 < boot < 2**32:
            raise ValueError(f"boot: came {boot!r}, allowed: 1 to 2³² - 1")
        wired = tuple(connector.wired for connector in settings.connectors)
        return cls(boot, used=wired, drawing=tuple(Drawing() for _ in wired))


def on_grant(
    state: MemberState, grant: Grant, received_at_s: float, settings: MemberSettings
) -> MemberState:
    """Take a grant, if it is newer than the last and answers a report that we remember."""
    sent_at_s = dict(state.sent).get(grant.counter)
    if grant.unit != settings.unit or grant.boot != state.boot or sent_at_s is None:
        return state
    if grant.epoch == state.epoch:
        if grant.sequence <= state.sequence:
            return state
    elif grant.counter <= state.followed_at:
        return state  # written before the master that we follow now had begun
    else:
        state = _followed(state, grant.epoch, received_at_s)
    if grant.two_masters or two_masters(state, received_at_s):
        state = replace(state, sequence=grant.sequence, grants=())
    elif grant.hold:
        state = replace(state, sequence=grant.sequence)
    else:
        state = replace(
            state,
            sequence=grant.sequence,
            grants=grant.connectors,
            granted_at_s=received_at_s,
            until_s=sent_at_s + min(grant.lease_s, LEASE_S),
        )
    return _noted(state, received_at_s, settings)


def turn(
    state: MemberState,
    needs: Sequence[Need],
    now_s: float,
    settings: MemberSettings,
    *,
    key_trouble: bool = False,
) -> tuple[MemberState, Report]:
    """Say how the connectors are; the report is to be sent at once, to the master.

    `needs`: of each connector. `key_trouble`: messages with a wrong seal were heard.
    """
    counter = state.counter + 1
    remembered = tuple(entry for entry in state.sent if entry[1] > now_s - LEASE_S)
    state = replace(
        state,
        counter=counter,
        sent=(*remembered, (counter, now_s)),
        used=tuple(need.used for need in needs),
    )
    state = _noted(state, now_s, settings)
    report = Report(
        unit=settings.unit,
        boot=state.boot,
        counter=counter,
        connectors=tuple(map(reported, settings.connectors, needs, state.drawing)),
        epoch=state.epoch,
        sequence=state.sequence,
        two_masters=two_masters(state, now_s),
        key_trouble=key_trouble,
        alone=not _in_force(state, now_s),
    )
    return state, report


def share(state: MemberState, connector: int, now_s: float, settings: MemberSettings) -> Limit:
    """The limit of a connector (1 or 2): its grant as a lease, or its agreed share."""
    amps, _ = _share(state, connector - 1, now_s, settings)
    agreed_a = settings.connectors[connector - 1].guaranteed_a
    if not _in_force(state, now_s):
        return Limit(Source.SHARING_LOST, agreed_a, now_s, fallback_a=agreed_a)
    return Limit(Source.SHARING, amps, state.granted_at_s, state.until_s, agreed_a)


def two_masters(state: MemberState, now_s: float) -> bool:
    """Whether two masters have been heard lately."""
    return state.two_masters_until_s is not None and now_s < state.two_masters_until_s


def _followed(state: MemberState, epoch: int, now_s: float) -> MemberState:
    """Follow another master. If it was left before, both live."""
    until_s, grants = state.two_masters_until_s, state.grants
    if epoch in state.former:
        until_s, grants = now_s + TWO_MASTERS_S, ()
    former = tuple(old for old in state.former if old != epoch)
    if state.epoch:
        former = (*former, state.epoch)[-_FORMER:]
    return replace(
        state,
        epoch=epoch,
        followed_at=state.counter,
        former=former,
        grants=grants,
        two_masters_until_s=until_s,
    )


def _in_force(state: MemberState, now_s: float) -> bool:
    return bool(state.grants) and now_s < state.until_s


def _share(
    state: MemberState, index: int, now_s: float, settings: MemberSettings
) -> tuple[float, Uses]:
    """What a connector may draw now, A, and on which terminals.

    A grant for other terminals than those the car uses is worth no more than the agreed share.
    """
    connector = settings.connectors[index]
    if not _in_force(state, now_s):
        return connector.guaranteed_a, connector.wired
    if index >= len(state.grants):
        return 0.0, NOWHERE
    grant = state.grants[index]
    elsewhere = any(u and not g for u, g in zip(state.used[index], grant.phases, strict=True))
    if elsewhere:
        return min(grant.amps, connector.guaranteed_a), connector.wired
    return grant.amps, grant.phases


def _noted(state: MemberState, now_s: float, settings: MemberSettings) -> MemberState:
    """Enter what the cars are allowed now into what they may be drawing."""
    drawing = tuple(
        allowed(drawing, *_share(state, index, now_s, settings), now_s)
        for index, drawing in enumerate(state.drawing)
    )
    return state if drawing == state.drawing else replace(state, drawing=drawing)
