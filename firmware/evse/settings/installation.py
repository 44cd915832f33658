"""What was built and wired: pages INSTALLATION (5.8.1.3) and MANUFACTURER (5.8.1.8)."""

from evse.settings.setting import Kind, Roles, Setting

MANUFACTURER = Roles.of("RW", "R", "R")
INSTALLER = Roles.of("RW", "RW", "R")

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
            r"(,\d\.(NotApplicable|Unknown|RST|RTS|SRT|STR|TRS|TSR))*"
        ),
        form="e.g. 0.RST,1.RST (OCPP 1.6, 9.1.6)",
        ocpp_key="ConnectorPhaseRotation",
        ocpp_readonly=True,
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
