"""The power of the contract: `P_charger = contract − loads` (Cabur manual 10, steps 4 and 5).

The manual's example: of 3.7 kW other loads take 2 kW, so 1.7 kW are left for the car. A meter of
the energy provider that switches off above the contract (Italy) does so for the sum of all phases,
so it is the sum that counts here.
"""

from dataclasses import dataclass

from evse.balancing.house import HouseSample, Phases
from evse.balancing.power import UNBOUND_A, Used, loads_w, room_of_power_a
from evse.balancing.setting_checks import check_amount, check_used

W_PER_KW = 1000.0


@dataclass(frozen=True, slots=True)
class ContractSettings:
    """`contract_kw`: the contract over all phases, 0 for none. `phases_used`: by the cars.

    ValueError when no phase is used or the contract is negative or not finite.
    """

    contract_kw: float = 0.0
    phases_used: Used = (True, True, True)

    def __post_init__(self) -> None:
        check_amount("contract_kw", self.contract_kw)
        check_used("phases_used", self.phases_used)


def charger_w(sample: HouseSample, settings: ContractSettings) -> float:
    """The power left for the cars, W; negative when the loads alone exceed the contract.

    Never more than the contract, even while the roof exports: "the maximum output power … must be
    equal to the maximum available power from the supply network" (step 4). It also bounds what a
    reversed current clamp can do.
    """
    loads = loads_w(sample, settings.phases_used)
    return settings.contract_kw * W_PER_KW - max(0.0, loads)


def room_a(sample: HouseSample, settings: ContractSettings) -> Phases:
    """A per phase for the cars; infinite on phases which they don't use, or without a contract."""
    if settings.contract_kw <= 0:
        return UNBOUND_A
    return room_of_power_a(charger_w(sample, settings), sample, settings.phases_used)
