"""The capacity tariff: the mean of each quarter of an hour, on virtual time."""

from dataclasses import dataclass, field

import pytest

from custom_components.evse_ocpp.energy.capacity import QUARTER_S, Quarter, allowed_w, on_sample

NOON_S = 1_780_000_200.0  # begins a quarter
LIMIT_W = 6900.0


@dataclass
class Imports:
    """Seconds of import; a car that takes what is allowed, up to `most_w`."""

    utc_s: float = NOON_S
    most_w: float = 11_000.0
    state: Quarter = field(default_factory=Quarter)
    imported_ws: float = 0.0
    means_w: list[float] = field(default_factory=list)

    def run(self, seconds, house_w):
        for _ in range(seconds):
            car_w = max(0.0, min(self.most_w, allowed_w(self.state, LIMIT_W) - house_w))
            if self.state.at_s is None:
                car_w = 0.0
            power_w = house_w + car_w
            self.state = on_sample(self.state, self.utc_s, self.utc_s, power_w, LIMIT_W)
            self.imported_ws += max(0.0, power_w)
            self.utc_s += 1.0
            if self.utc_s % QUARTER_S == 0:
                self.means_w.append(self.imported_ws / QUARTER_S)
                self.imported_ws = 0.0
        return self


def test_a_car_beside_a_steady_house_takes_the_limit():
    means_w = Imports().run(3 * 900, 2000.0).means_w
    assert max(means_w) <= LIMIT_W
    assert min(means_w) > 0.98 * LIMIT_W


def test_what_a_quarter_saved_is_given_to_its_rest_and_not_to_the_next():
    imports = Imports(most_w=0.0).run(600, 1000.0)
    assert allowed_w(imports.state, LIMIT_W) > 2 * LIMIT_W
    imports.run(298, 1000.0)
    assert allowed_w(imports.state, LIMIT_W) < LIMIT_W


def test_what_the_house_overdrew_is_taken_back():
    imports = Imports().run(300, 11_000.0).run(600, 0.0)
    assert imports.means_w[0] == pytest.approx(LIMIT_W, rel=0.01)


@pytest.mark.parametrize("begin_s", [1.0, 450.0, 880.0])
def test_what_was_before_a_start_counts_as_the_limit(begin_s):
    imports = Imports(NOON_S + begin_s).run(2, 0.0)
    assert imports.state.imported_ws == pytest.approx(LIMIT_W * begin_s, rel=0.01, abs=LIMIT_W)


def test_a_silence_counts_as_the_limit_and_a_clock_that_goes_back_as_nothing():
    imports = Imports(most_w=0.0).run(100, 1000.0)
    before_ws = imports.state.imported_ws
    imports.utc_s += 60.0
    imports.run(1, 1000.0)
    assert imports.state.imported_ws - before_ws == pytest.approx(61 * LIMIT_W)
    back = on_sample(imports.state, imports.state.at_s - 5, imports.utc_s - 30, 1000.0, LIMIT_W)
    assert back.imported_ws == imports.state.imported_ws
