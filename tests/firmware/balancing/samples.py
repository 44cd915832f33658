"""Samples of a house for the tests of the bounds."""

from evse.balancing.house import HouseSample

NOTHING = (0.0, 0.0, 0.0)
ALL = (True, True, True)
ONLY_L1 = (True, False, False)


def sample(others_a=NOTHING, car_a=NOTHING, at_s=1000.0, voltage_v=None):
    """What the meter shows when the appliances draw `others_a`."""
    house_a = tuple(others + car for others, car in zip(others_a, car_a, strict=True))
    extra = {} if voltage_v is None else {"voltage_v": voltage_v}
    return HouseSample(at_s, house_a, car_a, **extra)


def on_l1(amps):
    return (amps, 0.0, 0.0)
