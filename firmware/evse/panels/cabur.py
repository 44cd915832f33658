"""The panel of the Cabur EV PLUS: belt, digits, four indicators, corners of the card area. Pure.

Manual 7.1 and chapters 9 and 12. Where it is silent or contradicts itself:

- How fast an indicator of AREA2 blinks is not said: slowly, as the belt in ordinary operation.
- The belt's row for errors has no blinking mode: steady, as the fault indicator.
- A vehicle that is plugged in and waits for its card is "charging mode setup", steady blue: chapter
  9 says that the belt goes from there to blinking blue when the card is accepted.
- 7.1.2 calls E02 a captcha, chapter 12 a checksum; only the latter makes sense, the code is one.
- The codes are longer than the five digits: their words take turns.
- The station number is among the contents of AREA1, but has no format: "No" is its unit here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from evse.core.faults import RULES, Fault
from evse.core.session import Phase
from evse.core.status import ChargePointStatus as Status
from evse.panels import text
from evse.panels.indications import DIGITS, Colour, Digits, Indications, Lamp, lamp
from evse.panels.pattern import Pattern
from evse.panels.shown import Box, ConnectorShown, Shown, Wifi
from evse.panels.sound import sounding

Holds = Callable[[Box, ConnectorShown], bool]

_PAUSED = frozenset({Status.SUSPENDED_EV, Status.SUSPENDED_EVSE})
_DARK = (Colour.WHITE, Pattern.OFF)


@dataclass(frozen=True, slots=True)
class BeltRow:
    """One row of the belt's table; the one with the least `precedence` that holds is shown."""

    status: str
    colour: Colour
    pattern: Pattern
    precedence: int
    holds: Holds


BELT = (
    BeltRow("Power on self-test", Colour.WHITE, Pattern.ON, 0, lambda box, _: box.starting),
    BeltRow(
        "Stand-By mode",
        Colour.GREEN,
        Pattern.FLASH_SLOW,
        2,
        lambda _, c: c.status is Status.AVAILABLE,
    ),
    BeltRow(
        "Pause during the charging process",
        Colour.BLUE,
        Pattern.FLASH_FAST,
        2,
        lambda _, c: c.status in _PAUSED,
    ),
    BeltRow(
        "Charging mode setup",
        Colour.BLUE,
        Pattern.ON,
        2,
        lambda _, c: c.status is Status.PREPARING,
    ),
    BeltRow("Charging mode", Colour.BLUE, Pattern.FLASH_SLOW, 2, lambda _, c: c.flowing),
    BeltRow("Error mode", Colour.RED, Pattern.ON, 1, lambda _, c: c.in_error),
    # Ours: the manual has no row for what follows, and these contradict none of its rows.
    BeltRow("Finished", Colour.GREEN, Pattern.ON, 2, lambda _, c: c.status is Status.FINISHING),
    BeltRow("Out of service", *_DARK, 2, lambda _, c: c.out_of_service),
)

WIFI = {
    Wifi.AP_ALONE: (Colour.BLUE, Pattern.ON),
    Wifi.AP_JOINED: (Colour.BLUE, Pattern.FLASH_SLOW),
    Wifi.CLIENT_ALONE: (Colour.GREEN, Pattern.ON),
    Wifi.CLIENT_CONNECTED: (Colour.GREEN, Pattern.FLASH_SLOW),
    Wifi.DAMAGED: (Colour.RED, Pattern.ON),
    Wifi.OFF: _DARK,  # ours: it is not used
}
"""AREA2, Wi-Fi mode and status."""


def plug_indicator(connector: ConnectorShown) -> tuple[Colour, Pattern]:
    """AREA2, plug status: steady when a vehicle is connected."""
    return (Colour.WHITE, Pattern.ON) if connector.plugged else _DARK


def charging_indicator(connector: ConnectorShown) -> tuple[Colour, Pattern]:
    """AREA2, charging process: steady in progress, blinking while it is suspended."""
    if connector.flowing:
        return (Colour.WHITE, Pattern.ON)
    suspended = connector.status in _PAUSED or (connector.faulty and _in_session(connector))
    return (Colour.WHITE, Pattern.FLASH_SLOW) if suspended else _DARK


def fault_indicator(connector: ConnectorShown) -> tuple[Colour, Pattern]:
    """AREA2, fault indication: steady while there is one, also one that only warns.

    Load balancing is no fault for OCPP and this manual, which has no code for it.
    """
    return (Colour.RED, Pattern.ON) if set(connector.faults) - {Fault.DLB_OVERLOAD} else _DARK


def corners(box: Box, connector: ConnectorShown) -> tuple[Colour, Pattern]:
    """AREA3: lit when a card is of use, for a vehicle is connected (chapter 9).

    Ours: they flash while the next card is learnt.
    """
    if box.learning:
        return (Colour.WHITE, Pattern.FLASH_SLOW)
    return (Colour.WHITE, Pattern.ON) if connector.plugged and not box.starting else _DARK


def indications(shown: Shown, number: int | None, at_s: float) -> Indications:
    """Return what the panel shows at `at_s` of connector `number`, None for the most important.

    The two rows are for who fits an LCD1602 to this look: the status, and the digits. Raises
    ValueError when there is no such connector.
    """
    box, connector = shown.box, shown.connector(number, at_s)
    digits = digits_at(box, connector, at_s)
    words = digits.message or f"{digits.text} {digits.unit}".strip()
    return Indications(
        lamps=_lamps(box, connector, at_s),
        lines=text.at([(str(connector.status), words)], at_s),
        digits=digits,
        sound=sounding(box.notice, at_s - box.notice_at_s),
    )


def _lamps(box: Box, connector: ConnectorShown, at_s: float) -> tuple[Lamp, ...]:
    belt = belt_row(box, connector)
    lights = {
        "belt": (belt.colour, belt.pattern),
        "wifi": WIFI[box.wifi],
        "plug": plug_indicator(connector),
        "charging": charging_indicator(connector),
        "fault": fault_indicator(connector),
        "card": corners(box, connector),
    }
    return tuple(lamp(name, *light, at_s) for name, light in lights.items())


def belt_row(box: Box, connector: ConnectorShown) -> BeltRow:
    """Return the row that is shown; a status without a row is no service."""
    held = (row for row in BELT if row.holds(box, connector))
    return min(held, key=lambda row: row.precedence, default=BELT[-1])


# ---------------------------------------------------------------------- AREA1


def digits_at(box: Box, connector: ConnectorShown, at_s: float) -> Digits:
    """Return what AREA1 shows: an upgrade's code, a PIN, faults' codes, or values in rotation.

    Codes of faults that only warn take turns with the values.
    """
    if box.upgrade_result is not None:
        return _word(f"{box.upgrade_result} UP", at_s)
    if box.upgrade_percent is not None:
        return _word(f"{min(99, box.upgrade_percent)} UP", at_s)  # 100 is told by the result
    if box.pin:
        return _word(f"PIN {box.pin[:3]} {box.pin[3:]}", at_s)
    codes = list(dict.fromkeys(code_of(fault) for fault in connector.faults if _has_code(fault)))
    numbers = [] if connector.faulty else values(connector)
    turn = int(at_s // text.PAGE_S) % (len(numbers) + len(codes))
    return numbers[turn] if turn < len(numbers) else _word(codes[turn - len(numbers)], at_s)


def code_of(fault: Fault) -> str:
    """Return the fault's code; one that the manual does not know is just an error."""
    return RULES[fault].display_code or "ERR"


def values(connector: ConnectorShown) -> list[Digits]:
    """Return the numbers of the rotation, in the manual's order and formats, those that are known.

    The voltage is the mean of the phases that have one, the current that of the highest phase.
    Current, energy and duration belong to a session.
    """
    numbers = [Digits(f"{connector.number:02}", "No")]
    live_v = [volt for volt in connector.voltage_v or () if volt > 50]
    if live_v:
        numbers.append(Digits(f"{sum(live_v) / len(live_v):.0f}.0", "V"))
    if connector.flowing and connector.current_a is not None:
        numbers.append(Digits(_fixed(max(connector.current_a)), "A"))
    if connector.frequency_hz is not None:
        numbers.append(Digits(_fixed(connector.frequency_hz), "Hz"))
    if connector.energy_wh is not None:
        numbers.append(Digits(_fixed(connector.energy_wh / 1000), "kWH"))
    if connector.duration_s is not None:
        numbers.append(Digits(f"{min(99_999, int(connector.duration_s // 60)):3}", "Min"))
    return numbers


def _fixed(value: float) -> str:
    """cc.c, and at most five characters."""
    return f"{min(999.9, value):.1f}"


def _word(message: str, at_s: float) -> Digits:
    """The word of the moment: all words of a code share the time of one page."""
    words = message.split()
    turn = int(at_s % text.PAGE_S / (text.PAGE_S / len(words)))
    return Digits(words[min(turn, len(words) - 1)][:DIGITS], message=message)


def _has_code(fault: Fault) -> bool:
    return fault is not Fault.DLB_OVERLOAD


def _in_session(connector: ConnectorShown) -> bool:
    return connector.phase is Phase.CHARGING
