"""`evse meter models`, `read`, `probe`, `check`, `zero`: the meters on the command line."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evse.configuration import Commands, add_configuration, add_running
from evse.doctor.command import addresses

if TYPE_CHECKING:
    from evse.meters.catalogue import Model
    from evse.meters.correction import Correction
    from evse.meters.quality import MeterQuality
    from evse.meters.reading import MeterReading
    from evse.meters.registers import RegisterMap

FAILED_STATUS = 1
USAGE_STATUS = 2


def add_meter(commands: Commands, default_state_dir: Path) -> None:
    """Add `evse meter …` to the commands of a parser."""
    meter = commands.add_parser(
        "meter", help="meters: known models, one reading, find what is there"
    )
    what = meter.add_subparsers(dest="meter_command", required=True, metavar="COMMAND")
    models = what.add_parser("models", help="the meters that are known")
    models.add_argument("--json", action="store_true", help="print JSON")
    models.set_defaults(run=_models)
    check = what.add_parser(
        "check",
        help="check the house meter with a car that charges",
        description="Raise and lower the current of a car that charges, and see which phases of "
        "the house meter follow, and in which direction.",
    )
    check.add_argument("--connector", type=int, default=1, metavar="N", help="default: 1")
    check.add_argument("--store", action="store_true", help="set what was found")
    check.add_argument("--json", action="store_true", help="print JSON")
    add_running(check, default_state_dir)
    check.set_defaults(run=_check)
    zero = what.add_parser(
        "zero",
        help="let the energy that people are shown begin at zero",
        description="Set the shown energy of a connector to zero (SetZero). What is reported to "
        "the central system goes on counting.",
    )
    zero.add_argument("--connector", type=int, default=1, metavar="N", help="default: 1")
    add_running(zero, default_state_dir)
    zero.set_defaults(run=_zero)
    for name, do, text in (
        ("read", _read, "one reading of a meter"),
        ("probe", _probe, "find the meters on a line, and say what they are; it only reads"),
    ):
        parser = what.add_parser(name, help=text, description=text)
        _add_meter(parser, default_state_dir)
        parser.set_defaults(run=partial(_run, do))
        if name == "probe":
            parser.add_argument(
                "--units", type=addresses, metavar="LIST", help="addresses to try (default: 1-10)"
            )
            parser.add_argument(
                "--full", action="store_true", help="every speed and address; may take an hour"
            )


def _add_meter(parser: argparse.ArgumentParser, default_state_dir: Path) -> None:
    parser.add_argument(
        "meter",
        nargs="?",
        default="dlb",
        choices=("internal", "dlb"),
        help="which meter of the settings (default: dlb)",
    )
    parser.add_argument("--model", metavar="ID", help="a model of evse meter models")
    parser.add_argument(
        "--connection",
        metavar="TEXT",
        help="serial:/dev/ttyUSB0 or tcp://host, not that of the settings",
    )
    parser.add_argument("--unit", type=_unit, metavar="N", help="its Modbus address")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_configuration(parser, default_state_dir)


def _unit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 247:
        raise argparse.ArgumentTypeError(f"came {text!r}, allowed 1 … 247")
    return int(text)


@dataclass(frozen=True, slots=True)
class _Target:
    """The meter that is meant: settings, and over them what the command line says."""

    setting: str
    connection: str
    unit: int
    model: "Model | None"
    register_map: "Callable[[], RegisterMap]"
    correction: "Correction"


def _run(do: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    import sqlite3

    from evse.alone import AlreadyRunningError
    from evse.doctor.line import PortError
    from evse.lines.failure import Failure
    from evse.meters.reading import MeterError

    try:
        return do(args)
    except KeyboardInterrupt:
        sys.stderr.write("evse: interrupted\n")
    except MeterError as error:
        unlike = error.failure in {Failure.EXCEPTION, Failure.NONSENSE}
        hint = "; another model? evse meter probe finds out" if unlike else ""
        sys.stderr.write(f"evse meter: {error}{hint}\n")
    except PortError as error:
        sys.stderr.write(f"evse meter: {error}\n")
    except AlreadyRunningError as error:
        sys.stderr.write(f"evse meter: {error}; end it first: sudo systemctl stop evse\n")
    except (ValueError, sqlite3.Error, OSError) as error:
        sys.stderr.write(f"evse meter: {error}\n")
        return USAGE_STATUS
    return FAILED_STATUS


def _check(args: argparse.Namespace) -> int:
    from evse.meters.check_command import run_check

    return run_check(args)


def _zero(args: argparse.Namespace) -> int:
    from evse.local.client import ControlError, ask

    try:
        told = ask(args.state, "meter-zero", connector=args.connector)
    except ControlError as error:
        sys.stderr.write(f"evse meter zero: {error}\n")
        return FAILED_STATUS
    sys.stdout.write(f"shown energy is 0 now (the meter is at {told['zero_wh'] / 1000:.3f} kWh)\n")
    return 0


def _models(args: argparse.Namespace) -> int:
    from evse.meters.catalogue import catalogue
    from evse.meters.model_table import as_json, table

    models = list(catalogue().values())
    shown = (
        json.dumps(as_json(models), indent=2, ensure_ascii=False) if args.json else table(models)
    )
    sys.stdout.write(f"{shown}\n")
    return 0


def _target(args: argparse.Namespace) -> _Target:
    """Raises ValueError, AlreadyRunningError, OSError and `sqlite3.Error`."""
    import asyncio

    from evse.meters.catalogue import model_of
    from evse.meters.correction import correction_of
    from evse.settings import meter_maps

    values = asyncio.run(_values(args))
    name = f"meter.{args.meter}"
    if args.model is not None:
        values |= {f"{name}.model": model_of(args.model).id}
    if args.connection is not None:
        values |= {f"{name}.connection": args.connection}
    if values[f"{name}.connection"] == meter_maps.SIMULATED:
        raise ValueError(f"{name}.connection: came 'simulated', allowed a real meter: --connection")
    chosen = meter_maps.model(values, args.meter)
    unit = meter_maps.unit(values, f"{name}.unit")
    if args.connection is not None and chosen is not None and not values[f"{name}.unit"]:
        unit = chosen.unit or unit  # a meter that is only tried is as it left the factory
    return _Target(
        name,
        meter_maps.connection(values, args.meter),
        args.unit or unit,
        chosen,
        partial(meter_maps.register_map, values, args.meter),
        correction_of(values, args.meter),
    )


async def _values(args: argparse.Namespace) -> dict[str, Any]:
    """The settings in force; with a connection on the command line only their defaults."""
    from evse.alone import alone
    from evse.settings.table import SETTINGS
    from evse.settings.values import Settings
    from evse.storage.database import Database
    from evse.storage.values import Values

    if args.connection is not None and args.config is None and not args.overrides:
        return {setting.key: setting.default for setting in SETTINGS}
    with alone(args.state):
        database = await Database.open(args.state / "evse.sqlite")
        try:
            settings = await Settings.load(Values(database), args.config, args.overrides)
            return dict(settings.values)
        finally:
            await database.close()


def _read(args: argparse.Namespace) -> int:
    import asyncio

    from evse.meters.probe_report import shown

    target = _target(args)
    _refuse_if_held(target.connection)
    reading, quality = asyncio.run(_one_reading(target))
    if args.json:
        document = {"reading": asdict(reading), "quality": quality.as_json()}
        sys.stdout.write(f"{json.dumps(document, indent=2)}\n")
    else:
        what = target.model.name if target.model else "registers typed in by hand"
        sys.stdout.write(f"{what}, address {target.unit} on {quality.connection}\n")
        sys.stdout.write(f"  {shown(reading)}\n")
        sys.stdout.write(f"  {quality.requests} requests, {quality.answer_mean_ms} ms each\n")
    return 0


async def _one_reading(target: _Target) -> "tuple[MeterReading, MeterQuality]":
    from evse.clock import SystemClock
    from evse.lines.modbus import ModbusLines
    from evse.meters.modbus import ModbusMeter

    lines = ModbusLines()
    line = lines.line(target.connection)
    meter = ModbusMeter(line, target.unit, target.register_map(), SystemClock(), target.correction)
    try:
        return await meter.read(), meter.quality()
    finally:
        await lines.close()


def _probe(args: argparse.Namespace) -> int:
    from evse.doctor.devices import Format
    from evse.doctor.line import SerialLine
    from evse.doctor.terminal import progress
    from evse.lines.connection import SerialConnection, parse_connection
    from evse.meters.probe import ALL_UNITS, UNITS, MeterSearch, Plan, formats
    from evse.meters.probe_report import Wanted, as_json, text, verdicts
    from evse.meters.tcp_line import TcpLine

    target = _target(args)
    connection = parse_connection(target.connection)
    _refuse_if_held(target.connection)
    units = args.units or (ALL_UNITS if args.full else tuple(dict.fromkeys((target.unit, *UNITS))))
    expected: Format | None = None
    tried: tuple[Format, ...] = (Format(9600),)
    line: SerialLine | TcpLine
    if isinstance(connection, SerialConnection):
        expected = Format(connection.baudrate, connection.parity, connection.stopbits)
        tried, line = formats(expected, full=args.full), SerialLine(connection.device)
    else:
        line = TcpLine(connection)
    plan = Plan(tried, units, tuple(dict.fromkeys((target.unit, *units[:2]))))
    tell = progress()
    try:
        probed = MeterSearch(line, tell).run(plan)
    finally:
        tell("")
        line.close()
    wanted = Wanted(connection, target.setting, target.model, target.unit, expected)
    if args.json:
        sys.stdout.write(f"{json.dumps(as_json(probed, wanted), indent=2, ensure_ascii=False)}\n")
    else:
        sys.stdout.write(text(probed, wanted))
    problem = any(verdict.is_problem for verdict in verdicts(probed, wanted))
    return FAILED_STATUS if problem else 0


def _refuse_if_held(connection: str) -> None:
    """Two programs on one line would break the frames of both. Raises PortError."""
    from evse.doctor.line import PortError, PortTrouble
    from evse.doctor.ports import holders
    from evse.lines.connection import SerialConnection, parse_connection

    parsed = parse_connection(connection)
    if not isinstance(parsed, SerialConnection):
        return
    for holder in holders(parsed.device):
        who = "the wallbox program" if holder.is_wallbox else f"{holder.command!r}"
        uses = "uses it" if holder.sure else "may use it, which only root can see"
        end = "end it first: sudo systemctl stop evse" if holder.is_wallbox else "end it first"
        raise PortError(
            PortTrouble.BUSY, f"{parsed.device}: {who} (process {holder.pid}) {uses}; {end}"
        )
