"""Orders → commands of the charger, and the last words to it."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from .central.charger import Charger
from .central.commands import CommandError, NotConnected
from .energy.orders import (
    Order,
    SetFallback,
    SetFreeCharging,
    SetLease,
    SetOperative,
    Start,
    Stop,
    lease_duration_s,
)
from .facts import FREE_CHARGING_KEY

START_ID_TAG = "HOMEASSISTANT"
"""At most 16 characters of A-Z and 0-9, which every charger takes (evcc #5021)."""
ID_TAG_KEY = "PlugAndChargeIdentifier"
"""Alfen starts without a card only by the tag in this key (evcc #5021)."""
LEAVE_S = 5.0
"""Longest time for the last words to a charger, when this task is stopped."""


def start_id_tag(charger: Charger) -> str:
    """Return the tag by which we start transactions."""
    key = charger.configuration.get(ID_TAG_KEY)
    return (key and key.value) or START_ID_TAG


async def send(charger: Charger, order: Order, lease_s: float) -> None:
    """Send an order; CommandError when it had no effect."""
    commands = charger.commands
    if commands is None:
        raise NotConnected(type(order).__name__)
    lease_s = lease_duration_s(charger.control, lease_s)
    match order:
        case SetLease(switch_to=None):
            await commands.set_lease(order.connector_id, order.limit_a, lease_s)
        case SetLease():  # only what was proved for leases that end by themselves or with a session
            await commands.try_method(
                charger.control.lease,
                order.connector_id,
                order.limit_a,
                lease_s if charger.control.leases else None,
                switch_to=order.switch_to,
            )
        case Stop():
            await commands.remote_stop(order.transaction_id)
        case SetOperative():
            await commands.change_availability(order.connector_id, order.on)
        case SetFallback():
            await commands.set_fallback(order.limit_a)
        case SetFreeCharging():
            await commands.change_configuration(FREE_CHARGING_KEY, str(order.on).lower())
        case Start():
            id_tag = start_id_tag(charger)
            await commands.remote_start(order.connector_id, id_tag, order.limit_a, lease_s)


async def leave(charger: Charger, blocked: Iterable[int], fallback_a: float, safe_a: float) -> None:
    """Lower what would stay raised without us, and end the pauses that only we could end.

    `blocked`: the connectors that we took out of service. `safe_a`: for a session that runs, at
    most the fallback.
    """
    control, commands = charger.control, charger.commands
    if commands is None:
        return
    with suppress(CommandError, TimeoutError):
        async with asyncio.timeout(LEAVE_S):
            for connector_id in blocked:
                await commands.change_availability(connector_id, operative=True)
            if control.one_slot and charger.fallback_a != fallback_a:
                await commands.set_fallback(fallback_a)
            elif not control.leases and control.lease.volatile:
                for connector in tuple(charger.connectors.values()):
                    if connector.transaction:
                        await commands.set_lease(connector.id, safe_a, LEAVE_S)
