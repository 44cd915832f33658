"""Row 12: a call after which the charger restarts twice in a row is not sent again."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.charger_calls import name_of
from custom_components.evse_ocpp.central.commands import CallHeld, CommandUnanswered
from custom_components.evse_ocpp.central.quarantine import Quarantine
from custom_components.evse_ocpp.central.v16_outbound import Commands16

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
A, B = "ChangeConfiguration MeterValuesSampledData", "GetConfiguration"


def run(*events: tuple[float, str] | tuple[float, str, str]) -> Quarantine:
    """Play events: (seconds, what, call)."""
    quarantine = Quarantine()
    for at_s, what, *call in events:
        now = NOW + timedelta(seconds=at_s)
        if what == "sent":
            quarantine.sent(call[0], now)
        elif what == "answered":
            quarantine.answered(call[0])
        elif what == "booted":
            quarantine.booted(now)
        elif what == "lost":
            quarantine.lost(now)
        else:
            quarantine.let_go()
    return quarantine


@pytest.mark.parametrize(
    ("case", "events", "held"),
    [
        (
            "boots twice (ABB)",
            [(0, "sent", A), (20, "booted"), (60, "sent", A), (70, "booted")],
            (A,),
        ),
        (
            "answers, and is gone twice",
            [(0, "sent", A), (1, "answered", A), (5, "lost"), (60, "sent", A), (89, "lost")],
            (A,),
        ),
        ("once is chance", [(0, "sent", A), (20, "booted")], ()),
        ("later is not because of it", [(0, "sent", A), (31, "booted")], ()),
        (
            "survived in between",
            [(0, "sent", A), (9, "booted"), (60, "sent", A), (100, "sent", A), (110, "booted")],
            (),
        ),
        (
            "one loss and its boot count once",
            [(0, "sent", A), (3, "lost"), (25, "booted")],
            (),
        ),
        (
            "the unanswered one is to blame, not the one that waits behind it",
            [
                (0, "sent", A),
                (0, "sent", B),
                (5, "lost"),
                (60, "sent", A),
                (60, "sent", B),
                (65, "lost"),
            ],
            (A,),
        ),
        (
            "the last one is to blame where all were answered",
            [
                *[
                    (0, "sent", A),
                    (1, "answered", A),
                    (2, "sent", B),
                    (3, "answered", B),
                    (9, "booted"),
                ],
                *[
                    (60, "sent", A),
                    (61, "answered", A),
                    (62, "sent", B),
                    (63, "answered", B),
                    (69, "booted"),
                ],
            ],
            (B,),
        ),
        (
            "a link that breaks all the time says nothing (Pulsar)",
            [
                (0, "lost"),
                *[(60, "sent", A), (61, "answered", A), (70, "lost")],
                *[(120, "sent", A), (121, "answered", A), (130, "lost")],
            ],
            (),
        ),
        (
            "we closed the link",
            [
                (0, "sent", A),
                (5, "let go"),
                (6, "booted"),
                (60, "sent", A),
                (65, "let go"),
                (70, "booted"),
            ],
            (),
        ),
        (
            "what is meant to restart it",
            [(0, "sent", "Reset"), (9, "booted"), (60, "sent", "Reset"), (70, "booted")],
            (),
        ),
    ],
)
def test_what_is_held(case: str, events: list[tuple], held: tuple[str, ...]) -> None:
    assert run(*events).held == held, case


def test_it_outlives_restarts_and_can_be_released() -> None:
    quarantine = run((0, "sent", A), (9, "booted"), (60, "sent", A), (70, "booted"))
    restored = Quarantine.from_dict(json.loads(json.dumps(quarantine.to_dict())))
    assert restored.holds(A)
    restored.release(A)
    assert not restored.holds(A)
    restored.release(A)


def test_the_list_is_bounded() -> None:
    quarantine = Quarantine()
    for number in range(200):
        quarantine.sent(f"DataTransfer {number}", NOW)
        quarantine.booted(NOW)
    assert len(quarantine.restarts) == 50


@pytest.mark.parametrize(
    ("action", "payload", "name"),
    [
        ("ChangeConfiguration", {"key": "K", "value": "V"}, "ChangeConfiguration K"),
        ("GetConfiguration", {}, "GetConfiguration"),
        ("GetConfiguration", {"key": ["K"]}, "GetConfiguration K"),
        ("GetConfiguration", {"key": ["K", "L"]}, "GetConfiguration"),
        ("TriggerMessage", {"requestedMessage": "Heartbeat"}, "TriggerMessage Heartbeat"),
    ],
)
def test_names(action: str, payload: dict, name: str) -> None:
    assert name_of(action, payload) == name


async def test_a_held_call_is_an_error_that_says_why_and_nothing_is_sent(caplog) -> None:
    charger, sent = Charger("CP-1"), []

    async def call(action: str, _: dict) -> dict:
        sent.append(action)
        raise CommandUnanswered(action)

    commands = Commands16(charger, call, lambda: NOW)
    for _ in range(2):
        with pytest.raises(CommandUnanswered):
            await commands.read_configuration()
        charger.link_down(NOW + timedelta(seconds=3))
    with pytest.raises(CallHeld, match="GetConfiguration was not sent: the charger restarted"):
        await commands.read_configuration()
    assert sent == ["GetConfiguration"] * 2
    assert "CP-1 restarts after GetConfiguration" in caplog.text
    later = Charger.from_dict("CP-1", json.loads(json.dumps(charger.to_dict())))
    assert later.quarantine.held == ("GetConfiguration",)
