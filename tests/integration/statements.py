"""A statement for the tests of its documents: three evenings of Anna's, in October in Berlin."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.evse_ocpp.session_record import SessionRow
from custom_components.evse_ocpp.statement import Device, Party, Statement, Terms

BERLIN = ZoneInfo("Europe/Berlin")
ANNA = Party(key="person:person.anna", name="Anna Kučera")


def session(number: int = 0, **fields: Any) -> SessionRow:
    """Return the session of an evening: 10 kWh from 18:00 to 21:00, 3 EUR."""
    begun = datetime(2026, 10, 1 + number, 18, tzinfo=BERLIN).astimezone(UTC)
    values: dict[str, Any] = {
        "uid": f"u{number}",
        "identity": "CP-1",
        "connector_id": 1,
        "started_at": begun,
        "ended_at": begun + timedelta(hours=3),
        "energy_wh": 10_000.0,
        "meter_start_wh": 1_234_000.0 + number * 10_000,
        "meter_stop_wh": 1_244_000.0 + number * 10_000,
        "id_tag": "04A1",
        "name": "Anna’s",
        "person": "person.anna",
        "cost": 3.0,
        "currency": "EUR",
    }
    return SessionRow(**values | fields)


def statement(
    *sessions: SessionRow,
    terms: Terms | None = None,
    devices: Mapping[str, Device] | None = None,
    owner: Party = ANNA,
) -> Statement:
    """Return the statement of some sessions."""
    known = {"CP-1": Device(name="Garage", model="EVSE One", serial="EV-4711", meter="EM340 22")}
    return Statement(
        owner=owner,
        sessions=sessions,
        start=datetime(2026, 10, 1, tzinfo=BERLIN),
        end=datetime(2026, 11, 1, tzinfo=BERLIN),
        made_at=datetime(2026, 11, 2, 7, tzinfo=UTC),
        zone=BERLIN,
        devices={row.identity: Device(name=row.identity) for row in sessions}
        | known
        | dict(devices or {}),
        cards={row.uid: row.name for row in sessions if row.name},
        terms=terms or Terms(currency="EUR"),
    )


def agreed(price: str = "0.30", **fields: Any) -> Terms:
    """Return the terms of an employer."""
    return Terms(price=Decimal(price), currency="EUR", **fields)
