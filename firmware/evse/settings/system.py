"""Page SYSTEM (5.8.1.4): the program itself, its updates, who logs in, its clock; and the buttons
of the pages MANUFACTURER and LOADMANAGEMENT.

No password is a setting: of an account's password only a hash is kept, so that it is set by a
button. Setting one asks for the permission to write it.
"""

from evse.settings.fact import READ_BY_ALL, Argument, Button, Fact
from evse.settings.setting import Kind, Page, Roles, Setting

EVERYONE = Roles.spelt("RW", "RW", "RW")
INSTALLER = Roles.spelt("RW", "RW", "R")
OPERATOR = Roles.spelt("RW", "RW", "UV")
MANUFACTURER = Roles.spelt("RW", "UV", "UV")

_ACCOUNTS = {"manufacturer": MANUFACTURER, "operator": OPERATOR, "user": EVERYONE}


def _login(name: str, roles: Roles) -> Setting:
    return Setting(
        f"system.{name}_login",
        Kind.STR,
        name,
        f"{name.capitalize()} login",
        roles,
        1,
        32,
        pattern=r"[A-Za-z0-9_.@\-]+",
        form="letters, digits and _.@-",
    )


def _url(key: str, default: str, label: str, roles: Roles, schemes: str) -> Setting:
    return Setting(
        key,
        Kind.STR,
        default,
        label,
        roles,
        maximum=512,
        pattern=rf"|({schemes})://[^\s/?#]+[^\s]*",
        form=" or ".join(f"{scheme}://…" for scheme in schemes.split("|")) + ", or empty",
    )


ACCOUNT_ROWS = tuple(_login(name, roles) for name, roles in _ACCOUNTS.items())

UPDATE_ROWS = (
    _url("system.firmware_update_url", "", "Firmware update url", EVERYONE, "https|http|ftps|ftp"),
    Setting("update.check", Kind.BOOL, True, "Look for updates", INSTALLER),
    _url("update.feed_url", "", "Address of the list of updates", INSTALLER, "https|http"),
)

LOG_ROWS = (
    Setting(
        "system.log_password",
        Kind.STR,
        "",
        "Log password",
        OPERATOR,
        maximum=64,
        pattern=r"|.{8,64}",
        form="8 to 64 characters, or empty: no log can be downloaded",
        secret=True,
    ),
)

TIME_ROWS = (Setting("time.ntp", Kind.BOOL, True, "Time from the network (NTP)", EVERYONE),)

WEB_ROWS = (
    Setting("web.enabled", Kind.BOOL, True, "Local web page", INSTALLER, reboot=True),
    Setting(
        "web.https_port",
        Kind.INT,
        443,
        "Port of the local web page (HTTPS)",
        INSTALLER,
        1,
        65_535,
        reboot=True,
    ),
    Setting(
        "web.http_port",
        Kind.INT,
        80,
        "Port that leads to it (HTTP)",
        INSTALLER,
        0,
        65_535,
        reboot=True,
    ),
)

MQTT_ROWS = (
    Setting("mqtt.enabled", Kind.BOOL, False, "Publish to an MQTT broker", INSTALLER),
    _url("mqtt.url", "", "Address of the MQTT broker", INSTALLER, "mqtt|mqtts"),
    Setting("mqtt.user", Kind.STR, "", "User at the MQTT broker", INSTALLER, maximum=128),
    Setting(
        "mqtt.password",
        Kind.STR,
        "",
        "Password at the MQTT broker",
        OPERATOR,
        maximum=128,
        secret=True,
    ),
    Setting(
        "mqtt.topic",
        Kind.STR,
        "evse",
        "Topic under which values are published",
        INSTALLER,
        1,
        128,
        pattern=r"[^\s#+/$][^\s#+]*",
        form="text without spaces, # and +",
    ),
    Setting("mqtt.discovery", Kind.BOOL, True, "Discovery by Home Assistant", INSTALLER),
    Setting("mqtt.allow_control", Kind.BOOL, False, "Current limit may be set by MQTT", INSTALLER),
    Setting(
        "mqtt.ca_file",
        Kind.STR,
        "",
        "File with the root certificate of the MQTT broker",
        INSTALLER,
        maximum=512,
        # No device: who reads a serial line may never come to its end.
        pattern=r"|/(?!(dev|proc|sys)/)[^\s/.][^\s/]*(/[^\s/.][^\s/]*)*",
        form="a path as /etc/evse/ca.pem, or empty",
    ),
)

ROWS = ACCOUNT_ROWS + LOG_ROWS + UPDATE_ROWS + TIME_ROWS + WEB_ROWS + MQTT_ROWS

FACTS = (
    Fact("system.software_version", Page.SYSTEM, Kind.STR, "Software Version", roles=READ_BY_ALL),
    Fact("system.serial", Page.SYSTEM, Kind.STR, "Charge controller serial", roles=READ_BY_ALL),
)


def _button(
    name: str, label: str, roles: Roles, argument: Argument = "", *, danger: bool = False
) -> Button:
    return Button(f"system.{name}", Page.SYSTEM, label, roles, argument, danger)


BUTTONS = (
    _button("firmware_update", "Update firmware", EVERYONE, "text"),
    _button("factory_reset", "Restore to factory settings", INSTALLER, danger=True),
    _button("soft_reset", "Soft reset", EVERYONE),
    _button("restart", "Restart", EVERYONE),
    *(
        _button(f"{name}_password", f"{name.capitalize()} password", roles, "secret")
        for name, roles in _ACCOUNTS.items()
    ),
    Button(
        "manufacturer.simulate_swipe_card",
        Page.MANUFACTURER,
        "SimulateSwipeCard",
        MANUFACTURER,
        "text",
    ),
    Button("manufacturer.debug", Page.MANUFACTURER, "DEBUG", MANUFACTURER),
    Button("loadmanagement.set_zero", Page.LOADMANAGEMENT, "Set Zero", OPERATOR),
    Button(
        "loadmanagement.download_register_list",
        Page.LOADMANAGEMENT,
        "Download register list with compatible DLB kWh meters",
        OPERATOR,
    ),
)
