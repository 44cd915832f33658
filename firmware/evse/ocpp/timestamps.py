"""Instants as OCPP writes them (ISO 8601, OCPP-J 1.6, 3.2). Pure."""

from datetime import UTC, datetime


def text(instant: datetime) -> str:
    """An aware instant in UTC with milliseconds and Z, which every central system reads."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(value: str) -> datetime:
    """The instant, aware, in UTC; without a zone it counts as UTC. Raises ValueError."""
    instant = datetime.fromisoformat(value)
    try:
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(f"came {value!r}, allowed is an instant of the years 1 to 9999") from error
