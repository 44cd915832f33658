"""The pairing window: one guest at a time, and only while it is open."""

import asyncio
from datetime import UTC, datetime

from custom_components.evse_ocpp.central.admission import Attempt, Outcome
from custom_components.evse_ocpp.pairing import PairingWindow


def attempt(identity: str, address: str = "192.0.2.7") -> Attempt:
    return Attempt(
        datetime.now(UTC), address, f"/ocpp/{identity}", identity, ("ocpp1.6",), Outcome.UNKNOWN
    )


def test_nobody_is_admitted_while_it_is_closed() -> None:
    window = PairingWindow()
    assert not window.is_open
    assert window.admit(attempt("CP-9")) is None
    assert window.guest is None


async def test_the_first_one_is_the_guest_also_when_it_calls_again() -> None:
    window = PairingWindow()
    window.open()
    charger = window.admit(attempt("CP-9"))
    assert charger is not None
    assert charger.identity == "CP-9"
    assert window.admit(attempt("CP-10")) is None
    assert window.admit(attempt("CP-9")) is charger
    assert window.admit(attempt("CP-9", "192.0.2.8")) is None, "it would get the password"
    guest = await window.wait()
    assert guest == window.guest
    assert guest is not None
    assert guest.address == "192.0.2.7"
    assert window.is_open  # the guest may have to dial again


async def test_who_waits_gets_the_guest() -> None:
    window = PairingWindow()
    window.open()
    waiting = asyncio.create_task(window.wait())
    await asyncio.sleep(0)
    window.admit(attempt("CP-9"))
    guest = await waiting
    assert guest is not None
    assert guest.charger.identity == "CP-9"


async def test_it_closes_when_nobody_comes() -> None:
    window = PairingWindow()
    window.open()
    assert await window.wait(timeout_s=0) is None
    assert not window.is_open


async def test_who_waits_learns_that_it_was_closed() -> None:
    window = PairingWindow()
    window.open()
    waiting = asyncio.create_task(window.wait())
    await asyncio.sleep(0)
    window.close()
    assert await waiting is None
    assert await window.wait() is None


async def test_a_new_window_forgets_the_former_guest() -> None:
    window = PairingWindow()
    window.open()
    waiting = asyncio.create_task(window.wait())
    await asyncio.sleep(0)
    window.open()
    assert await waiting is None
    assert window.is_open  # the one who waited for the former window has not closed this one
    window.admit(attempt("CP-9"))
    window.open()
    assert window.guest is None
    assert window.admit(attempt("CP-10")) is not None
