"""The service around the program: the computer's watchdog. Ours, the manual has no such page."""

from evse.settings.setting import Kind, Roles, Setting

SERVICE = Roles.spelt("RW", "RW", "UV")

ROWS = (
    Setting(
        "service.watchdog_device",
        Kind.STR,
        "",
        "Watchdog of the computer",
        SERVICE,
        maximum=64,
        pattern=r"|/[^\s]*",
        form="a path as /dev/watchdog, or empty",
        reboot=True,
    ),
    Setting(
        "service.watchdog_timeout_s",
        Kind.INT,
        15,  # the most that the watchdog of a Raspberry Pi takes
        "Time-out of the computer's watchdog",
        SERVICE,
        5,
        300,
        "s",
        reboot=True,
    ),
)
