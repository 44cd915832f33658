"""The catalogue of meters as a table for people and as JSON for machines. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from evse.meters.catalogue import Model
from evse.meters.registers import CURRENTS, POWERS, VOLTAGES, Quantity

_COLUMNS = ("id", "meter", "phases", "line", "measures", "facts")


def table(models: Iterable[Model]) -> str:
    """One line a meter."""
    rows = [_COLUMNS, *(_row(model) for model in models)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(model: Model) -> tuple[str, ...]:
    return (
        model.id,
        model.name,
        str(model.phases),
        factory_line(model),
        _measures(model),
        model.confidence,
    )


def factory_line(model: Model) -> str:
    """How it is reached when it is new."""
    line = model.line
    if line is None:
        return f"TCP {model.port}, address {model.unit}"
    unit = f"address {line.unit}" if line.unit else "address not known"
    rate = line.baudrate or "speed not known"
    return f"{rate} 8{line.parity}{line.stopbits}, {unit}"


def _measures(model: Model) -> str:
    groups = (
        ("V", VOLTAGES[0]),
        ("A", CURRENTS[0]),
        ("W a phase", POWERS[0]),
        ("W", Quantity.POWER),
        ("kWh", Quantity.ENERGY),
        ("export", Quantity.EXPORT),
        ("Hz", Quantity.FREQUENCY),
    )
    return ", ".join(name for name, quantity in groups if quantity in model.registers)


def as_json(models: Iterable[Model]) -> list[dict[str, Any]]:
    """Everything that the catalogue has of them."""
    return [
        {
            "id": model.id,
            "name": model.name,
            "models": model.models,
            "phases": model.phases,
            "line": None if model.line is None else asdict(model.line),
            "tcp": {"port": model.port, "unit": model.unit} if model.line is None else None,
            "function_code": model.function_code,
            "word_order": model.word_order,
            "confidence": model.confidence,
            "notes": model.notes,
            "registers": {
                quantity: {
                    "address": register.address,
                    "format": register.format,
                    "scale": register.scale,
                }
                for quantity, register in model.registers.items()
            },
        }
        for model in models
    ]
