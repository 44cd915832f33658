"""The service around the program: the computer's watchdog. Ours, the manual has no such page."""

from evse.settings.setting import Kind, Roles, Setting

SERVICE = Roles.of("RW", "RW", "UV")

ROWS = (
    Setting(
        "service.watchdog_device",
        Kind.STR,
        "",
        "Watchdog of the computer, which restarts it when the control turns stop; empty: none",
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
        "After so long without control turns the computer restarts",
        SERVICE,
        5,
        300,
        "s",
        reboot=True,
    ),
)
