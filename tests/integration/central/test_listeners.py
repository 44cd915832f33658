"""Who is told, in which order, and that a faulty one harms no other."""

import pytest

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.listeners import Listeners


def test_all_are_told_also_after_a_faulty_one(caplog: pytest.LogCaptureFixture) -> None:
    listeners, told = Listeners[[int]]("CP-1"), []
    listeners.add(told.append)
    listeners.add(lambda number: [][number])
    end = listeners.add(lambda number: told.append(-number))
    listeners.tell(7)
    end()
    listeners.tell(8)
    assert (told, len(listeners)) == ([7, -7, 8], 2)
    assert "CP-1: a listener failed" in caplog.text


def test_one_that_ends_itself_while_told() -> None:
    listeners, told = Listeners[[]]("CP-1"), []

    def once() -> None:
        end()
        told.append("once")

    end = listeners.add(once)
    listeners.add(lambda: told.append("always"))
    listeners.tell()
    listeners.tell()
    assert told == ["once", "always", "always"]


def test_answered_calls_are_told() -> None:
    charger, told = Charger("CP-1"), []
    end = charger.subscribe_calls(lambda *call: told.append(call))
    charger.answered("Heartbeat", {}, {"currentTime": "now"})
    end()
    charger.answered("Heartbeat", {}, {})
    assert told == [("Heartbeat", {}, {"currentTime": "now"})]
