"""What comes of an order: taken, refused, or unanswered, when nobody knows."""

import math
from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.commands import (
    CommandError,
    CommandRefused,
    CommandUnanswered,
)
from custom_components.evse_ocpp.central.control import Control, Method, PauseBy, Purpose
from custom_components.evse_ocpp.delivery import Delivery
from custom_components.evse_ocpp.energy.allowance import Choices
from custom_components.evse_ocpp.energy.orders import (
    BEGINS_S,
    Ledger,
    Order,
    SetFallback,
    SetLease,
    Start,
    Stop,
)
from custom_components.evse_ocpp.facts import facts_of
from custom_components.evse_ocpp.holdings import Holdings
from custom_components.evse_ocpp.refusals import Refusals
from custom_components.evse_ocpp.watch import Watch

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
SLOT = Method(Purpose.TX_DEFAULT_PROFILE)
ONE_SLOT = Control(SLOT, SLOT, PauseBy.REMOTE_STOP, lease_ends_itself=False)
FLASH = Control(Method(Purpose.TX_DEFAULT_PROFILE, stack_level=1), SLOT, PauseBy.REMOTE_STOP)
REJECTED = CommandRefused("SetChargingProfile", "Rejected")
SILENT = CommandUnanswered("SetChargingProfile")
LEASE_S = 180.0


class Scene:
    """A linked charger with a session, and all that is noted of it."""

    def __init__(self, control: Control | None = None) -> None:
        self.now_s = 100.0
        self.commands = AsyncMock()
        self.charger = Charger("CP-1", max_current_a=20)
        self.charger.link_up(self.commands, NOW)
        self.charger.control = control or Control()
        self.session = self.charger.start_transaction(1, "TAG", NOW, 0, "key").id
        self.charger.fallback_a = 6.0
        self.ledger, self.refusals = Ledger(), Refusals()
        self.holdings = Holdings(self.charger)
        self.watch = Watch(self.charger, lambda: NOW)
        self.delivery = Delivery(
            self.charger,
            self.ledger,
            self.refusals,
            self.holdings,
            self.watch,
            lambda: self.now_s,
        )

    def lease(self, limit_a: float) -> SetLease:
        return SetLease(1, limit_a, self.session)

    def due(self, limit_a: float = 16.0) -> list[Order]:
        facts, choices = facts_of(self.charger), Choices(limit_a=limit_a)
        self.delivery.follow(facts, choices, NOW)
        return self.delivery.due(facts, choices, fallback_a=6.0, lease_s=LEASE_S, local_now=NOW)

    async def give(self, order: Order, error: CommandError | None = None) -> None:
        for name in ("set_lease", "set_fallback", "remote_start", "remote_stop"):
            getattr(self.commands, name).side_effect = error
        if error is None:
            await self.delivery.give(order, LEASE_S)
        else:
            with pytest.raises(type(error)):
                await self.delivery.give(order, LEASE_S)


async def test_what_was_taken_is_not_due_again_before_its_third() -> None:
    scene = Scene()
    assert scene.due() == [scene.lease(16.0)]
    await scene.give(scene.lease(16.0))
    assert scene.due() == []
    assert (scene.holdings.told_a(1), scene.holdings.told_at_s(1)) == (16.0, 100.0)
    scene.now_s += LEASE_S / 3
    assert scene.due() == [scene.lease(16.0)]


@pytest.mark.parametrize(
    ("control", "until_s"), [(Control(), 280.0), (ONE_SLOT, math.inf)], ids=["lease", "stays"]
)
async def test_a_limit_is_held_as_long_as_the_charger_keeps_it(
    control: Control, until_s: float
) -> None:
    scene = Scene(control)
    await scene.give(scene.lease(16.0))
    assert scene.holdings.most_a(1, None, min(until_s, 1e9) - 0.1) == 16.0
    assert scene.holdings.most_a(1, None, 280.0) == (6.0 if until_s == 280.0 else 16.0)


@pytest.mark.parametrize(
    ("control", "order", "error", "lease_known", "fallback_known"),
    [
        (Control(), "lease", REJECTED, True, True),
        (Control(), "lease", SILENT, False, True),
        (ONE_SLOT, "lease", SILENT, False, False),
        (Control(), "fallback", SILENT, True, False),
        (Control(), "start", SILENT, True, True),
    ],
)
async def test_what_was_not_answered_is_not_known_any_more(
    control: Control, order: str, error: CommandError, lease_known: bool, fallback_known: bool
) -> None:
    scene = Scene(control)
    await scene.give(scene.lease(16.0))
    orders: dict[str, Order] = {
        "lease": scene.lease(8.0),
        "fallback": SetFallback(8.0),
        "start": Start(2, 8.0),
    }
    await scene.give(orders[order], error)
    assert (scene.ledger[1].lease is not None) is lease_known
    assert (scene.charger.fallback_a is not None) is fallback_known


@pytest.mark.parametrize(
    ("error", "after_s", "early"),
    [
        (REJECTED, 0.0, True),
        (REJECTED, BEGINS_S, True),
        (REJECTED, BEGINS_S + 0.1, False),
        (CommandRefused("SetChargingProfile", "NotSupported"), 0.0, False),
        (SILENT, 0.0, False),
    ],
)
async def test_a_refusal_says_nothing_as_its_transaction_begins(
    error: CommandError, after_s: float, early: bool
) -> None:
    scene = Scene()
    scene.due()  # sees it begin
    scene.now_s += after_s
    assert scene.delivery.is_early(error) is early
    for _ in range(2):
        await scene.give(scene.lease(16.0), error)
    assert (scene.refusals.problem is None) is early


async def test_a_problem_is_logged_when_it_begins_and_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = Scene()
    caplog.set_level("INFO")
    for _ in range(4):
        await scene.give(SetFallback(8.0), REJECTED)
    await scene.give(SetFallback(8.0))
    await scene.give(SetFallback(8.0))
    assert caplog.messages == [f"CP-1: {REJECTED}", "CP-1 takes SetFallback again"]


async def test_a_new_link_forgets_what_the_old_one_took() -> None:
    scene = Scene()
    await scene.give(scene.lease(16.0))
    await scene.give(Stop(1, scene.session))
    for _ in range(2):
        await scene.give(SetFallback(8.0), REJECTED)
    scene.charger.link_down()
    assert scene.due() == []
    scene.charger.link_up(AsyncMock(), NOW)
    scene.charger.fallback_a = 6.0
    assert scene.due() == [scene.lease(16.0)]
    assert scene.refusals.problem is None
    assert scene.ledger.stopped == {1: scene.session}


@pytest.mark.parametrize(
    ("told_a", "error", "limit_a", "due"),
    [
        (None, None, 16.0, False),
        (6.0, None, 16.0, False),
        (16.0, None, 6.0, True),
        (16.0, SILENT, 8.0, True),  # it may have been taken
        (8.0, SILENT, 16.0, False),
    ],
)
async def test_flash_is_worn_rarely(
    told_a: float | None, error: CommandError | None, limit_a: float, due: bool
) -> None:
    """Just after a write only a lower limit goes."""
    scene = Scene(FLASH)
    scene.due()
    scene.charger.persistent_writes.wrote(NOW)
    if told_a is not None:
        await scene.give(scene.lease(told_a), error)
    assert (scene.lease(limit_a) in scene.due(limit_a)) is due
