"""How often the house meter is sampled on one serial line, and at what cost.

    python -m tests.bench.meter_line [--seconds 10] [--latency 0.03]

The house meter and the wallbox's own meter share a line of 9600 or 19200 baud; answers take as long
as on a real one. Prints samples a second, the longest gap between two, the age of the voltages, and
the processor's time of reading and emulating together.
"""

import argparse
import asyncio
import time
from itertools import pairwise

from evse.clock import SystemClock
from evse.lines.modbus import ModbusLines
from evse.metering import Metering
from evse.meters.modbus import ModbusMeter
from evse.meters.reading import MeterReading
from tests.firmware.emulators.catalogue_meter import CatalogueMeter, meters_on_a_line

CHARGER = "abb_b23"
HOUSES = ("eastron_sdm630_v2", "chint_dtsu666", "carlo_gavazzi_em340", "schneider_iem3155")


async def measure(house: str, baudrate: int, seconds: float, latency_s: float) -> str:
    """One line of the table."""
    meters = CatalogueMeter.of(house, 2), CatalogueMeter.of(CHARGER, 1)
    with meters_on_a_line(*meters, baudrate=baudrate) as bus:
        bus.latency_s = latency_s
        clock, lines = SystemClock(), ModbusLines()
        line = lines.line(f"serial:{bus.path}?baudrate={baudrate}")
        readers = [
            ModbusMeter(line, each.unit, each.model.register_map(), clock) for each in meters
        ]
        sampled_s: list[float] = []

        def on_house(reading: MeterReading, _chargers: object) -> None:
            sampled_s.append(reading.at_s)

        metering = Metering(
            clock, 0.2, {1: readers[1]}, readers[0], lambda *_: None, on_house, lambda: True
        )
        began_s, cpu_s = time.monotonic(), time.process_time()
        task = asyncio.create_task(metering.run())
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        cpu_s, took_s = time.process_time() - cpu_s, time.monotonic() - began_s
        await lines.close()
        steady = [at_s for at_s in sampled_s if at_s > began_s + 1.0]
        gaps_s = [b - a for a, b in pairwise(steady)]
        slow = sum(len(reader._slow) for reader in readers)
        slow_reads = sum(line.counters[each.unit].answers for each in meters)
        slow_reads -= sum(len(reader._fast) for reader in readers) * len(sampled_s)
        return (
            f"{house:22}{baudrate:7}{len(gaps_s) / sum(gaps_s):10.2f}{1000 * max(gaps_s):10.0f}"
            f"{slow * took_s / max(1, slow_reads):12.1f}{100 * cpu_s / took_s:8.1f}"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--latency", type=float, default=0.03, help="a meter's thinking, s")
    options = parser.parse_args()
    print(
        f"{'house meter':22}{'baud':>7}{'per s':>10}{'gap ms':>10}{'slow each s':>12}{'cpu %':>8}"
    )
    for baudrate in (9600, 19200):
        for house in HOUSES:
            print(asyncio.run(measure(house, baudrate, options.seconds, options.latency)))


if __name__ == "__main__":
    main()
