"""What the wallbox tells of itself: to the central system when it changed, to others on demand."""

from collections.abc import Iterable, Mapping
from typing import Any

from evse.clock import Clock
from evse.connector import Connector
from evse.core.faults import RULES, Fault, leading
from evse.core.limits import Limit, Source
from evse.core.status import ChargePointStatus
from evse.meters.reading import MeterReading, Phases
from evse.ocpp.port import CentralPort, ChargerReadings, StatusReport

HOUSE_SILENCE_S = 10.0
"""A reading of the house meter older than this says nothing about now."""

WHOLE = 0
"""The connector number by which OCPP means the wallbox as a whole."""

_Told = tuple[ChargePointStatus, Fault | None, str]  # and the board's own words
_TellableLimit = tuple[Source, float, float]  # whose, the limit, the offer


class Telling:
    """Remembers what was told last, and tells what is new."""

    def __init__(
        self, connectors: Mapping[int, Connector], central: CentralPort, clock: Clock
    ) -> None:
        self._connectors = connectors
        self._central = central
        self._clock = clock
        self._house: MeterReading | None = None
        self._statuses: dict[int, _Told] = {}
        self._since = {number: clock.utcnow() for number in (WHOLE, *connectors)}
        self._limits: dict[int, _TellableLimit] = {}

    def turn(self) -> None:
        """After a control turn: tell the central system what is new."""
        now_s = self._clock.monotonic()
        for number in self._since:
            told = self._state(number)
            if self._statuses.get(number) != told:
                self._statuses[number] = told
                self._since[number] = self._clock.utcnow()
                self._central.status_changed(number)
        for number, connector in self._connectors.items():
            winner, offered_a = connector.controller.winner, connector.controller.offered_a
            limit = (winner.source, round(winner.amps_at(now_s), 1), round(offered_a, 1))
            if self._limits.get(number) != limit:
                self._limits[number] = limit
                self._central.limit_changed(number, winner)

    def house_metered(self, house: MeterReading) -> None:
        """A new reading of the house meter."""
        self._house = house
        self._central.house_current_changed(house.current_a)

    def house_current_a(self) -> Phases | None:
        """The house's currents, None while its meter is silent."""
        if self._house is None or self._clock.monotonic() - self._house.at_s > HOUSE_SILENCE_S:
            return None
        return self._house.current_a

    def status(self, connector_id: int) -> StatusReport:
        """The state of a connector, 0 for the wallbox as a whole."""
        status, fault, note = self._state(connector_id)
        return StatusReport(
            status,
            RULES[fault].ocpp_error_code if fault else "NoError",
            self._since[connector_id],
            info=_info(fault, note) if fault else "",
            vendor_error_code=RULES[fault].vendor_error_code if fault else "",
        )

    def _state(self, connector_id: int) -> _Told:
        if connector_id == WHOLE:
            operative = any(connector.operative for connector in self._connectors.values())
            whole = ChargePointStatus.AVAILABLE if operative else ChargePointStatus.UNAVAILABLE
            return whole, None, ""
        connector = self._connectors[connector_id]
        fault = leading(connector.controller.faults)
        note = connector.note if fault is Fault.BOARD_FAULT else ""
        return connector.status, fault, note

    def readings(self, connector_id: int) -> ChargerReadings:
        """The newest readings of a connector."""
        connector = self._connectors[connector_id]
        meter = connector.meter
        return ChargerReadings(
            energy_wh=0.0 if meter is None or meter.energy_wh is None else meter.energy_wh,
            offered_a=connector.controller.offered_a,
            voltage_v=meter.voltage_v if meter else None,
            current_a=meter.current_a if meter else None,
            power_w=meter.power_w if meter else None,
            temperature_c=connector.temperature_c,
            power_phase_w=meter.power_phase_w if meter else None,
            export_wh=meter.export_wh if meter else None,
            frequency_hz=meter.frequency_hz if meter else None,
        )

    def snapshot(self) -> dict[str, Any]:
        """All that is known of the connectors at this instant, as JSON values."""
        now_s = self._clock.monotonic()
        return {
            "house_current_a": self.house_current_a(),
            "connectors": {
                str(number): _connector_snapshot(connector, now_s)
                for number, connector in self._connectors.items()
            },
        }


def _info(fault: Fault, note: str) -> str:
    """The fault's text, with the board's own words where only it knows more."""
    return f"{RULES[fault].text}: {note}" if note else RULES[fault].text


def _connector_snapshot(connector: Connector, now_s: float) -> dict[str, Any]:
    controller, record = connector.controller, connector.transaction
    return {
        "status": connector.status,
        "pilot_state": controller.pilot_state,
        "phase": connector.session.phase,
        "operative": connector.operative,
        "offered_a": controller.offered_a,
        "contactor": controller.contactor,
        "limited_by": controller.winner.source,
        "limit_a": controller.winner.amps_at(now_s),
        "limits": _limit_snapshots(connector.limits, now_s),
        "cable_a": controller.cable_a,
        "faults": sorted(controller.faults),
        "energy_wh": connector.energy_wh,
        "hot_openings": controller.hot_openings,
        "contactor_cycles": controller.contactor_cycles,
        "plug_cycles": controller.plug_cycles,
        "transaction": None
        if record is None
        else {
            "local_id": record.local_id,
            "server_id": record.server_id,
            "id_tag": record.id_tag,
            "meter_start_wh": record.meter_start_wh,
            "started_at": record.started_at.isoformat(),
        },
    }


def _limit_snapshots(limits: Iterable[Limit], now_s: float) -> list[dict[str, Any]]:
    return [
        {
            "source": limit.source,
            "amps": limit.amps_at(now_s),
            "age_s": now_s - limit.set_at_s if limit.set_at_s else None,
            "expires_in_s": None
            if limit.expires_at_s is None
            else max(0.0, limit.expires_at_s - now_s),
            "fallback_a": limit.fallback_a,
        }
        for limit in limits
    ]
