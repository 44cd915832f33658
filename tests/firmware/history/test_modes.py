"""Start and stop modes: Cabur manual, 8.1.2-7."""

from typing import Any

import pytest

from evse.core.session import Origin, Reason
from evse.history.modes import start_mode, stop_mode
from evse.texts import LANGUAGES
from tests.firmware.history.ledger import charge


@pytest.mark.parametrize(
    ("mode", "shown"),
    [("card", "RFID"), ("remote", "Remote"), ("free", "Free"), ("", ""), ("unheard of", "")],
)
def test_start_modes(mode: str, shown: str) -> None:
    assert start_mode(charge(start_mode=mode), "en") == shown


@pytest.mark.parametrize(
    ("end", "shown"),
    [
        ({"reason": "Local", "stop_id_tag": "CARD"}, "RFID"),
        ({"reason": "Local", "stop_id_tag": None}, "At the charger"),
        ({"reason": "EVDisconnected", "stop_id_tag": None}, "Plug pulled"),
        ({"reason": "Remote", "stop_id_tag": None}, "Remote"),
        ({"reason": "PowerLoss", "stop_id_tag": None}, "Power loss"),
        ({"reason": "SoftReset", "stop_id_tag": None}, "Restart"),
        ({"reason": "Other", "stop_id_tag": None}, "Fault"),
        ({"reason": "NewerThanThis", "stop_id_tag": None}, "NewerThanThis"),
        ({"reason": None, "stop_id_tag": None}, ""),
    ],
)
def test_stop_modes(end: dict[str, Any], shown: str) -> None:
    assert stop_mode(charge(**end), "en") == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_origin_and_reason_has_its_words(language: str) -> None:
    assert all(start_mode(charge(start_mode=origin), language) for origin in Origin)
    words = {reason: stop_mode(charge(reason=reason), language) for reason in Reason}
    assert not {reason for reason, said in words.items() if not said or said == reason} - {
        Reason.REMOTE
    }
