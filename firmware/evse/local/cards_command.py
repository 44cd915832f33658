"""`evse cards …`: the cards which the running wallbox knows by itself."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evse.configuration import Commands, add_running
from evse.local.client import ControlError, ask

LOOK_S = 0.5
"""Between two looks at what the reader does, s."""

TAG_HELP = "number of the card: hexadecimal, or decimal as printed on it"


def add_cards(commands: Commands, default_state_dir: Path) -> None:
    """Add `evse cards …` to the commands of a parser."""
    cards = commands.add_parser("cards", help="the cards that the running wallbox knows")
    add_cards_arguments(cards, default_state_dir)


def add_cards_arguments(parser: argparse.ArgumentParser, default_state_dir: Path) -> None:
    """Give `parser` its sub-commands."""
    commands = parser.add_subparsers(dest="cards_command", required=True, metavar="COMMAND")

    def add(name: str, what: str, run: Callable[[argparse.Namespace], int]) -> Any:
        command = commands.add_parser(name, help=what, description=what)
        add_running(command, default_state_dir)
        command.set_defaults(run=lambda args: _run(run, args))
        return command

    listing = add("list", "list the cards", _list)
    listing.add_argument("--offset", type=int, default=0, metavar="N", help="skip so many")
    listing.add_argument("--limit", type=int, default=100, metavar="N", help="show so many")
    listing.add_argument("--json", action="store_true", help="as JSON")
    insert = add("insert", "put a card on the list", _insert)
    insert.add_argument("tag", help=TAG_HELP)
    insert.add_argument("--name", default="", help="for people")
    add("search", "is a card on the list?", _search).add_argument("tag", help=TAG_HELP)
    add("delete", "take a card off the list", _delete).add_argument("tag", help=TAG_HELP)
    delete_all = add("delete-all", "take every card off the list", _delete_all)
    delete_all.add_argument("--yes", action="store_true", required=True, help="really")
    add("clear-cache", "forget what the central system said of cards", _clear_cache)
    learn = add("learn", "put every card held to the reader on the list", _learn)
    learn.add_argument("--stop", action="store_true", help="end learning mode")
    name = add("name", "name a card", _name)
    name.add_argument("tag", help=TAG_HELP)
    name.add_argument("name", help='for people; "" takes the name away')
    add("slots", "the cards in slots 1 to 3", _slots)
    slot = add("slot", "put a card into a slot; without a number, the card held next", _slot)
    slot.add_argument("slot", type=int, choices=(1, 2, 3))
    slot.add_argument("tag", nargs="?", help=TAG_HELP)


def _run(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Do a command; the exit status, 1 when the wallbox refused or is not there."""
    try:
        return run(args)
    except ControlError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _ask(args: argparse.Namespace, command: str, **fields: Any) -> dict[str, Any]:
    return ask(args.state, f"cards-{command}", **fields)


def _list(args: argparse.Namespace) -> int:
    answer = _ask(args, "list", offset=args.offset, limit=args.limit)
    if args.json:
        _say(json.dumps(answer["cards"], indent=2, ensure_ascii=False))
        return 0
    for card in answer["cards"]:
        _say(_line(card))
    last = args.offset + len(answer["cards"])
    _say(f"{len(answer['cards'])} of {answer['count']} cards")
    if last < answer["count"]:
        _say(f"more with --offset {last}")
    return 0


def _insert(args: argparse.Namespace) -> int:
    answer = _ask(args, "insert", tag=args.tag, name=args.name)
    _say(f"{_line(answer['card'])} {'added' if answer['added'] else '(was on the list before)'}")
    return 0


def _search(args: argparse.Namespace) -> int:
    """Exit status 1 when the card is not on the list."""
    answer = _ask(args, "search", tag=args.tag)
    for card in answer["cards"]:
        _say(_line(card))
    forms = answer.get("forms", {})
    width = max(map(len, forms), default=0)
    for name, text in forms.items():
        _say(f"    {name:<{width}}  {text}")
    if not answer["cards"]:
        _say(f"{args.tag} is not on the list")
    if hint := answer.get("hint"):
        _say(hint)
    return 0 if answer["cards"] else 1


def _delete(args: argparse.Namespace) -> int:
    _say(f"{_line(_ask(args, 'delete', tag=args.tag)['card'])} deleted")
    return 0


def _delete_all(args: argparse.Namespace) -> int:
    _say(f"{_ask(args, 'delete-all')['deleted']} cards deleted")
    return 0


def _clear_cache(args: argparse.Namespace) -> int:
    cleared = _ask(args, "clear-cache")["cleared"]
    _say("the cache is empty" if cleared else "there is no cache (authorization.cache_enabled)")
    return 0


def _name(args: argparse.Namespace) -> int:
    _say(_line(_ask(args, "name", tag=args.tag, name=args.name)["card"]))
    return 0


def _learn(args: argparse.Namespace) -> int:
    """Begin learning mode and show each card until it ends; Ctrl-C ends it."""
    if args.stop:
        _ask(args, "learn-stop")
        _say("learning mode is off")
        return 0
    before = _ask(args, "learning")
    since = before["count"] if before["remaining_s"] else 0
    _ask(args, "learn")
    _say("hold one card after the other to the reader; Ctrl-C ends learning mode")
    try:
        while True:
            answer = _ask(args, "learning", since=since)
            _clear_line()
            for card in answer["cards"]:
                _say(f"{card['tag']}  {card['outcome']}")
            since = answer["count"]
            if not answer["remaining_s"]:
                break
            _show_waiting(answer["remaining_s"])
            time.sleep(LOOK_S)
    except KeyboardInterrupt:
        _clear_line()
        _say("ending learning mode")
        _ask(args, "learn-stop")
    _say(f"learning mode is over, {since} cards were held to the reader")
    return 0


def _slots(args: argparse.Namespace) -> int:
    return _show_slots(_ask(args, "slots"))


def _slot(args: argparse.Namespace) -> int:
    """Write a card to a slot; without a number it is read first."""
    if args.tag is not None:
        return _show_slots(_ask(args, "slot", slot=args.slot, tag=args.tag))
    _ask(args, "read")
    _say("hold the card to the reader")
    while (answer := _ask(args, "reading"))["tag"] is None:
        if not answer["remaining_s"]:
            raise ControlError("no card was held to the reader")
        _show_waiting(answer["remaining_s"])
        time.sleep(LOOK_S)
    _clear_line()
    _say(f"read {answer['tag']}")
    return _show_slots(_ask(args, "slot", slot=args.slot))


def _show_slots(answer: dict[str, Any]) -> int:
    for slot, card in answer["slots"].items():
        _say(f"Card No. {slot}  {_line(card | {'slot': None}) if card else '–'}")
    return 0


def _line(card: dict[str, Any]) -> str:
    slot = f"  (slot {card['slot']})" if card["slot"] else ""
    return f"{card['tag']:<20}  {card['name']}".rstrip() + slot


def _show_waiting(remaining_s: float) -> None:
    """The time left, on a line that the next one replaces; nothing where nobody looks."""
    if sys.stdout.isatty():
        minutes, seconds = divmod(int(remaining_s), 60)
        sys.stdout.write(f"\r\033[Kwaiting for a card … {minutes}:{seconds:02} left")
        sys.stdout.flush()


def _clear_line() -> None:
    if sys.stdout.isatty():
        sys.stdout.write("\r\033[K")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
