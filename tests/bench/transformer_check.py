"""How often the check of the house meter's transformers decides, how fast, and whether it is right.

    python -m tests.bench.transformer_check [--houses 600]

Houses live on meanwhile, each kind of noise in as many; transformers sit on any phase, some the
wrong way round, some on another cable; cars draw from one, two or three phases.
"""

import argparse
import random
from statistics import median

from evse.meters.commissioning import Finding, Result, advance, started
from tests.firmware.meters.noisy_house import NOISE, NoisyHouse, truth


def check(house: NoisyHouse) -> tuple[Result, float]:
    """The result, and after how many seconds it came."""
    state, now_s = started(), 0.0
    while state.result is None:
        state = advance(state, house.sample(now_s, state.wanted_a), now_s)
        now_s += house.period_s
    return state.result, now_s


def some_house(seed: int, noise: str) -> NoisyHouse:
    """A house with transformers put on at random."""
    chance = random.Random(f"{noise} {seed}")
    order = ["1", "2", "3"]
    chance.shuffle(order)
    return NoisyHouse(
        seed,
        car_phases=chance.choice([(1,), (2,), (1, 2), (1, 2, 3)]),
        carries="".join(order),
        turned=frozenset(n for n in (1, 2, 3) if chance.random() < 0.25),
        missing=frozenset([chance.randint(1, 3)] if chance.random() < 0.3 else []),
        **NOISE[noise],
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--houses", type=int, default=600)
    houses = parser.parse_args().houses
    print(f"{'noise':14}{'decided %':>10}{'wrong':>7}{'median s':>10}")
    for noise in NOISE:
        took_s, wrong = [], 0
        for seed in range(houses):
            house = some_house(seed, noise)
            result, seconds = check(house)
            if Finding.NOT_SURE in result.findings:
                continue
            took_s.append(seconds)
            wrong += (result.findings, set(result.reversed), set(result.following)) != truth(house)
        middle = f"{median(took_s):.0f}" if took_s else "–"
        print(f"{noise:14}{100 * len(took_s) / houses:10.0f}{wrong:7}{middle:>10}")


if __name__ == "__main__":
    main()
