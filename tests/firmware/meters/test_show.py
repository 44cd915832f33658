"""Three meters of the trade on a pseudo terminal, wired as an electrician might have: found by
`evse meter probe`, checked with a car, and right with what the check says.

Real frames; only the seconds are virtual.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from evse.doctor.devices import Format
from evse.doctor.line import SerialLine
from evse.lines.modbus import ModbusLines
from evse.meters import probe
from evse.meters.commissioning import Finding, Result, Sample, advance, started, to_set
from evse.meters.correction import NO_CORRECTION, Correction, correction_of
from evse.meters.modbus import ModbusMeter
from evse.meters.probe import MeterSearch, Plan
from evse.settings.table import SETTINGS
from tests.firmware.emulators.catalogue_meter import CatalogueMeter, MeterBus, meters_on_a_line
from tests.firmware.virtual_clock import VirtualClock

HOUSE, CAR = 2, 1
DEFAULTS = {setting.key: setting.default for setting in SETTINGS}
MODELS = ("eastron_sdm630_v2", "chint_dtsu666", "carlo_gavazzi_em340")


@dataclass
class Site:
    """A house meter, the wallbox's own meter, and a car that follows after two seconds."""

    house: CatalogueMeter
    charger: CatalogueMeter
    car_phases: tuple[int, ...]
    bus: MeterBus
    lines: ModbusLines
    clock: VirtualClock

    def meter(self, emulated: CatalogueMeter, correction: Correction) -> ModbusMeter:
        line = self.lines.line(f"serial:{self.bus.path}")
        register_map = replace(emulated.model.register_map(), rest_s=0.0)
        return ModbusMeter(line, emulated.unit, register_map, self.clock, correction)

    def draw(self, amps: float) -> None:
        l1, l2, l3 = (amps if n in self.car_phases else 0.0 for n in (1, 2, 3))
        self.house.car_a = self.charger.car_a = (l1, l2, l3)

    async def check(self, correction: Correction = NO_CORRECTION) -> Result:
        house = self.meter(self.house, correction)
        charger = self.meter(self.charger, NO_CORRECTION)
        state, told = started(), [6.0, 6.0]
        while state.result is None:
            self.draw(0.97 * told[-2])
            now_s = self.clock.monotonic()
            shown, car = await house.read(), await charger.read()
            state = advance(state, Sample(now_s, shown.current_a, car.current_a), now_s)
            told.append(state.wanted_a)
            self.clock.advance(1.0)
            assert len(told) < 300
        return state.result


@contextlib.asynccontextmanager
async def site(
    name: str, car_phases: tuple[int, ...] = (1,), **wiring: object
) -> AsyncIterator[Site]:
    house = CatalogueMeter.of(name, HOUSE, tells_code=name.startswith("eastron"), **wiring)
    charger = CatalogueMeter.of("abb_b23", CAR, house_a=(0.0, 0.0, 0.0))
    with meters_on_a_line(house, charger) as bus:
        lines = ModbusLines()
        try:
            yield Site(house, charger, car_phases, bus, lines, VirtualClock())
        finally:
            await lines.close()


@pytest.mark.parametrize("name", MODELS)
async def test_from_the_box_to_a_meter_that_is_right(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found, recognised, checked: phases swapped and one transformer turned; set; checked again."""
    monkeypatch.setattr(probe, "_LONG_GAP_S", 0.02)
    async with site(name, carries="231", turned=frozenset({2})) as here:
        line = SerialLine(here.bus.path)
        try:
            found = MeterSearch(line, lambda _: None).run(Plan((Format(9600),), (CAR, HOUSE)))
        finally:
            line.close()
        models = {each.unit: each.recognised.models[0].id for each in found.found}
        assert models == {CAR: "abb_b23", HOUSE: name}
        result = await here.check()
        assert result.findings == {Finding.SWAPPED, Finding.REVERSED}
        order, inverted = to_set(result)
        assert (order, inverted) == ("231", "010")
        values = DEFAULTS | {"meter.dlb.phase_order": order, "meter.dlb.inverted": inverted}
        assert (await here.check(correction_of(values, "dlb"))).is_good


@pytest.mark.parametrize("name", MODELS)
async def test_a_transformer_the_wrong_way_round(name: str) -> None:
    async with site(name, (1, 2, 3), turned=frozenset({3})) as here:
        result = await here.check()
    assert result.findings == {Finding.REVERSED}
    assert result.reversed == (3,)


@pytest.mark.parametrize("name", MODELS)
async def test_a_frozen_meter(name: str) -> None:
    async with site(name, frozen=True) as here:
        result = await here.check()
    assert result.findings == {Finding.FROZEN}


@pytest.mark.parametrize("name", MODELS)
async def test_a_meter_that_is_right_while_the_sun_shines(name: str) -> None:
    async with site(name, (1, 2, 3), house_a=(-20.0, -3.0, 2.0)) as here:
        assert (await here.check()).is_good
