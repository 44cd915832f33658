"""The panel of the ETEK EKEPC3: four lamps, a display of 16×2 characters (manual, chapter 6). Pure.

How the manual's table is read where it is not clear:

- Starting, local web settings and firmware upgrade fill one cell over all four lamps: all flash, or
  the light runs from lamp to lamp. State D fills one cell over red and yellow. Elsewhere every lamp
  that shall be dark has a ring in its cell, and a single lamp could not run.
- The red dot of the short circuit fills one cell down to the last protection.
- "Backend connected" is all dark and "Available" green, yet an idle wallbox with a backend is in
  both. So a row's rings do not darken what another row lights: the network's rows own yellow, and
  are joined with the row of the vehicle or the fault.
- "Firmware update...XXX%" is wrapped, for it does not fit into a row. "E/W/G LCD1602" is read as:
  this display shows the letter of the way into the network.
- An accepted card without a vehicle is called SuspendedEV; OCPP says Preparing. The panel keeps the
  manual's text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from evse.core.faults import RULES, Fault, Severity
from evse.core.status import ChargePointStatus as Status
from evse.panels import text
from evse.panels.indications import COLUMNS, Colour, Indications, Lamp, lamp
from evse.panels.pattern import Pattern
from evse.panels.shown import Box, ConnectorShown, Network, Notice, Shown
from evse.panels.sound import sounding

LAMPS = (Colour.BLUE, Colour.GREEN, Colour.RED, Colour.YELLOW)
"""The columns of the manual's table; a lamp is named after its colour."""

NOTICE_S = 3.0
"""The answer to a card is on the display for so long."""


class Kind(IntEnum):
    """What a row is about; the least of those that hold decides lamps and text."""

    WHOLE = 0
    """The whole wallbox is busy."""
    FAULT = 1
    SETTINGS = 2
    """Somebody sets it up; a fault is still told."""
    STATE = 3
    NETWORK = 4
    """Joined with FAULT or STATE."""


_JOINED_BY_NETWORK = (Kind.FAULT, Kind.STATE)

Patterns = tuple[Pattern, Pattern, Pattern, Pattern]
Holds = Callable[[Box, ConnectorShown], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the state, the patterns of LAMPS, the display's text, and whether it holds.

    In a text `{percent}` is the upgrade's progress, `{way}` the network's letter, and `{status}`
    that of OCPP.
    """

    state: str
    kind: Kind
    patterns: Patterns
    text: str
    holds: Holds


_OFF, _ON, _SLOW, _FAST = Pattern.OFF, Pattern.ON, Pattern.FLASH_SLOW, Pattern.FLASH_FAST
_DARK: Patterns = (_OFF, _OFF, _OFF, _OFF)
_RED: Patterns = (_OFF, _OFF, _ON, _OFF)
_GREEN_SLOW: Patterns = (_OFF, _SLOW, _OFF, _OFF)
_BLUE: Patterns = (_ON, _OFF, _OFF, _OFF)


def _status(status: Status) -> Holds:
    return lambda _, connector: connector.status is status


def _network(network: Network) -> Holds:
    return lambda box, _: box.network is network


def _protection(state: str, fault: Fault) -> Row:
    return Row(state, Kind.FAULT, _RED, RULES[fault].text, lambda _, c: fault in c.faults)


MANUAL = (
    Row("Starting", Kind.WHOLE, (_SLOW,) * 4, "Starting up...", lambda box, _: box.starting),
    Row(
        "Local web settings",
        Kind.SETTINGS,
        (_FAST,) * 4,
        "Local settings",  # the manual's cell is empty
        lambda box, _: box.web_settings_open,
    ),
    Row(
        "Firmware upgrade in progress",
        Kind.WHOLE,
        (Pattern.RUNNING,) * 4,
        "Firmware update...{percent:3}%",
        lambda box, _: box.upgrade_percent is not None,
    ),
    Row("Not network", Kind.NETWORK, (_OFF, _OFF, _OFF, _ON), "{way}", _network(Network.NONE)),
    Row(
        "Network connected",
        Kind.NETWORK,
        (_OFF, _OFF, _OFF, _FAST),
        "",
        _network(Network.CONNECTED),
    ),
    Row("Backend connected", Kind.NETWORK, _DARK, "OCPP", _network(Network.BACKEND)),
    Row("Available", Kind.STATE, (_OFF, _ON, _OFF, _OFF), "Available", _status(Status.AVAILABLE)),
    Row(
        "Authorization unconnected vehicle",
        Kind.STATE,
        (_OFF, _FAST, _OFF, _OFF),
        "SuspendedEV",
        lambda _, c: c.status is Status.PREPARING and c.authorized_without_car,
    ),
    Row(
        "Unauthorized connected vehicle",
        Kind.STATE,
        _GREEN_SLOW,
        "Preparing",
        lambda _, c: c.status is Status.PREPARING and not c.authorized_without_car,
    ),
    Row(
        "Start charging",
        Kind.STATE,
        (Pattern.BREATHING, _OFF, _OFF, _OFF),
        "Charging",
        _status(Status.CHARGING),
    ),
    Row(
        "State D",
        Kind.FAULT,
        (_OFF, _OFF, _SLOW, _SLOW),
        RULES[Fault.VENTILATION].text,
        lambda _, c: c.state_d or Fault.VENTILATION in c.faults,
    ),
    _protection("CP-PE Short Circuit", Fault.PILOT_SHORT),
    _protection("Diode short circuit", Fault.DIODE),
    _protection("PP Disconnect", Fault.PROXIMITY),
    _protection("Lock fault on", Fault.LOCK),  # one row of the manual with two texts
    _protection("Lock fault off", Fault.UNLOCK),
    _protection("DLB Protection", Fault.DLB_OVERLOAD),
    _protection("RCMU Protection", Fault.RESIDUAL_CURRENT),
    _protection("OvervoltageProtection", Fault.OVER_VOLTAGE),
    _protection("UndervoltageProtection", Fault.UNDER_VOLTAGE),  # the text names both
    _protection("OverCurrentProtection", Fault.OVER_CURRENT),
    _protection("Contactor Overrun Protection", Fault.CONTACTOR_LIFETIME),
    _protection("Plug ON or OFF Protection", Fault.PLUG_LIFETIME),
    _protection("Temperature too high", Fault.OVER_TEMPERATURE),
    _protection("Plug temperature too high", Fault.PLUG_TEMPERATURE),  # the same for the manual
)
"""The rows of the manual, in its order."""

_NAMED = frozenset(fault for fault in Fault for row in MANUAL if row.text == RULES[fault].text)

_NO_OTHER_ROW = frozenset(Status) - {
    Status.AVAILABLE,
    Status.PREPARING,
    Status.CHARGING,
    Status.SUSPENDED_EV,
    Status.SUSPENDED_EVSE,
    Status.FINISHING,
}

_ONLY_TEXT = frozenset(
    fault for fault in Fault if RULES[fault].severity is Severity.WARNING and fault not in _NAMED
)

OURS = (
    *(
        _protection(rule.trips_on, fault)
        for fault, rule in RULES.items()
        if fault not in _NAMED | _ONLY_TEXT
    ),
    Row("Paused by the vehicle", Kind.STATE, _BLUE, "SuspendedEV", _status(Status.SUSPENDED_EV)),
    Row("Paused", Kind.STATE, _BLUE, "SuspendedEVSE", _status(Status.SUSPENDED_EVSE)),
    Row("Finished", Kind.STATE, _GREEN_SLOW, "Finishing", _status(Status.FINISHING)),
    Row("Out of service", Kind.STATE, _DARK, "{status}", lambda _, c: c.status in _NO_OTHER_ROW),
)
"""What happens as well and the manual has no row for: lamps that contradict none of its rows. A
fault that only warns lights nothing, and its text takes turns with the state's."""


def indications(shown: Shown, number: int | None, at_s: float) -> Indications:
    """Return what the panel shows at `at_s` of connector `number`, None for the most important.

    Raises ValueError when there is no such connector.
    """
    connector = shown.connector(number, at_s)
    rows = deciding_rows(shown.box, connector)
    return Indications(
        lamps=_lamps(rows, at_s),
        lines=text.at(_pages(shown.box, connector, rows, at_s), at_s),
        sound=sounding(shown.box.notice, at_s - shown.box.notice_at_s),
    )


def deciding_rows(box: Box, connector: ConnectorShown) -> tuple[Row, ...]:
    """Return the rows that hold and count, those of the network last."""
    held = [row for row in MANUAL + OURS if row.holds(box, connector)]
    kind = min((row.kind for row in held), default=Kind.STATE)
    first = [row for row in held if row.kind is kind]
    network = [row for row in held if row.kind is Kind.NETWORK]
    if kind in _JOINED_BY_NETWORK:
        return (*first, *network)
    return tuple(first[:1])


def _lamps(rows: tuple[Row, ...], at_s: float) -> tuple[Lamp, ...]:
    """Each lamp has the pattern of the first row that lights it."""
    lamps = []
    for place, colour in enumerate(LAMPS):
        lit = (row.patterns[place] for row in rows if row.patterns[place] is not Pattern.OFF)
        pattern = next(lit, Pattern.OFF)
        lamps.append(lamp(colour, colour, pattern, at_s, place, len(LAMPS)))
    return tuple(lamps)


def _pages(
    box: Box, connector: ConnectorShown, rows: tuple[Row, ...], at_s: float
) -> list[text.Lines]:
    if box.notice in _NOTICES and 0 <= at_s - box.notice_at_s < NOTICE_S:
        return [(_NOTICES[box.notice], "")]
    if rows[0].kind is not Kind.FAULT:
        if box.learning:
            return [("Hold a new card", "to the reader")]
        if box.pin:
            return [("PIN for pairing", box.pin)]
    texts = [
        row.text.format(percent=box.upgrade_percent, status=connector.status)
        for row in rows
        if row.kind is not Kind.NETWORK
    ]
    if rows[0].kind in _JOINED_BY_NETWORK:
        texts += [RULES[fault].text for fault in connector.faults if fault in _ONLY_TEXT]
    mark = next((row.text for row in rows if row.kind is Kind.NETWORK), "")
    details = _details(connector, mark.format(way=box.network_way))
    pages = [page for each in dict.fromkeys(texts) for page in text.pages(each, details)]
    return [*pages, *([box.hotspot] if box.hotspot else []), *_device_key(box, connector)]


def _device_key(box: Box, connector: ConnectorShown) -> list[text.Lines]:
    """The key by which the owner claims the wallbox takes turns with the text of one at rest."""
    if not box.device_key or box.starting or connector.plugged or connector.faulty:
        return []
    first, second, *rest = box.device_key.split("-")
    return [(f"Key {first}-{second}", f"    {'-'.join(rest)}")]


_NOTICES = {Notice.ACCEPTED: "Card accepted", Notice.REFUSED: "Card refused"}


def _details(connector: ConnectorShown, mark: str) -> tuple[str, ...]:
    """The second row beside a short text: in a session its values, and the network's mark."""
    details = []
    if connector.energy_wh is not None and connector.current_a is not None:
        kwh = connector.energy_wh / 1000
        details.append(f"{max(connector.current_a):.1f} A {kwh:.2f} kWh")
    if connector.duration_s is not None:
        hours, minutes = divmod(int(connector.duration_s // 60), 60)
        duration = f"{hours}:{minutes:02} h"
        details.append(duration + mark.rjust(COLUMNS - len(duration)))
    elif mark:
        details.append(mark.rjust(COLUMNS))
    return tuple(details)
