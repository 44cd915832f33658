"""What was built and wired: pages INSTALLATION (5.8.1.3) and MANUFACTURER (5.8.1.8)."""

from evse.products import PRODUCTS
from evse.settings.setting import Kind, Roles, Setting

MANUFACTURER = Roles.of("RW", "R", "R")
INSTALLER = Roles.of("RW", "RW", "R")
EVERYONE = Roles.of("RW", "RW", "RW")


ROWS = (
    Setting(
        "manufacturer.vendor",
        Kind.STR,
        "EVSE OCPP",
        "Chargepoint vendor",
        MANUFACTURER,
        1,
        20,  # OCPP 1.6, 6.7: CiString20
        reboot=True,
    ),
    Setting(
        "manufacturer.model",
        Kind.STR,
        "Simulated",
        "Chargepoint model",
        MANUFACTURER,
        1,
        20,
        reboot=True,
    ),
    Setting(
        "manufacturer.serial",
        Kind.STR,
        "",  # made on the first start
        "Chargepoint serial number",
        MANUFACTURER,
        0,
        25,  # OCPP 1.6, 6.7: CiString25
        reboot=True,
    ),
    Setting(
        "installation.connectors",
        Kind.INT,
        1,
        "Connectors",
        MANUFACTURER,
        1,
        2,
        ocpp_key="NumberOfConnectors",
        ocpp_readonly=True,
        reboot=True,
    ),
    Setting(
        "installation.product",
        Kind.ENUM,
        "generic",
        "Product profile: the defaults of the other settings",
        MANUFACTURER,
        choices=tuple(PRODUCTS),
        reboot=True,
    ),
    Setting(
        "installation.chargepoint_type",
        Kind.ENUM,
        "Public",
        "Chargepoint type (Home: cards are decided here alone)",
        INSTALLER,
        choices=("Home", "Public"),
    ),
    Setting(
        "installation.power_system",
        Kind.ENUM,
        "TN/TT",
        "Power system",
        INSTALLER,
        choices=("TN/TT", "IT"),
        reboot=True,
    ),
    Setting(
        "installation.permanently_locked_cable",
        Kind.BOOL,
        False,
        "Permanently locked cable",
        EVERYONE,
        ocpp_key="PermanentlyLockedCable",
    ),
    Setting(
        "installation.cable_rating_a",
        Kind.FLOAT,
        32.0,
        "Ampacity of the fixed cable",
        MANUFACTURER,
        6,
        80,
        "A",
        reboot=True,
    ),
    Setting(
        "installation.time_zone",
        Kind.STR,
        "",
        "Time zone",
        EVERYONE,
        maximum=60,
        pattern=r"([A-Za-z_+\-0-9]+(/[A-Za-z_+\-0-9]+)*)?",
        form="a name as Europe/Rome; empty: that of the operating system",
    ),
    Setting(
        "installation.language",
        Kind.ENUM,
        "",
        "Language of what people read (empty: that of the operating system)",
        EVERYONE,
        choices=("", "en", "it", "de", "es", "fr"),
    ),
    Setting(
        "installation.phases",
        Kind.ENUM,
        "3P+N400V",
        "Phases connected",
        INSTALLER,
        choices=("1P+N230V", "3P+N400V"),
        reboot=True,
    ),
    Setting(
        "installation.phase_rotation",
        Kind.STR,
        "0.Unknown",
        "Connector phase rotation",
        INSTALLER,
        maximum=100,
        pattern=(
            r"\d\.(NotApplicable|Unknown|RST|RTS|SRT|STR|TRS|TSR)"
            r"(,\d\.(NotApplicable|Unknown|RST|RTS|SRT|STR|TRS|TSR)){0,2}"
        ),
        form="e.g. 0.RST,1.RST (OCPP 1.6, 9.1.6)",
        ocpp_key="ConnectorPhaseRotation",
    ),
    Setting(
        "installation.cable",
        Kind.ENUM,
        "Socket",
        "Cable or Socket version",
        Roles.of("RW", "UV", "UV"),
        choices=("Cable", "Socket"),
        reboot=True,
    ),
    Setting(
        "installation.output_current_limit_a",
        Kind.FLOAT,
        32.0,
        "Output Current Limit",
        Roles.of("RW", "RW", "RW"),
        6,
        80,
        "A",
        ocpp_key="OutputCurrentLimit",
    ),
    Setting(
        "installation.max_output_current_a",
        Kind.FLOAT,
        32.0,
        "Max output current",
        MANUFACTURER,
        6,
        80,
        "A",
        ocpp_key="MaxOutputCurrent",
        ocpp_readonly=True,
    ),
    Setting(
        "installation.maximum_current_a",
        Kind.FLOAT,
        32.0,
        "Installation maximum current",
        INSTALLER,
        6,
        250,
        "A",
        ocpp_key="InstallationMaximumCurrent",
        ocpp_readonly=True,  # the supply line's limit: whoever sits far away must not raise it
    ),
)
