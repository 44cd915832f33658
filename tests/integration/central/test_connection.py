"""One conversation on virtual time: signs of life, half-dead links, pacing, spacing, ends."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from custom_components.evse_ocpp.central import calls, connection
from custom_components.evse_ocpp.central.call_health import CallHealth
from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.commands import CommandUnanswered
from custom_components.evse_ocpp.central.connection import Connection
from custom_components.evse_ocpp.central.link import LinkClosed

from .virtual_loop import run

HEARTBEAT = '[2,"h","Heartbeat",{}]'
BOOT = '[2,"b","BootNotification",{}]'


class FakeLink:
    """The charger's end as a test plays it. `pongs`: it answers pings; `takes`: it takes bytes."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[str | None] = asyncio.Queue()
        self.sent: list[tuple[float, list[Any]]] = []
        self.pings: list[float] = []
        self.closed: tuple[int, str] | str | None = None
        self.pongs = False
        self.takes = True
        self.gone = False
        self.answers: Callable[[str], bool] = lambda _: False
        self._loop = asyncio.get_running_loop()

    async def recv(self) -> str:
        text = await self.incoming.get()
        if text is None:
            raise LinkClosed("gone")
        return text

    async def send(self, text: str) -> None:
        if not self.takes:
            await asyncio.Event().wait()
        frame = json.loads(text)
        self.sent.append((self._loop.time(), frame))
        if frame[0] == 2 and self.answers(frame[2]):
            self.incoming.put_nowait(json.dumps([3, frame[1], {}]))

    async def ping(self) -> Awaitable[object]:
        if not self.takes:
            await asyncio.Event().wait()
        self.pings.append(self._loop.time())
        pong: asyncio.Future[None] = self._loop.create_future()
        if self.pongs:
            pong.set_result(None)
        return pong

    async def close(self, code: int, reason: str) -> None:
        self.closed = code, reason

    def abort(self) -> None:
        self.closed = "aborted"

    def calls(self) -> list[tuple[float, str]]:
        """Our calls, and when they went out."""
        return [(at, frame[2]) for at, frame in self.sent if frame[0] == 2]


class Translator:
    """Answers every call with nothing, and has nothing to set up."""

    def __init__(self) -> None:
        self.commands: Any = object()

    async def handle(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {}

    async def set_up(self) -> None:
        return


class Scene:
    """A connection that runs, on the loop's virtual time."""

    def __init__(self, health: CallHealth | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        self.link = FakeLink()
        self.charger = Charger("CP-1")
        start = datetime(2026, 3, 1, tzinfo=UTC)
        self.connection = Connection(
            self.link,
            self.charger,
            lambda _: Translator(),
            lambda: start + timedelta(seconds=self.loop.time()),
            health or CallHealth(),
        )
        self.running = asyncio.create_task(self.connection.run())

    def says(self, text: str) -> None:
        self.link.incoming.put_nowait(text)

    async def goes_on(self, seconds: float) -> bool:
        """Let time pass; return whether the connection still runs."""
        await asyncio.sleep(seconds)
        return not self.running.done()

    async def beats(self, seconds: float, every_s: float = 60.0) -> bool:
        """Let time pass with heartbeats."""
        end = self.loop.time() + seconds
        while self.loop.time() < end and not self.running.done():
            self.says(HEARTBEAT)
            await asyncio.sleep(every_s)
        return not self.running.done()

    async def end(self) -> None:
        self.link.incoming.put_nowait(None)
        await self.running
        await self.connection.close()


def virtual(test: Callable[..., Any]) -> Callable[..., None]:
    """Run a test with a Scene on a loop of virtual time."""

    def wrapped() -> None:
        async def main() -> None:
            scene = Scene()
            await test(scene)
            await scene.end()

        run(main)

    wrapped.__name__, wrapped.__doc__ = test.__name__, test.__doc__
    return wrapped


@virtual
async def test_heartbeats_keep_a_link_without_any_ping(scene):
    """Rows 9 and 10: a charger that talks is never asked, and need not know pings."""
    assert await scene.beats(3600, every_s=59)
    assert scene.link.pings == []


@virtual
async def test_a_charger_which_answers_no_ping_stays_while_it_talks(scene):
    """Row 10 (lbbrhzn/ocpp #211): a missing pong alone ends nothing."""
    assert await scene.beats(3600, every_s=170)
    assert len(scene.link.pings) > 20


@virtual
async def test_a_pong_is_a_sign_of_life(scene):
    scene.link.pongs = True
    assert await scene.goes_on(3600)
    assert scene.link.pings[:3] == [60, 120, 180]


@virtual
async def test_silence_for_three_heartbeats_ends_the_link(scene):
    """Row 9 (evcc #32236): not after one."""
    assert await scene.goes_on(179)
    assert not await scene.goes_on(2)
    await scene.connection.close()
    assert scene.link.closed == (1001, "silent")
    assert scene.connection.retired


@virtual
async def test_a_link_that_takes_no_bytes_ends_before(scene):
    scene.link.takes = False
    assert await scene.goes_on(60)
    assert not await scene.goes_on(11)
    await scene.connection.close()
    assert scene.link.closed == (1001, "takes nothing")


@virtual
async def test_an_answer_which_nobody_takes_ends_the_link(scene):
    scene.link.takes = False
    scene.says(HEARTBEAT)
    assert await scene.goes_on(9)
    assert not await scene.goes_on(2)


@pytest.mark.parametrize(("hard", "closed"), [(False, (1012, "restart")), (True, "aborted")])
def test_an_end_with_and_without_a_close_frame(hard, closed):
    """Row 1: some firmwares do not dial again after any close frame (lbbrhzn/ocpp #1975)."""

    async def main() -> None:
        scene = Scene()
        await asyncio.sleep(0)
        scene.connection.retire(1012, "restart")
        await scene.running
        await scene.connection.close(hard=hard)
        assert scene.link.closed == closed
        assert scene.connection.ended.is_set()

    run(main)


# Our calls.


async def unanswered(scene: Scene, action: str = "Reset") -> None:
    with pytest.raises(CommandUnanswered):
        await scene.connection.call(action, {})


def test_a_half_dead_link_is_closed_once():
    """Row 10 (mobilityhouse/ocpp #338, #626): heartbeats flow, but no call is answered."""

    async def main() -> None:
        health = CallHealth()
        first = Scene(health)
        beating = asyncio.create_task(first.beats(200, every_s=10))
        await unanswered(first)
        assert not first.running.done()
        await unanswered(first)
        await first.running
        await first.connection.close()
        assert first.link.closed == (1001, "calls are not answered")
        await beating
        second = Scene(health)  # it dialled again, and is no better: it stays, as it reports
        beating = asyncio.create_task(second.beats(200, every_s=10))
        for _ in range(4):
            await unanswered(second)
        assert not second.running.done()
        await beating
        await second.end()

    run(main)


def test_an_answer_makes_the_next_half_dead_link_be_closed_again():
    async def main() -> None:
        health = CallHealth()
        for _ in range(2):
            scene = Scene(health)
            scene.link.answers = lambda action: action == "GetConfiguration"
            beating = asyncio.create_task(scene.beats(200, every_s=10))
            await scene.connection.call("GetConfiguration", {})
            await unanswered(scene)
            await unanswered(scene)
            await scene.running
            await beating

    run(main)


@virtual
async def test_one_kind_of_call_may_stay_unanswered(scene):
    """Timxon leaves an absolute schedule unanswered (lbbrhzn/ocpp #2158); its link is sound."""
    scene.link.answers = lambda action: action != "SetChargingProfile"
    beating = asyncio.create_task(scene.beats(600, every_s=10))
    for _ in range(5):
        await unanswered(scene, "SetChargingProfile")
        await scene.connection.call("TriggerMessage", {})
    assert not scene.running.done()
    await beating


@virtual
async def test_a_silent_link_is_not_half_dead(scene):
    """Without a word of the charger it is silence that ends it, by its own time."""
    scene.link.pongs = True
    for _ in range(4):
        await unanswered(scene)
    assert not scene.running.done()


@virtual
async def test_calls_after_a_boot_are_spaced(scene):
    """Row 12: one queue a charger, spaced after boot (lbbrhzn/ocpp #1275)."""
    scene.link.answers = lambda _: True
    scene.says(BOOT)
    names = [f"Call{number}" for number in range(4)]
    await asyncio.gather(*(scene.connection.call(name, {}) for name in names))
    sent = [at for at, _ in scene.link.calls()]
    assert [round(later - at, 2) for at, later in pairwise(sent)] == [0.25] * 3
    await asyncio.sleep(calls.SETTLING_S)
    began = scene.loop.time()
    await asyncio.gather(*(scene.connection.call(name, {}) for name in names))
    assert scene.loop.time() == began


@virtual
async def test_calls_wait_for_the_first_word_or_a_moment(scene):
    scene.link.answers = lambda _: True
    await scene.connection.call("Reset", {})
    assert scene.link.calls() == [(connection.FIRST_WORD_S, "Reset")]


@virtual
async def test_a_call_after_the_end_is_unanswered_at_once(scene):
    await asyncio.sleep(0)
    scene.connection.retire(1012, "restart")
    await scene.running
    with pytest.raises(CommandUnanswered):
        await scene.connection.call("Reset", {})


# What it reads.


@virtual
async def test_a_flood_is_slowed_down(scene):
    """Its frames wait in its own TCP connection; others have the loop meanwhile."""
    for _ in range(2000):
        scene.says(HEARTBEAT)
    await asyncio.sleep(10)
    answered = len(scene.link.sent)
    assert 900 <= answered <= 1100  # a burst of 500, then 50 a second
    await asyncio.sleep(30)
    assert len(scene.link.sent) == 2000


@virtual
async def test_a_flood_of_what_is_kept_for_ever_is_slowed_down_more(scene):
    """Boots change devices, and sessions go to the disk: neither may come 50 times a second."""
    for _ in range(200):
        scene.says('[2,"h","BootNotification",{}]')
    await asyncio.sleep(20)
    assert 25 <= len(scene.link.sent) <= 35  # a burst of 10, then one a second


@virtual
async def test_what_a_gone_charger_left_is_worked_in_at_once(scene):
    """A flood must not look like a connected charger for minutes after its end."""
    for _ in range(2000):
        scene.says(HEARTBEAT)
    scene.link.gone = True
    await asyncio.sleep(0.1)
    assert len(scene.link.sent) == 2000


@virtual
async def test_all_frames_are_in_the_message_log(scene):
    scene.says(HEARTBEAT)
    scene.says("no json")
    await asyncio.sleep(1)
    log = [(each.outgoing, each.text) for each in scene.charger.frames.frames()]
    assert log == [(False, HEARTBEAT), (True, '[3,"h",{}]'), (False, "no json")]


@virtual
async def test_who_follows_the_calls_hears_of_answered_ones(scene):
    heard = []
    scene.charger.subscribe_calls(lambda *call: heard.append(call))
    scene.says('[2,"h","Heartbeat",{"x":1}]')
    await asyncio.sleep(1)
    assert heard == [("Heartbeat", {"x": 1}, {})]


@virtual
async def test_a_call_goes_behind_the_answer_that_is_being_made(scene):
    """A limit for a transaction, while its StartTransaction is still being stored."""

    async def store_slowly(action: str, payload: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(5)
        return {"transactionId": 1}

    scene.says(HEARTBEAT)
    await scene.goes_on(1)
    scene.connection._translator.handle = store_slowly
    scene.link.answers = lambda _: True
    scene.says('[2,"s","StartTransaction",{}]')
    await scene.goes_on(1)
    told = asyncio.create_task(scene.connection.call("SetChargingProfile", {}))
    await scene.goes_on(10)
    assert told.done()
    ours = [frame[2] for _, frame in scene.link.sent if frame[1] == "s" or frame[0] == 2]
    assert ours == [{"transactionId": 1}, "SetChargingProfile"]


@virtual
async def test_what_a_wrong_clock_of_ours_measured_is_forgotten(scene):
    """For an hour the samples would pass for history, and nothing would move on the screen."""
    scene.says(HEARTBEAT)
    await scene.goes_on(1)
    scene.charger.clock.observe(datetime(2026, 3, 1, 8, tzinfo=UTC), scene.connection._utcnow())
    utcnow = scene.connection._utcnow
    scene.connection._utcnow = lambda: utcnow() + timedelta(hours=8)
    scene.says(HEARTBEAT)
    await scene.goes_on(1)
    assert scene.charger.clock.offset_s is None
