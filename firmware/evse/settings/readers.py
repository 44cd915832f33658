"""Card readers and how cards are known: pages AUTHORIZATION (5.8.2.1), WHITELIST (5.8.1.7)."""

from evse.settings.setting import Kind, Roles, Setting

MANUFACTURER = Roles.spelt("RW", "R", "R")
OPERATOR = Roles.spelt("RW", "RW", "R")

KINDS = ("none", "simulated", "pn532", "keyboard")
MAX_WHITELIST = 100_000

_DEVICES = "as serial:/dev/ttyS3 for pn532, /dev/input/by-id/usb-…-event-kbd for keyboard"


def _kind(key: str, default: str, label: str) -> Setting:
    return Setting(key, Kind.ENUM, default, label, MANUFACTURER, choices=KINDS, reboot=True)


def _connection(key: str, label: str) -> Setting:
    return Setting(
        key,
        Kind.STR,
        "",
        label,
        MANUFACTURER,
        maximum=200,
        pattern=r"((serial:)?/\S+)?",
        form=f"a device, {_DEVICES}",
        reboot=True,
    )


ROWS = (
    _kind("reader.kind", "simulated", "Card reader"),
    _connection("reader.connection", "Device of the card reader"),
    _kind("reader.second_kind", "none", "Second card reader"),
    _connection("reader.second_connection", "Device of the second card reader"),
    Setting(
        "authorization.rfid_reader",
        Kind.BOOL,
        True,
        "Rfid reader",
        OPERATOR,
        ocpp_key="RfidReader",
    ),
    Setting(
        # The manual's page shows "Disable", its text says BE (default) or LE; the text is right.
        "authorization.tag_id_function",
        Kind.ENUM,
        "BE",
        "Tag ID function",
        OPERATOR,
        choices=("BE", "LE"),
        ocpp_key="TagIDFunction",
    ),
    Setting(
        # The maker's cards bear decimal numbers, one's own are shown as hexadecimal (5.3, 5.4).
        "authorization.tag_id_form",
        Kind.ENUM,
        "Hex",
        "Digits of a card's number",
        OPERATOR,
        choices=("Hex", "Decimal"),
        ocpp_key="TagIDForm",
    ),
    Setting(
        # Cabur manual 8.1.2, step 4. Nothing to choose: the number of either is read.
        "authorization.rfid_type",
        Kind.ENUM,
        "CPU and M1",
        "RFID Type",
        Roles.spelt("R", "R", "R"),
        choices=("CPU and M1",),
    ),
    Setting(
        "authorization.enable_local_whitelist",
        Kind.BOOL,
        True,
        "Enable local whitelist",
        OPERATOR,
        ocpp_key="EnableLocalWhitelist",
    ),
    Setting(
        "authorization.whitelist_capacity",
        Kind.INT,
        MAX_WHITELIST,
        "Cards that the local whitelist takes",
        MANUFACTURER,
        1,
        MAX_WHITELIST,
    ),
)
