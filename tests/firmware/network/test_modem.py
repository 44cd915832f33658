"""ModemManager by D-Bus: STATE page, access point operator and signal of the 4G modem."""

from typing import Any

import pytest
from dbus_fast import Variant

from evse.network.modem import NO_MODEM, Modem, first_modem, modem_of
from tests.firmware.network.mocked import MODEM_MANAGER, MODEM_ROOT, Mocked

MODEM = f"{MODEM_MANAGER}.Modem"


async def test_a_modem_tells_operator_and_signal(mocked: Mocked) -> None:
    await mocked.modem_manager()
    path = f"{MODEM_ROOT}/Modem/0"
    properties = {"State": Variant("i", 11), "SignalQuality": Variant("(ub)", [62, True])}
    await mocked.mock(
        *(MODEM_MANAGER, MODEM_ROOT, "AddObject", "ssa{sv}a(ssss)"), path, MODEM, properties, []
    )
    operator = {"OperatorName": Variant("s", "CMNET")}
    await mocked.mock(
        *(MODEM_MANAGER, path, "AddProperties", "sa{sv}"), f"{MODEM}.Modem3gpp", operator
    )
    assert await modem_of(mocked.bus) == Modem("connected", "CMNET", 62)


async def test_no_modem_and_no_modemmanager_are_told_alike(mocked: Mocked) -> None:
    assert await modem_of(mocked.bus) == Modem(NO_MODEM)
    await mocked.modem_manager()
    assert await modem_of(mocked.bus) == Modem(NO_MODEM)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"State": -1, "StateFailedReason": 2}, Modem("no SIM")),
        ({"State": -1, "StateFailedReason": 77}, Modem("failed")),
        ({"State": 2, "SignalQuality": [0, False]}, Modem("SIM locked")),
        ({"State": 7, "SignalQuality": [50, False]}, Modem("searching")),
        ({"State": 8, "SignalQuality": [50, True]}, Modem("registered", None, 50)),
        ({"State": 99}, Modem("unknown")),
        ({}, Modem("unknown")),
    ],
)
def test_states_are_words(told: dict[str, Any], expected: Modem) -> None:
    assert first_modem({"/b": {}, "/a": {MODEM: told}}) == expected
