"""What was, for page, API and reports: charges, months, faults, charts and the encrypted log.

A shell: it asks the tables and lets pure functions make the answers, in a thread where they are
long. Answers are JSON values; instants in them are ISO 8601 in UTC.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from evse.blackbox import files as blackbox
from evse.clock import Clock
from evse.core.faults import LATCHED, Fault
from evse.core.timetable import zone
from evse.history import charts, months, spreadsheets
from evse.history.log_archive import encrypted
from evse.history.modes import start_mode, stop_mode
from evse.history.recorders import ChartRecorder, FaultRecorder, minute_of
from evse.history.sampling import series_names
from evse.ocpp import log_ring
from evse.ocpp.archive import diagnostics, newest_black_boxes
from evse.settings.values import Settings
from evse.station import Station
from evse.storage.chart_samples import ChartSamples
from evse.storage.database import Database
from evse.storage.fault_log import MAX_ENTRIES, FaultEntry, FaultLog
from evse.storage.history import Charge, ChargeHistory, Wanted
from evse.texts import text
from evse.texts.sentence import fault_action, fault_name

MOST_CHARGES = 500
"""Charges on one page."""

Status = Callable[[], Awaitable[Mapping[str, Any]]]
"""What `evse status` tells."""


class History:
    """See the module. Every call raises `sqlite3.Error` when the disk fails, and ValueError,
    naming the field, for what cannot be asked for."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        station: Station,
        names: months.Names,
        state_dir: Path,
    ) -> None:
        """`names`: the name of the card with an idTag, "" for none. `status`, which the log tells,
        is to be set by who knows it."""
        self.status: Status = _nothing
        # Each takes its turns of the interpreter, of which the control turns need theirs.
        self._one_at_a_time = asyncio.Lock()
        self._settings = settings
        self._clock = clock
        self._station = station
        self._names = names
        self._state_dir = state_dir
        self._charges = ChargeHistory(database)
        self._fault_log = FaultLog(database)
        self._samples = ChartSamples(database)
        self._faults = FaultRecorder(self._fault_log, lambda: station.connectors, clock)
        self._charts = ChartRecorder(
            self._samples,
            lambda: station.connectors,
            lambda: station.house_current_a() if station.connectors else None,
            lambda: settings["dlb.maximum_current_a"],
            clock,
        )

    async def run(self) -> None:
        """Write down faults and samples until cancelled; a disk that fails never ends it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._faults.run())
            tasks.create_task(self._charts.run())

    # ----------------------------------------------------------------- charges

    async def charges(
        self, wanted: Wanted, offset: int = 0, limit: int = 100, language: str = "en"
    ) -> dict[str, Any]:
        """A page of charges, the newest first, with the number and the energy of all wanted."""
        _check("offset", offset, 0, None)
        _check("limit", limit, 1, MOST_CHARGES)
        count, energy_wh = await self._charges.totals(wanted)
        page = await self._charges.page(wanted, offset, limit)
        shown = [self._charge(charge, language) for charge in page]
        return {"count": count, "energy_wh": energy_wh, "charges": shown}

    async def charges_csv(self, wanted: Wanted, language: str = "en") -> bytes:
        """All charges wanted as CSV, the oldest first."""
        async with self._one_at_a_time:
            listed = await self._charges.all(wanted)
            return await asyncio.to_thread(
                spreadsheets.charges_csv,
                listed,
                self._zone(),
                self._names,
                self._clock.utcnow(),
                language,
            )

    def _charge(self, charge: Charge, language: str) -> dict[str, Any]:
        return {
            "number": charge.number,
            "connector": charge.connector_id,
            "start": _instant(charge.started_at),
            "end": charge.ended_at and _instant(charge.ended_at),
            "duration_s": charge.duration_s(self._clock.utcnow()),
            "start_mode": start_mode(charge, language),
            "stop_mode": stop_mode(charge, language),
            "energy_wh": charge.energy_wh,
            "card": charge.id_tag,
            "name": self._names(charge.id_tag),
        }

    # ----------------------------------------------------------------- reports

    async def report(self, year: int, month: int, card: str | None = None) -> dict[str, Any]:
        """What a month had, of one card or of all; days and months are those of the wallbox."""
        made = await self._report(year, month, card)
        return {
            "month": f"{made.year}-{made.month:02}",
            "energy_wh": made.energy_wh,
            "charges": len(made.charges),
            "days": [
                {"day": str(day.day), "charges": day.charges, "energy_wh": day.energy_wh}
                for day in made.days
            ],
            "cards": [
                {
                    "card": each.card,
                    "name": each.name,
                    "charges": each.charges,
                    "energy_wh": each.energy_wh,
                    "duration_s": each.duration_s,
                }
                for each in made.cards
            ],
            "meters": [
                {"connector": span.connector_id, "start_wh": span.start_wh, "end_wh": span.end_wh}
                for span in made.meters
            ],
        }

    async def report_csv(
        self, year: int, month: int, card: str | None = None, language: str = "en"
    ) -> bytes:
        """The same as CSV: one line a card."""
        return spreadsheets.report_csv(await self._report(year, month, card), language)

    async def report_pdf(
        self, year: int, month: int, card: str | None = None, language: str = "en"
    ) -> bytes:
        """The same as PDF, with every charge."""
        made = await self._report(year, month, card)
        now = self._clock.utcnow()
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._pdf, made, now, language)

    def _pdf(self, made: months.Report, now: datetime, language: str) -> bytes:
        """In a thread. What writes PDF weighs 30 MB: only who asks for one has it loaded."""
        from evse.history.document import About, report_pdf

        settings = self._settings
        about = About(
            settings["manufacturer.vendor"],
            settings["manufacturer.model"],
            settings["manufacturer.serial"],
            settings["ocpp.identity"],
            settings["installation.time_zone"],
        )
        return report_pdf(made, about, self._zone(), self._names, now, language)

    async def _report(self, year: int, month: int, card: str | None) -> months.Report:
        zone_, now = self._zone(), self._clock.utcnow()
        since, until = months.bounds(year, month, zone_)
        async with self._one_at_a_time:
            listed = await self._charges.all(Wanted(since, until, card))
            return await asyncio.to_thread(
                months.report, year, month, listed, zone_, self._names, now, card
            )

    # ------------------------------------------------------------------ faults

    async def faults(
        self, offset: int = 0, limit: int = 100, language: str = "en"
    ) -> dict[str, Any]:
        """The faults that are, and a page of those that were, the newest first."""
        _check("offset", offset, 0, None)
        _check("limit", limit, 1, MAX_ENTRIES)
        page = await self._fault_log.page(offset, limit)
        return {
            "active": self._active(language),
            "count": await self._fault_log.count(),
            "log": [_logged(entry, language) for entry in page],
        }

    def _active(self, language: str) -> list[dict[str, Any]]:
        return [
            {
                "connector": number,
                "fault": str(fault),
                "name": fault_name(fault, language),
                "action": fault_action(fault, language),
                "since": _since(self._faults.entry((number, str(fault)))),
                "latched": fault in LATCHED,
            }
            for number, connector in self._station.connectors.items()
            for fault in sorted(connector.controller.faults)
        ]

    # ------------------------------------------------------------------ charts

    async def charts(self, hours: int = 24) -> dict[str, Any]:
        """The last hours in at most 720 steps, see `charts.chart`."""
        shown = charts.window(hours, minute_of(self._clock))
        waiting = self._charts.waiting  # before the disk is asked: so none is missed
        slots = await self._samples.slots(shown.first_minute, shown.last_minute, shown.step_minutes)
        return charts.chart(shown, slots, waiting, series_names(self._station.connector_ids))

    # --------------------------------------------------------------------- log

    async def log_zip(self, password: str) -> AsyncIterator[bytes]:
        """The log, encrypted with the log password, piece by piece.

        Raises OSError when the disk is full, before the first piece.
        """
        status = await self.status()
        faults = await self.faults(limit=MAX_ENTRIES)
        charges = await self.charges_csv(Wanted())
        texts = await asyncio.to_thread(
            diagnostics, self._settings, log_ring.recent(), status, None, None
        )
        texts |= {"faults.json": json.dumps(faults, indent=1).encode(), "charges.csv": charges}
        boxes: Iterable[Path] = await asyncio.to_thread(
            newest_black_boxes, self._state_dir / blackbox.FOLDER
        )
        async with self._one_at_a_time:
            return await encrypted(password, texts, boxes, self._state_dir)

    def _zone(self) -> tzinfo:
        return zone(self._settings["installation.time_zone"])


async def _nothing() -> Mapping[str, Any]:
    return {}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _since(entry: FaultEntry | None) -> str | None:
    return None if entry is None else _instant(entry.began_at)


def _logged(entry: FaultEntry, language: str) -> dict[str, Any]:
    """An entry of the log; a fault of another version of the program has its own name."""
    known = entry.fault in frozenset(Fault)
    return {
        "number": entry.number,
        "connector": entry.connector_id,
        "fault": entry.fault,
        "name": text(f"fault.{entry.fault}.name", language) if known else entry.fault,
        "began_at": _instant(entry.began_at),
        "ended_at": entry.ended_at and _instant(entry.ended_at),
    }


def _check(field: str, came: int, least: int, most: int | None) -> None:
    """Raises ValueError."""
    if came < least or (most is not None and came > most):
        allowed = f"at least {least}" if most is None else f"{least} … {most}"
        raise ValueError(f"{field}: came {came}, allowed {allowed}")
