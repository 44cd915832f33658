"""Invariant I20 with load balancing: under every bound in the very sample, but for its noise."""

from hypothesis import given
from hypothesis import strategies as st

from evse.balancing import breaker, capacity, contract, dlb, unbalance
from evse.balancing.house import HouseSample
from evse.balancing.memory import NOISE_A
from evse.core.limits import Source
from tests.firmware.balancing.samples import ALL, ONLY_L1
from tests.firmware.core.bench import DETERMINISTIC

QUARTER_BEGAN_S = 1_780_000_200.0
BOUNDS = (Source.CONTRACT, Source.UNBALANCE, Source.CAPACITY, Source.BREAKER)
AMPS = st.floats(-15, 35)
SPELL = st.tuples(st.tuples(AMPS, AMPS, AMPS), st.integers(1, 90), st.sampled_from([1.0, 5.0]))


class Bounds:
    """The bounds as the regulator is given them, with what they remember."""

    def __init__(self, used):
        self.contract = contract.ContractSettings(9.0, used)
        self.unbalance = unbalance.UnbalanceSettings(20.0, used)
        self.capacity = capacity.CapacitySettings(6.0, used)
        self.breaker = breaker.BreakerSettings(25.0, phases_used=used)
        self.quarter = capacity.CapacityState.initial()
        self.image = breaker.BreakerState.initial()

    def on_sample(self, sample, active):
        utc_s = QUARTER_BEGAN_S + sample.at_s
        self.quarter = capacity.on_sample(self.quarter, sample, self.capacity, utc_s)
        self.image = breaker.on_sample(self.image, sample, self.breaker)
        rooms = {
            Source.CONTRACT: contract.room_a(sample, self.contract),
            Source.UNBALANCE: unbalance.room_a(sample, self.unbalance),
            Source.CAPACITY: capacity.room_a(sample, self.capacity, self.quarter),
            Source.BREAKER: breaker.room_a(sample, self.breaker, self.image),
        }
        return {source: rooms[source] for source in active}


def test_i20_load_balancing_keeps_every_bound_in_the_very_sample():
    tightest = dict.fromkeys(BOUNDS, 0)

    @DETERMINISTIC
    @given(
        st.lists(SPELL, min_size=1, max_size=8),
        st.sampled_from([ALL, ONLY_L1]),
        st.sampled_from([BOUNDS, *((bound,) for bound in BOUNDS)]),
    )
    def explore(spells, used, active):
        settings = dlb.DlbSettings(25.0, 6.0, phases_used=used)
        state, bounds, now_s = dlb.DlbState.initial(), Bounds(used), 0.0
        car_a = (0.0, 0.0, 0.0)
        for others_a, count, every_s in spells:
            for _ in range(count):
                now_s += every_s
                house_a = tuple(o + c for o, c in zip(others_a, car_a, strict=True))
                sample = HouseSample(now_s, house_a, car_a)
                rooms = bounds.on_sample(sample, active)
                state = dlb.on_sample(state, sample, settings, now_s, rooms)
                budget_a = dlb.budget_a(state, settings, now_s)
                for source, room_a in rooms.items():
                    for phase in (phase for phase in range(3) if used[phase]):
                        assert budget_a[phase] <= max(0.0, room_a[phase]) + NOISE_A
                        tightest[source] += 0 < room_a[phase] <= budget_a[phase] + NOISE_A
                limit_a = dlb.limit(state, settings, now_s).amps_at(now_s)
                car_a = tuple(0.98 * limit_a * uses for uses in used)

    explore()
    assert all(tightest.values()), f"these bounds were never the tightest: {tightest}"
