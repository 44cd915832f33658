"""`evse why`: over a real socket, from the command line to the situation and back."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evse.__main__ import _command, _parser
from evse.core.explanation import Situation
from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.pilot import PilotState
from evse.core.session import Phase
from evse.local.client import ControlError, request_sync
from evse.local.server import LocalServer
from evse.local.why_command import answer, why_handlers
from evse.texts import LANGUAGES

NOW_S = 100.0
CHARGING = Situation(
    now_s=NOW_S,
    pilot_state=PilotState.C2,
    plugged=True,
    contactor=True,
    offered_a=8.0,
    phase=Phase.CHARGING,
    id_tag="04A1B2",
    recorded=True,
    limits=(Limit(Source.BOARD, 32.0), Limit(Source.DLB, 8.0, 99.0, 109.0, 6.0)),
    may_rise_at_s=112.0,
)
FAULTED = replace(CHARGING, connector_id=2, contactor=False, faults=frozenset({Fault.LOCK}))
SITUATIONS = {1: CHARGING, 2: FAULTED}


@pytest.fixture
def wallbox(tmp_path: Path) -> Iterator[Path]:
    """A wallbox's socket in a thread of its own; its usual language is Italian."""
    loop = asyncio.new_event_loop()
    server = LocalServer(tmp_path, why_handlers(SITUATIONS.__getitem__, lambda: "it"), SITUATIONS)
    task = loop.create_task(server.run())
    thread = threading.Thread(target=lambda: loop.run_until_complete(_quietly(task)))
    thread.start()
    try:
        _wait_for(tmp_path)
        yield tmp_path
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(60.0)
        loop.close()


async def _quietly(task: "asyncio.Task[None]") -> None:
    await asyncio.wait([task])


def _wait_for(state_dir: Path) -> None:
    for _ in range(6000):
        try:
            request_sync(state_dir, {"command": "why"})
        except ControlError:
            threading.Event().wait(0.01)
        else:
            return
    raise AssertionError("the server did not come up")


def evse_why(*words: str | Path) -> int:
    return _command(_parser().parse_args(["why", *map(str, words)]))


def test_it_is_told_in_the_usual_language(wallbox: Path, capsys) -> None:
    assert evse_why("--state", wallbox) == 0
    assert capsys.readouterr().out == (
        "In carica a 8,0 A perché la casa non lascia di più (DLB); può aumentare tra 12 s.\n"
        "\n"
        "Condizioni\n"
        "  sì  senza guasti\n"
        "  sì  in servizio\n"
        "  sì  auto collegata\n"
        "  sì  ricarica autorizzata\n"
        "  sì  consenso del gestore\n"
        "  sì  nella fascia oraria di ricarica\n"
        "  sì  ritardo di avvio concluso\n"
        "  sì  rilevatore di corrente differenziale verificato\n"
        "  sì  cavo riconosciuto\n"
        "  sì  corrente sufficiente\n"
        "  sì  l’auto richiede energia\n"
        "  sì  pausa prima del riavvio conclusa\n"
        "\n"
        "Limiti\n"
        "    Hardware della wallbox: 32,0 A\n"
        "  * Bilanciamento del carico (DLB): 8,0 A, scade tra 9 s, poi 6,0 A\n"
        "\n"
        "In arrivo\n"
        "  il limite «Bilanciamento del carico (DLB)» scade tra 9 s, poi valgono 6,0 A\n"
        "  può aumentare tra 12 s\n"
    )


def test_another_language_and_connector(wallbox: Path, capsys) -> None:
    assert evse_why("--state", wallbox, "--connector", "2", "--language", "en") == 0
    out = capsys.readouterr().out
    first, *rest = out.splitlines()
    assert (
        first == "Fault: the plug cannot be locked; pull the plug and push it in again all the way."
    )
    assert "  no   free of faults" in rest
    assert "  yes  car plugged in" in rest
    assert "Faults" in rest


def test_json(wallbox: Path, capsys) -> None:
    assert evse_why("--state", wallbox, "--json", "--language", "fr") == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert list(told) == ["language", "sentence", "why"]
    assert told["why"]["cause"] == "charging"
    assert told["why"]["limits"][1]["name"] == "Équilibrage de charge (DLB)"
    assert told["why"]["permissions"][3]["detail"] == "04A1B2"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--connector", "3"), "connector: came 3, allowed 1 … 2"),
        (("--connector", "0"), "connector: came 0"),
    ],
)
def test_a_refusal(wallbox: Path, capsys, words: tuple[str, ...], text: str) -> None:
    assert evse_why("--state", wallbox, *words) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("evse why: ")
    assert text in output.err


def test_nobody_there(tmp_path: Path, capsys) -> None:
    assert evse_why("--state", tmp_path) == 1
    assert "evse why: no wallbox runs on" in capsys.readouterr().err


def test_an_unknown_language_is_refused_before_anything_is_asked(capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        evse_why("--language", "xx")
    assert caught.value.code == 2
    with pytest.raises(ValueError, match="language: came 'xx', allowed en, it"):
        answer(CHARGING, "xx")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("situation", [CHARGING, FAULTED, Situation()])
def test_every_part_of_the_answer_has_its_text(situation: Situation, language: str) -> None:
    told = answer(situation, language)
    json.dumps(told, allow_nan=False)
    assert told["sentence"]
    why = told["why"]
    for part in ("permissions", "limits", "next"):
        assert all(row["text"] for row in why[part])
    assert all(row["name"] and row["action"] for row in why["faults"])
    assert len(why["faults"]) == len(situation.faults)
