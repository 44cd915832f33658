"""`evse cards …` on the command line, over the socket, to the list on disk."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from evse.local import cards_command
from evse.local.cards import cards_handlers
from evse.local.cards_command import add_cards_arguments
from evse.local.requests import CARDS_COMMANDS
from evse.local.server import LocalServer
from tests.firmware.readers.desk import Desk, desk_at

ANNA, BRUNO = "0DBBA1A2", "04A1B2C3D4E580"


class Shell:
    """A person at the command line of a running wallbox."""

    def __init__(self, desk: Desk, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.desk = desk
        self.folder = folder
        self.cache = ["what the central system said"]
        self.handlers = cards_handlers(desk.whitelist, desk.swiping, self.clear_cache)
        self.server = LocalServer(folder, self.handlers, (1,))
        self._capsys = capsys

    async def clear_cache(self) -> bool:
        cleared = bool(self.cache)
        self.cache.clear()
        return cleared

    def command(self, *words: str) -> int:
        parser = argparse.ArgumentParser("evse cards")
        add_cards_arguments(parser, self.folder)
        args = parser.parse_args(words)
        status: int = args.run(args)
        return status

    async def evse_cards(self, *words: str) -> tuple[int, str]:
        """The exit status, and all that is printed."""
        status = await asyncio.to_thread(self.command, *words)
        printed = self._capsys.readouterr()
        return status, printed.out + printed.err


@pytest.fixture
async def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Shell]:
    monkeypatch.setattr(cards_command, "LOOK_S", 0.02)
    async with desk_at(tmp_path) as desk:
        shell = Shell(desk, tmp_path, capsys)
        serving = asyncio.create_task(shell.server.run())
        await asyncio.sleep(0.02)
        yield shell
        serving.cancel()
        await asyncio.wait([serving])


Do = Callable[..., Awaitable[tuple[int, str]]]


async def until(seen: Callable[[], object]) -> None:
    """Wait until the command's thread has done it."""
    async with asyncio.timeout(60):
        while not seen():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_every_request_about_cards_has_a_handler(shell: Shell) -> None:
    assert set(shell.handlers) == set(CARDS_COMMANDS)


async def test_insert_list_search_name_delete(shell: Shell) -> None:
    do: Do = shell.evse_cards
    assert await do("insert", "230400418", "--name", "Käte Ünal") == (
        0,
        "0DBBA1A2              Käte Ünal added\n",
    )
    assert await do("insert", "dbba1a2") == (
        0,
        "0DBBA1A2              Käte Ünal (was on the list before)\n",
    )
    assert (await do("insert", "04:A1:B2:C3:D4:E5:80"))[0] == 0
    assert await do("name", BRUNO, "Bruno") == (0, "04A1B2C3D4E580        Bruno\n")
    assert await do("list") == (
        0,
        "0DBBA1A2              Käte Ünal\n04A1B2C3D4E580        Bruno\n2 of 2 cards\n",
    )
    assert await do("list", "--limit", "1") == (
        0,
        "0DBBA1A2              Käte Ünal\n1 of 2 cards\nmore with --offset 1\n",
    )
    status, text = await do("list", "--json")
    assert json.loads(text)[1] == {
        "tag": BRUNO,
        "uid": BRUNO,
        "name": "Bruno",
        "slot": None,
    }
    status, text = await do("search", "187,41378")
    assert status == 0
    assert "Käte Ünal" in text
    forms = dict(line.strip().rsplit("  ", 1) for line in text.splitlines()[1:])
    assert {name.strip(): form for name, form in forms.items()}.items() >= {
        ("Decimal BE", "230400418"),
        ("short BE", "DBBA1A2"),
    }
    assert await do("delete", "0230400418") == (0, "0DBBA1A2              Käte Ünal deleted\n")
    assert await do("search", ANNA) == (1, "0DBBA1A2 is not on the list\n")
    assert [card.uid for card in shell.desk.whitelist.page(0, 9)] == [BRUNO]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("insert 12345", "tag: came '12345', allowed 8, 14 or 20 hexadecimal digits"),
        ("insert 187,41378", "which is only three of the four bytes; type all digits"),
        ("search VISITOR", "tag: came 'VISITOR', allowed"),
        ("delete 12345678", "tag: came '12345678', which is not on the list"),
        ("delete 187,41378", "tag: came '187,41378', which means 2 cards"),
        ("name 12345678 x", "which is not on the list"),
        ("list --limit 5000", "limit: came 5000, allowed 1 … 1000"),
        ("slot 1", "in stand-by only"),
        ("slot 1 12345678", "in stand-by only"),
    ],
)
async def test_refusals(shell: Shell, words: str, text: str) -> None:
    for uid in (ANNA, "7ABBA1A2"):
        await shell.desk.whitelist.insert(uid)
    shell.desk.standby = False
    status, printed = await shell.evse_cards(*words.split())
    assert status == 1
    assert text in printed
    assert len(shell.desk.whitelist) == 2


@pytest.mark.parametrize("tag", ["", " "])
async def test_an_empty_delete_is_refused(shell: Shell, tag: str) -> None:
    await shell.desk.whitelist.insert(ANNA)
    status, printed = await shell.evse_cards("delete", tag)
    assert status == 1
    assert "every card is deleted by delete-all" in printed
    assert len(shell.desk.whitelist) == 1


async def test_delete_all_must_be_meant(shell: Shell) -> None:
    await shell.desk.whitelist.insert(ANNA)
    with pytest.raises(SystemExit):
        shell.command("delete-all")
    assert len(shell.desk.whitelist) == 1
    status, printed = await shell.evse_cards("delete-all", "--yes")
    assert status == 0
    assert printed.startswith("1 cards deleted\n")
    assert len(shell.desk.whitelist) == 0


async def test_a_search_tells_of_the_other_order(shell: Shell) -> None:
    await shell.desk.whitelist.insert(ANNA)
    status, printed = await shell.evse_cards("search", "A2A1BB0D")
    assert status == 1
    assert "in the other order is on the list (authorization.tag_id_function)" in printed


async def test_clear_cache_clears_the_cache_only(shell: Shell) -> None:
    await shell.desk.whitelist.insert(ANNA)
    assert await shell.evse_cards("clear-cache") == (0, "the cache is empty\n")
    assert await shell.evse_cards("clear-cache") == (
        0,
        "there is no cache (authorization.cache_enabled)\n",
    )
    assert len(shell.desk.whitelist) == 1


async def test_learn_shows_each_card_until_it_ends(shell: Shell) -> None:
    swiping = shell.desk.swiping
    swiping.begin_learning()
    await shell.desk.hold("12345678")
    await shell.desk.clock.pass_time(10)
    learning = asyncio.create_task(shell.evse_cards("learn"))
    await until(lambda: swiping.learning_remaining_s == pytest.approx(300))
    for card in (ANNA, BRUNO, ANNA, "08A1B2C3"):
        await shell.desk.hold(card)
        await asyncio.sleep(0.03)
    assert not learning.done()
    await shell.desk.clock.pass_time(301)
    status, printed = await learning
    assert status == 0
    assert printed.splitlines() == [
        "hold one card after the other to the reader; Ctrl-C ends learning mode",
        "0DBBA1A2  added",
        "04A1B2C3D4E580  added",
        "0DBBA1A2  known already",
        "08A1B2C3  refused: this card or phone gives another number each time",
        "learning mode is over, 5 cards were held to the reader",
    ]


async def test_learn_is_ended_early(shell: Shell) -> None:
    learning = asyncio.create_task(shell.evse_cards("learn"))
    await until(lambda: shell.desk.swiping.learning_remaining_s == pytest.approx(300))
    assert await asyncio.to_thread(shell.command, "learn", "--stop") == 0
    assert (await learning)[0] == 0
    assert shell.desk.swiping.learning_remaining_s == 0


async def test_ctrl_c_ends_learning(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cards_command.time, "sleep", interrupted)
    status, printed = await shell.evse_cards("learn")
    assert status == 0
    assert "learning mode is over, 0 cards" in printed
    assert shell.desk.swiping.learning_remaining_s == 0


async def test_slots(shell: Shell) -> None:
    do: Do = shell.evse_cards
    assert await do("slots") == (0, "Card No. 1  –\nCard No. 2  –\nCard No. 3  –\n")
    writing = asyncio.create_task(do("slot", "2"))
    await until(lambda: shell.desk.swiping.reading_remaining_s > 0)
    await shell.desk.hold(ANNA)
    status, printed = await writing
    assert status == 0
    assert printed.splitlines() == [
        "hold the card to the reader",
        "read 0DBBA1A2",
        "Card No. 1  –",
        "Card No. 2  0DBBA1A2",
        "Card No. 3  –",
    ]
    moved = "Card No. 1  0DBBA1A2\nCard No. 2  –\nCard No. 3  –\n"
    assert await do("slot", "1", "230400418") == (0, moved)
    assert (await do("list"))[1] == "0DBBA1A2  (slot 1)\n1 of 1 cards\n"


async def test_no_card_comes_for_a_slot(shell: Shell) -> None:
    writing = asyncio.create_task(shell.evse_cards("slot", "2"))
    await until(lambda: shell.desk.swiping.reading_remaining_s > 0)
    await shell.desk.clock.pass_time(41)
    status, printed = await writing
    assert status == 1
    assert "no card was held to the reader" in printed


async def test_a_disk_that_fails_is_told(shell: Shell) -> None:
    await shell.desk.database.write("DROP TABLE whitelist")
    status, printed = await shell.evse_cards("insert", ANNA)
    assert status == 1
    assert "the list cannot be stored: no such table" in printed


def test_no_wallbox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser("evse cards")
    add_cards_arguments(parser, tmp_path)
    args = parser.parse_args(["list"])
    assert args.run(args) == 1
    assert "no wallbox runs on" in capsys.readouterr().err
