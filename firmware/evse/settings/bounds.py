"""What bounds load balancing besides the fuse: the contract, the tariff, the breaker's heat.

They stand on the page LOADMANAGEMENT with load balancing and are in force only with it.
"""

from evse.settings.setting import Kind, Roles, Setting

OPERATOR = Roles.spelt("RW", "RW", "R")

ROWS = (
    Setting(
        # Cabur manual 10, steps 4 and 5. 100 kW is 145 A on three phases: beyond any house.
        "dlb.contract_kw",
        Kind.FLOAT,
        0.0,
        "Power of the contract",
        OPERATOR,
        0,
        100,
        "kW",
        ocpp_key="DlbContractPower",
    ),
    Setting(
        # In Germany 20 A (4.6 kVA, VDE-AR-N 4100).
        "dlb.unbalance_a",
        Kind.FLOAT,
        0.0,
        "Greatest difference of the phases",
        OPERATOR,
        0,
        80,
        "A",
        ocpp_key="DlbUnbalance",
    ),
    Setting(
        "dlb.capacity_kw",
        Kind.FLOAT,
        0.0,
        "Highest mean power of a quarter of an hour",
        OPERATOR,
        0,
        100,
        "kW",
        ocpp_key="DlbCapacity",
    ),
    Setting(
        "dlb.breaker_image",
        Kind.BOOL,
        True,
        "Let the main breaker cool",
        OPERATOR,
        ocpp_key="DlbBreakerImage",
    ),
)
