"""Canaries for every secret of both programs: set, used rightly and wrongly, looked for everywhere.

A wallbox under a Home Assistant, both real, both with the most talkative log. `KEPT` are the only
places where a secret may be. In the end the wallbox is reset to the factory's settings, after which
its own files may hold only what the label says.
"""

from __future__ import annotations

import asyncio
import random
import string
from collections.abc import Callable, Collection, Iterable
from fnmatch import fnmatchcase

from scripts.trials.canaries import Leak, search
from scripts.trials.findings import Findings, Job
from scripts.trials.secrets_house import SecretHouse
from scripts.trials.secrets_wallbox import SecretWallbox, refuse

KEPT: tuple[tuple[str, str, str], ...] = (
    # (place, secret, why it is there): docs/security.md, "Files with secrets" and "Where the
    # integration's secrets are". Each is found in every round, or the search is blind.
    ("wallbox: file evse.sqlite*", "ocpp.password", "a setting"),
    ("wallbox: file evse.sqlite*", "mqtt.password", "a setting"),
    ("wallbox: file evse.sqlite*", "sharing.key", "a setting"),
    ("wallbox: file evse.sqlite*", "network.*", "a setting"),
    ("wallbox: file evse.sqlite*", "system.log_password", "a setting"),
    ("wallbox: file evse.sqlite*", "wrong central password", "it was the setting for a moment"),
    ("wallbox: file evse.sqlite*", "password for firmware", "an order outlasts a restart"),
    ("wallbox: file evse.sqlite*", "token of a file", "an order outlasts a restart"),
    ("wallbox: file evse.sqlite*", "card", "charges"),
    ("wallbox: file device-key", "device key", "its own file"),
    ("wallbox: file hotspot-key", "hotspot key", "its own file"),
    ("wallbox: log", "device key", "until the wallbox is claimed"),
    # A card's number is no secret, but nobody's business who is not let in, nor a log's.
    ("wallbox: state as [!n]*", "card", "who charges"),
    ("wallbox: charges* as [!n]*", "card", "charges"),
    ("wallbox: evse status", "card", "who charges"),
    ("wallbox: log.zip, status.json", "card", "who charges; it is encrypted"),
    ("wallbox: log.zip, charges.csv", "card", "charges; it is encrypted"),
    ("house: file .storage/core.config_entries", "password of the second back office", "a setting"),
    ("house: file .storage/core.config_entries", "query of the second back office", "a setting"),
    ("house: file .storage/core.config_entries", "user of the second back office", "a setting"),
    ("house: file .storage/evse_ocpp.*.tls/*", "key of the authority", "its own files"),
    ("house: file .storage/evse_ocpp.*.db*", "card", "sessions"),
    ("house: websocket evse_ocpp/sessions*", "card", "sessions"),
    ("house: websocket repairs/list_issues*", "card", "whose is it?"),
    ("house: websocket persistent_notification/get*", "card", "whose is it?"),
    ("house: websocket logbook/get_events*", "card", "whose is it?"),
    ("house: file evse_ocpp/diagnostics/*", "card", "who charges, told to the central system"),
)
THEIRS: tuple[tuple[str, str, str], ...] = (
    # As KEPT, but Home Assistant itself writes it, of every integration, and when it likes.
    ("house: file home-assistant_v2.db*", "password for firmware", "an action was called"),
    ("house: file home-assistant_v2.db*", "password for diagnostics", "an action was called"),
    ("house: file home-assistant_v2.db*", "AuthorizationKey", "an action was called"),
    ("house: file home-assistant_v2.db*", "card", "whose is it?"),
    ("house: file .storage/repairs.issue_registry", "card", "whose is it?"),
)
STAYS = ("device key", "hotspot key", "card")
"""What a reset to the factory's settings leaves: what is on the label, and charges, which somebody
may have to bill."""
LETTERS = string.ascii_letters + string.digits


async def run(job: Job) -> Findings:
    """Run it `count` times."""
    findings = Findings()
    for number in range(job.count):
        await _round(job, random.Random(job.seed + number), number, findings)
    return findings


async def _round(job: Job, chance: random.Random, number: int, findings: Findings) -> None:
    word = _words(chance)
    folder = job.folder / str(number)
    house = SecretHouse(folder / "house", job.home_assistant, word)
    wallbox = SecretWallbox(folder / "wallbox", word)
    broker = await asyncio.start_server(refuse, "127.0.0.1", 0)
    try:
        address = await house.start()
        port = broker.sockets[0].getsockname()[1]
        await asyncio.to_thread(wallbox.start, *address, port, house.secrets["card"])
        await asyncio.to_thread(house.connected)
        job.say("both run; secrets are used")
        await asyncio.to_thread(wallbox.provoke)
        await asyncio.to_thread(house.provoke)
        await _look(house, wallbox, findings)
        job.say("the wallbox is reset")
        await asyncio.to_thread(wallbox.reset)
        _look_at_what_stays(wallbox, findings)
    finally:
        await asyncio.to_thread(wallbox.wallbox.kill)
        await house.end()
        broker.close()


async def _look(house: SecretHouse, wallbox: SecretWallbox, findings: Findings) -> None:
    """Look for every secret everywhere."""
    places = await asyncio.to_thread(lambda: [*wallbox.gather(), *house.gather(), *house.files()])
    canaries = [*wallbox.canaries(), *house.canaries()]
    leaks = [leak for place, data in places for leak in search(place, data, canaries)]
    findings.figures["secrets"] = str(len({canary.name for canary in canaries}))
    findings.figures["places"] = str(len(places))
    findings.figures["searched"] = f"{sum(len(data) for _, data in places) / 1e6:.1f} MB"
    _judge(leaks, {canary.name for canary in canaries}, findings)
    for sentence in wallbox.open_files():
        findings.check(False, f"wallbox: {sentence}")


def _look_at_what_stays(wallbox: SecretWallbox, findings: Findings) -> None:
    """Look for what a reset has left in the wallbox's own files."""
    canaries = [canary for canary in wallbox.canaries() if canary.name not in STAYS]
    leaks = [leak for place, data in wallbox.files() for leak in search(place, data, canaries)]
    for leak in dict.fromkeys(leaks):
        findings.check(False, f"after a reset {leak.canary} is in {leak.place}, {leak.spelt}")


def _judge(leaks: Iterable[Leak], names: Collection[str], findings: Findings) -> None:
    """Note each secret where none may be, and each place where one should be and is not."""
    seen = set()
    for leak in dict.fromkeys(leaks):
        rows = {row for row in KEPT + THEIRS if _fits(leak, row)}
        seen |= rows
        findings.check(bool(rows), f"{leak.canary} is in {leak.place}, {leak.spelt}")
    for place, name, why in KEPT:
        found = (place, name, why) in seen or "*" in name or name not in names
        findings.check(found, f"blind: {name} was not found in {place} ({why})")


def _fits(leak: Leak, row: tuple[str, str, str]) -> bool:
    place, name, _ = row
    return fnmatchcase(leak.place, place) and fnmatchcase(leak.canary, name)


def _words(chance: random.Random) -> Callable[[int], str]:
    """Return what makes texts of a length that are nowhere else."""
    return lambda length: "".join(chance.choice(LETTERS) for _ in range(length))
