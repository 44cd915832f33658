"""What a wallbox in a group needs, and what cannot be: named with what came and what is allowed."""

import pytest

from evse.settings.setting import SettingError
from evse.settings.sharing import ROWS, contradictions
from evse.sharing.pairing import code_of

DEFAULTS = {row.key: row.default for row in ROWS} | {
    "board.kind": "simulated",
    "board.accept_without_watchdog": False,
}
CODE = code_of(bytes(range(16)))
LAN = {"sharing.connection": "lan:239.255.76.1:5076"}
WIRE = {"sharing.connection": "serial:/dev/ttyS1?baudrate=38400"}
KEY = {"sharing.key": CODE}
MASTER = {"installation.connection_mode": "Master-Slave", **WIRE, **KEY}
SLAVE = {"installation.connection_mode": "Slave", "sharing.unit": 2, **WIRE, **KEY}
UNSEALED = {"sharing.key": "", "sharing.accept_unsealed": True}
NO_WATCHDOG = {"board.kind": "ekepc2"}


def wrong(values: dict[str, object]) -> list[SettingError]:
    assert values.keys() <= DEFAULTS.keys()
    return list(contradictions({**DEFAULTS, **values}))


@pytest.mark.parametrize(
    "values",
    [
        {},
        MASTER,
        SLAVE,
        {**MASTER, **LAN},
        {**SLAVE, "sharing.unit": 32},
        {**MASTER, **UNSEALED},
        {**SLAVE, "sharing.connection": "can:socketcan/can0", **UNSEALED},
        {**MASTER, "installation.slave_number": 3, "sharing.guaranteed_a": 8.0},
        # A slave does not know how many there are.
        {**SLAVE, "installation.slave_number": 31, "sharing.guaranteed_a": 16.0},
        # Alone, what is there for a group is not looked at.
        {"sharing.unit": 9, **LAN},
        NO_WATCHDOG,
        {**MASTER, **NO_WATCHDOG, "board.accept_without_watchdog": True},
        {"sharing.key": CODE.lower().replace("-", " ")},
    ],
)
def test_what_can_be(values: dict[str, object]) -> None:
    assert wrong(values) == []


@pytest.mark.parametrize(
    ("values", "key", "told"),
    [
        ({**MASTER, "sharing.connection": ""}, "sharing.connection", "the bus between"),
        ({"sharing.connection": "can:pigeon/1"}, "sharing.connection", "allowed socketcan"),
        ({**MASTER, "sharing.unit": 2}, "sharing.unit", "came 2, allowed is 1 for the master"),
        ({**SLAVE, "sharing.unit": 1}, "sharing.unit", "came 1, allowed is 2 … 32 for a slave"),
        ({**MASTER, "sharing.key": ""}, "sharing.key", "or sharing.accept_unsealed"),
        ({**MASTER, **LAN, **UNSEALED}, "sharing.key", "on a network"),
        ({"sharing.key": CODE[:-1]}, "sharing.key", "came 27 characters, allowed 28"),
        ({**MASTER, "installation.slave_number": 0}, "installation.slave_number", "1 … 31"),
        (
            {**MASTER, "installation.slave_number": 4, "sharing.guaranteed_a": 6.5},
            "sharing.guaranteed_a",
            "at most 6.4 A: 5 wallboxes share 32 A",
        ),
        ({"sharing.guaranteed_a": 5.0}, "sharing.guaranteed_a", "0 or at least 6 A"),
        ({**SLAVE, **NO_WATCHDOG}, "installation.connection_mode", "board.kind = ekepc2"),
    ],
)
def test_what_cannot_be(values: dict[str, object], key: str, told: str) -> None:
    (error,) = wrong(values)
    assert error.key == key
    assert told in str(error)


def test_a_mistyped_key_is_not_shown() -> None:
    (error,) = wrong({"sharing.key": "Z" + CODE[1:]})
    assert "group 1" in str(error)
    assert not any(group in str(error) for group in CODE.split("-"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_every_default_is_allowed_and_none_needs_a_restart(row) -> None:
    assert row.parse(row.text(row.default)) == row.default
    assert not row.reboot


def test_the_key_is_secret_and_not_reachable_from_afar() -> None:
    (key,) = [row for row in ROWS if row.key == "sharing.key"]
    assert key.secret
    assert key.ocpp_key is None
    with pytest.raises(SettingError) as caught:
        key.parse(CODE + "!")
    assert CODE[:4] not in str(caught.value)
