"""The simulated car, house and board; without hardware these are the world."""

from evse.settings.setting import Kind, Roles, Setting

EVERYONE = Roles.spelt("RW", "RW", "RW")

ROWS = (
    Setting(
        "simulation.speed",
        Kind.FLOAT,
        1.0,
        "Simulated seconds per second",
        EVERYONE,
        1,
        200,
        reboot=True,
    ),
    Setting(
        "simulation.house",
        Kind.ENUM,
        "measured",
        "Simulated house",
        EVERYONE,
        choices=("measured", "quiet"),
        reboot=True,
    ),
    Setting(
        "simulation.seed",
        Kind.INT,
        1,
        "Seed of the simulated appliances",
        EVERYONE,
        0,
        2**31 - 1,
        reboot=True,
    ),
    Setting(
        "simulation.start_minute",
        Kind.INT,
        0,
        "Start minute of the household",
        EVERYONE,
        0,
        1_000_000,
        "min",
        reboot=True,
    ),
    Setting(
        "simulation.car_reaction_s",
        Kind.FLOAT,
        2.0,
        "Time in which the simulated car follows the pilot",
        EVERYONE,
        0,
        5,  # IEC 61851-1, table A.6: a vehicle adjusts its current within 5 s
        "s",
        reboot=True,
    ),
)
