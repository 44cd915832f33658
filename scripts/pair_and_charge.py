"""From an empty Home Assistant to the first charge: nobody types an address, a name or a password.

    PYTHONPATH=firmware:. .venv/ha-newest/bin/python scripts/pair_and_charge.py \\
        --wallbox-python .venv/firmware-newest/bin/python
    … --key K7M2Q-…   with a wallbox that runs, whose label says so; somebody plugs the car in

The central system is that of the integration, without the rest of Home Assistant. It finds the
wallbox by mDNS, sends its own address, an identity and a password of its making to the pairing
endpoint with the device key, sees the wallbox connect, and begins a charge. Each step is told with
the seconds since the beginning; the exit status is 1 when one does not come.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from evse.network.find_command import Found, find

CENTRAL = "custom_components.evse_ocpp.central"
"""The integration's; its types are checked where Home Assistant is installed."""

FIND_S = 60.0
STEP_S = 60.0
CARD = "HOMEASSISTANT"
LIMIT_A, LEASE_S = 16.0, 3600.0


class Owner:
    """Whom the central system asks who may come in: an empty one, until a wallbox is paired."""

    def __init__(self) -> None:
        self.chargers: Mapping[str, Any] = {}
        self._passwords: dict[str, str] = {}

    def add(self, identity: str, password: str) -> Any:
        """The wallbox that was paired."""
        charger = import_module(f"{CENTRAL}.charger").Charger(identity)
        self.chargers = {**self.chargers, identity: charger}
        self._passwords[identity] = password
        return charger

    def password_accepted(self, identity: str, password: str | None) -> bool:
        """See `Admission`."""
        return hmac.compare_digest(self._passwords[identity], password or "")

    def authorize(self, _charger: Any, id_tag: str) -> str:
        """See `Admission`: our own card is good."""
        return "Accepted" if id_tag == CARD else "Invalid"

    async def save(self) -> None:
        """See `Store`: nothing outlives this."""


class Steps:
    """Tells what happened, and when."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()

    def tell(self, text: str) -> None:
        """One line."""
        print(f"{time.monotonic() - self._began_s:6.1f} s  {text}", flush=True)

    async def until(self, what: str, holds: Callable[[], Any]) -> None:
        """Wait until it holds. Raises TimeoutError, which names it."""
        try:
            async with asyncio.timeout(STEP_S):
                while not holds():  # noqa: ASYNC110 - of another's state
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise TimeoutError(f"{what}: not within {STEP_S:g} s") from None
        self.tell(what)


async def found(serial: str | None) -> Found:
    """The wallbox of this serial number, or the first that is not paired yet."""
    async with asyncio.timeout(FIND_S):
        while True:
            for each in await find(2.0):
                if serial in {None, each.serial}:
                    return each


def own_address(url: str) -> str:
    """The address at which the wallbox reaches us: that from which we reach it."""
    parts = urlsplit(url)
    family = socket.AF_INET6 if ":" in (parts.hostname or "") else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((parts.hostname, parts.port or 443))
        address: str = probe.getsockname()[0]
    return f"[{address}]" if ":" in address else address


async def paired(wallbox: Found, key: str, port: int, password: str) -> dict[str, Any]:
    """Send our address to the wallbox; what it says of itself.

    Its certificate is its own; it has to be the one that was announced.
    """
    pin = aiohttp.Fingerprint(bytes.fromhex(wallbox.fingerprint.replace(":", "")))
    body = {
        "device_key": key,
        "url": f"ws://{own_address(wallbox.url)}:{port}/ocpp",
        "password": password,
    }
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=pin)) as http,
        http.post(f"{wallbox.url}/api/v1/pairing", json=body) as answer,
    ):
        told: dict[str, Any] = await answer.json()
        if answer.status != 200:
            raise RuntimeError(f"the wallbox refuses: {told['errors'][0]['message']}")
        return told


def _refused(attempt: object) -> None:
    print(f"refused: {attempt}", file=sys.stderr)


async def pair_and_charge(
    steps: Steps, key: str, serial: str | None, plug: Callable[[], object]
) -> None:
    """All of it. Raises TimeoutError, RuntimeError, and what aiohttp raises."""
    owner = Owner()
    central_system = import_module(f"{CENTRAL}.server").CentralSystem
    central = central_system(owner, owner, on_unknown=_refused, on_refused=_refused)
    await central.start("0.0.0.0", 0, "/ocpp")
    try:
        steps.tell(f"a central system without any wallbox listens on port {central.port}")
        wallbox = await found(serial)
        steps.tell(f"found {wallbox.name} at {wallbox.url}, serial {wallbox.serial}")
        password = secrets.token_urlsafe(24)  # 32 characters
        told = await paired(wallbox, key, central.port, password)
        charger = owner.add(told["identity"], password)
        steps.tell(f"paired with {told['vendor']} {told['model']}, identity {told['identity']}")
        await steps.until("the wallbox has connected", lambda: charger.connected)
        await steps.until("its connector is known", lambda: charger.connectors)
        connector = charger.connectors[1]
        plug()
        await steps.until("the car is plugged in", lambda: connector.plugged)
        await charger.commands.remote_start(1, CARD, LIMIT_A, LEASE_S)
        await steps.until(
            "it charges",
            lambda: connector.status == "charging" and connector.transaction,
        )
        await steps.until(
            "energy is counted",
            lambda: connector.transaction and connector.transaction.energy_wh > 0,
        )
        steps.tell(f"{connector.readings.power_w:.0f} W")
    finally:
        await central.stop()


def with_own_wallbox(steps: Steps, python: Path | None) -> None:
    """The same with a wallbox on the simulated board, as new from the factory."""
    from scripts.harness.wallbox import Wallbox
    from tests.bench.web_box import device_key_of, web_settings

    with tempfile.TemporaryDirectory(prefix="evse-pair-") as folder:
        wallbox = Wallbox(
            Path(folder), python=python, **web_settings(), ocpp__meter_value_sample_interval_s=2
        )
        wallbox.start()
        serial = wallbox.request(command="settings-get", keys=["manufacturer.serial"])
        try:
            asyncio.run(
                pair_and_charge(
                    steps,
                    device_key_of(wallbox),
                    serial["settings"][0]["value"],
                    lambda: wallbox.request(command="plug", max_a=16, start_delay_s=0),
                )
            )
        finally:
            wallbox.kill()


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key", help="the device key of a wallbox that runs")
    parser.add_argument("--serial", help="its serial number, where there are several")
    parser.add_argument("--wallbox-python", type=Path, help="that runs a simulated one")
    options = parser.parse_args()
    steps = Steps()
    try:
        if options.key:
            asyncio.run(pair_and_charge(steps, options.key, options.serial, lambda: None))
        else:
            with_own_wallbox(steps, options.wallbox_python)
    except (TimeoutError, RuntimeError, aiohttp.ClientError) as error:
        steps.tell(f"failed: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
