"""What a device is, by its registers: every meter of the catalogue, and what cannot be told."""

import pytest

from evse.meters.catalogue import Model, catalogue
from evse.meters.recognise import plausibility, recognised
from evse.meters.registers import CURRENTS, POWERS, VOLTAGES, Quantity
from tests.firmware.emulators.catalogue_meter import CatalogueMeter

RTU = [model for model in catalogue().values() if model.line is not None]
BY_VALUES = [model for model in RTU if model.measures_currents]
TWINS = {"eastron_sdm120", "eastron_sdm230"}, {"eastron_sdm630_v2", "eastron_sdm72d_m_2"}
"""Meters with the same registers, which only a code can tell apart."""


def asked(meter: CatalogueMeter):
    """The meter as one who answers questions, and how often it was asked."""
    questions: list[tuple[int, int, int]] = []

    def ask(function_code: int, address: int, count: int) -> list[int] | None:
        questions.append((function_code, address, count))
        words = meter.holding()
        wanted = [(function_code, address + n) for n in range(count)]
        return [words[key] for key in wanted] if all(key in words for key in wanted) else None

    return ask, questions


@pytest.mark.parametrize("model", [m for m in RTU if m.identification], ids=lambda m: m.id)
def test_a_meter_with_a_code_is_certain(model: Model) -> None:
    ask, _ = asked(CatalogueMeter(model))
    found = recognised(ask)
    assert found is not None
    assert found.models == (model,)
    assert found.code_name
    assert (found.reading is not None) == model.measures_currents


@pytest.mark.parametrize("model", BY_VALUES, ids=lambda m: m.id)
@pytest.mark.parametrize(
    "house_a",
    [(4.0, 3.0, 2.0), (0.0, 0.0, 0.0), (-12.0, 6.0, 0.4), (31.0, 0.2, 17.0)],
    ids=["load", "nothing", "export", "uneven"],
)
def test_a_meter_without_a_code_is_known_by_what_it_shows(model: Model, house_a) -> None:
    ask, questions = asked(CatalogueMeter(model, tells_code=False, house_a=house_a))
    found = recognised(ask)
    assert found is not None
    ids = {each.id for each in found.models}
    assert ids == next((twins for twins in TWINS if model.id in twins), {model.id})
    assert found.reading.current_a[0] == pytest.approx(house_a[0], abs=0.01)
    assert len(questions) == len(set(questions))


@pytest.mark.parametrize(
    "given",
    [
        {"voltage_v": (12.0, 12.0, 12.0)},
        {"voltage_v": (400.0, 400.0, 400.0)},
        {"frequency_hz": 16.7},
        {"import_kwh": 4e8},
    ],
)
def test_what_cannot_be_at_the_mains_is_no_meter(given) -> None:
    ask, _ = asked(CatalogueMeter.of("chint_dtsu666", **given))
    assert recognised(ask) is None


def test_a_device_that_refuses_everything_is_no_meter() -> None:
    assert recognised(lambda *_: None) is None
    assert recognised(lambda _code, _address, count: [0] * count) is None


def test_the_ratio_of_the_transformers_is_applied() -> None:
    ask, _ = asked(CatalogueMeter.of("chint_dtsu666", ratio=40, house_a=(80.0, 40.0, 20.0)))
    reading = recognised(ask).reading
    assert reading.current_a == pytest.approx((80.0, 40.0, 20.0), rel=1e-3)
    assert reading.energy_wh == pytest.approx(1_234_500, rel=1e-3)


PLAUSIBLE = {
    **dict.fromkeys(VOLTAGES, 230.0),
    **dict.fromkeys(CURRENTS, 10.0),
    **dict.fromkeys(POWERS, 2200.0),
    Quantity.POWER: 6600.0,
    Quantity.FREQUENCY: 50.0,
}


@pytest.mark.parametrize(
    ("change", "score"),
    [
        ({}, 12),
        ({Quantity.FREQUENCY: float("nan")}, 9),
        ({Quantity.VOLTAGE_L3: 0.0, Quantity.CURRENT_L3: 0.0, Quantity.POWER_L3: 0.0}, 0),
        ({Quantity.POWER_L2: 4000.0}, 0),  # more than voltage times current
        ({Quantity.POWER: 2200.0}, 0),  # not the sum
        ({Quantity.POWER: 660.0}, 0),  # a wrong scale
        (dict.fromkeys((*CURRENTS, *POWERS, Quantity.POWER), 0.0), 10),
    ],
)
def test_powers_fit_voltages_currents_and_their_sum(change, score: int) -> None:
    assert plausibility(PLAUSIBLE | change) == score
