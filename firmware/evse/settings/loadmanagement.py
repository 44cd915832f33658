"""Dynamic load balancing: page LOADMANAGEMENT (5.8.1.9)."""

from evse.settings.setting import WEB_ADDRESS, Kind, Roles, Setting

OPERATOR = Roles.spelt("RW", "RW", "R")

ROWS = (
    Setting(
        "loadmanagement.dlb_function",
        Kind.ENUM,
        "DLB",
        "DLB function",
        OPERATOR,
        choices=("Disable", "DLB", "DLM"),
        manual=("LoadBalance Switch",),
        ocpp_key="DlbFunction",
    ),
    Setting(
        "dlb.maximum_current_a",
        Kind.FLOAT,
        25.0,
        "DLB maximum current (A)",
        OPERATOR,
        6,
        250,
        "A",
        manual=("Max House Current",),
        ocpp_key="DlbMaximumCurrent",
    ),
    Setting(
        # The manual is silent about a lost meter; a car that goes on slowly is what a user expects.
        "dlb.fallback_current_a",
        Kind.FLOAT,
        6.0,
        "Current while the DLB meter is silent",
        OPERATOR,
        0,
        80,
        "A",
        ocpp_key="DlbFallbackCurrent",
    ),
    Setting(
        "dlb.settle_s",
        Kind.INT,
        20,
        "Wait before current is given back",
        OPERATOR,
        1,
        600,
        "s",
        ocpp_key="DlbSettleTime",
    ),
    Setting(
        "dlb.pid",
        Kind.STR,
        "500,1800,10",
        "PID coefficient adjustment",
        OPERATOR,
        maximum=14,
        pattern=r"([0-4]?\d{1,3}|5000) ?, ?([0-2]?\d{1,3}|3000) ?, ?(1?\d{1,2}|200)",
        form="three whole numbers as 500,1800,10; at most 5000,3000,200",
        ocpp_key="DlbPid",
    ),
    Setting(
        # The manual's permissions, strange as they are: the operator is not to see it.
        "loadmanagement.meters_list_url",
        Kind.STR,
        "",
        "DLB kWh meters list url",
        Roles.spelt("RW", "UV", "RW"),
        maximum=512,
        pattern=WEB_ADDRESS,
        form="http://… or https://…, or empty",
    ),
)
