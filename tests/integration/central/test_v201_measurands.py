"""Sampled values of OCPP 2.0.1: numbers with a power of ten."""

import pytest

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.central.v201_measurands import register_wh, samples_in

REGISTER = "Energy.Active.Import.Register"


@pytest.fixture
def charger():
    return Charger("CP-1")


@pytest.mark.parametrize(
    ("sampled", "sample"),
    [
        ({"value": 12.5}, Sample(REGISTER, 12.5)),
        ({"value": 12.5, "unitOfMeasure": {"unit": "kWh"}}, Sample(REGISTER, 12500)),
        ({"value": 12.5, "unitOfMeasure": {"multiplier": 3}}, Sample(REGISTER, 12500)),
        ({"value": "12.5", "unitOfMeasure": {"multiplier": "3"}}, Sample(REGISTER, 12500)),
        (
            {
                "value": 73,
                "measurand": "Power.Active.Import",
                "unitOfMeasure": {"unit": "kW", "multiplier": -1},
            },
            Sample("Power.Active.Import", 7300),
        ),
        (
            {"value": 16, "measurand": "Current.Import", "phase": "L1", "context": "Trigger"},
            Sample("Current.Import", 16, "L1", "Trigger"),
        ),
    ],
)
def test_values_in_the_base_unit(charger, sampled, sample):
    assert samples_in([sampled], charger) == [sample]
    assert not charger.violations


@pytest.mark.parametrize(
    ("sampled", "kept", "violation"),
    [
        ({"value": 5, "unitOfMeasure": {"multiplier": 30}}, 0, "multiplier"),
        ({"value": 5, "unitOfMeasure": {"multiplier": "k"}}, 0, "multiplier"),
        ({"value": 5, "unitOfMeasure": "kWh"}, 1, "sampledValue.unitOfMeasure"),
        ({"value": 5, "unitOfMeasure": {"unit": "Hz"}}, 1, "sampledValue.unit"),
        ({"value": "much", "unitOfMeasure": {"multiplier": 3}}, 0, "sampledValue.value"),
        ({"value": None, "unitOfMeasure": {"multiplier": 0}}, 0, "sampledValue.value"),
        ("5", 0, "sampledValue"),
    ],
)
def test_quirk_16_a_bad_field_costs_its_sample_at_most(charger, sampled, kept, violation):
    assert len(samples_in([sampled], charger)) == kept
    assert charger.violations[violation] == 1


def test_the_register_of_a_context():
    begin = Sample(REGISTER, 100.0, None, "Transaction.Begin")
    samples = [begin, Sample(REGISTER, 90.0, "L1"), Sample("SoC", 50.0), Sample(REGISTER, 140.0)]
    assert register_wh(samples, "Transaction.Begin") == 100
    assert register_wh(samples, "Transaction.End") is None
    assert register_wh(samples) == 140
    assert register_wh(samples[1:3]) is None
