"""What a wallbox measures: at the car, and at the house where it has a meter there."""

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    PERCENTAGE,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfReactivePower,
    UnitOfTemperature,
)

from .entity import Value
from .features import Feature
from .sensor_description import EvseSensorDescription, measured

_AMPERE = UnitOfElectricCurrent.AMPERE


def _current(phase: int) -> Value:
    return lambda _, connector: connector.readings.current_a[phase]


def _voltage(phase: int) -> Value:
    return lambda _, connector: connector.readings.voltage_v[phase]


def _house_current(phase: int) -> Value:
    return lambda wallbox, _: wallbox.charger.house_current_a[phase]


def _other(measurand: str) -> Value:
    return lambda _, connector: connector.readings.others.get(measurand)


CURRENTS = tuple(
    measured(
        f"current_l{phase + 1}",
        _current(phase),
        SensorDeviceClass.CURRENT,
        _AMPERE,
        1,
        feature=Feature.THREE_PHASES if phase else None,
        entity_registry_enabled_default=False,
    )
    for phase in range(3)
)
VOLTAGES = tuple(
    measured(
        f"voltage_l{phase + 1}",
        _voltage(phase),
        SensorDeviceClass.VOLTAGE,
        UnitOfElectricPotential.VOLT,
        0,
        feature=Feature.THREE_PHASES if phase else None,
        entity_registry_enabled_default=False,
    )
    for phase in range(3)
)
HOUSE_CURRENTS = tuple(
    measured(
        f"house_current_l{phase + 1}",
        _house_current(phase),
        SensorDeviceClass.CURRENT,
        _AMPERE,
        1,
        per_connector=False,
        feature=Feature.HOUSE_METER,
    )
    for phase in range(3)
)
ENERGY = EvseSensorDescription(
    key="energy",
    translation_key="energy",
    device_class=SensorDeviceClass.ENERGY,
    state_class=SensorStateClass.TOTAL_INCREASING,
    native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
    suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    suggested_display_precision=3,
    available_offline=True,
    value_fn=lambda _, connector: connector.meter.shown_wh,
)
READINGS = (
    measured(
        "power",
        lambda _, connector: connector.readings.power_w,
        SensorDeviceClass.POWER,
        UnitOfPower.WATT,
        0,
    ),
    ENERGY,
    *CURRENTS,
    *VOLTAGES,
    *HOUSE_CURRENTS,
    measured(
        "offered_current",
        lambda _, connector: connector.offered_a,
        SensorDeviceClass.CURRENT,
        _AMPERE,
        1,
        entity_registry_enabled_default=False,
    ),
    measured(
        "temperature",
        lambda _, connector: connector.readings.temperature_c,
        SensorDeviceClass.TEMPERATURE,
        UnitOfTemperature.CELSIUS,
        0,
        feature=Feature.TEMPERATURE,
        entity_registry_enabled_default=False,
    ),
    measured(
        "soc",
        lambda _, connector: connector.readings.soc_percent,
        SensorDeviceClass.BATTERY,
        PERCENTAGE,
        0,
        feature=Feature.SOC,
        entity_registry_enabled_default=False,
    ),
    measured(
        "frequency",
        _other("Frequency"),
        SensorDeviceClass.FREQUENCY,
        UnitOfFrequency.HERTZ,
        2,
        feature=Feature.FREQUENCY,
        entity_registry_enabled_default=False,
    ),
    measured(
        "power_factor",
        _other("Power.Factor"),
        SensorDeviceClass.POWER_FACTOR,
        None,
        2,
        feature=Feature.POWER_FACTOR,
        entity_registry_enabled_default=False,
    ),
    measured(
        "reactive_power",
        _other("Power.Reactive.Import"),
        SensorDeviceClass.REACTIVE_POWER,
        UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
        0,
        feature=Feature.REACTIVE_POWER,
        entity_registry_enabled_default=False,
    ),
    EvseSensorDescription(
        key="export_energy",
        translation_key="export_energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
        feature=Feature.EXPORT,
        entity_registry_enabled_default=False,
        value_fn=_other("Energy.Active.Export.Register"),
    ),
)
