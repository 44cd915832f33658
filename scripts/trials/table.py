"""All trials of the campaign, by area."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Area(StrEnum):
    """A part of the campaign that can be run alone."""

    POWER = "power"
    DISK = "disk"
    CLOCK = "clock"
    NETWORK = "network"
    LINES = "lines"
    LOAD = "load"
    SOAK = "soak"
    FUZZ = "fuzz"
    SECRETS = "secrets"
    UPGRADE = "upgrade"


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial: `module` in this package has the coroutine `run(job)`.

    `full` is how much of `unit` a whole campaign does; `short` how much the one of CI does, 0
    leaves the trial out there. `environment` (scripts/environments.py) is whose interpreter runs
    it. `needs_root`: it mounts file systems or makes network namespaces.
    """

    name: str
    area: Area
    what: str
    module: str
    full: int
    short: int
    unit: str
    environment: str = "firmware-oldest"
    needs_root: bool = False
    limit_s: int = 7200
    """A trial that takes longer is ended and counts as failed."""

    def count(self, share: float) -> int:
        """Return how much to do of a campaign of this share: 1 is the whole, 0 the short one."""
        if share <= 0:
            return self.short
        return max(1, self.short, round(self.full * share))


def _fuzz(name: str, what: str, short: int = 3000, full: int = 1_000_000) -> Trial:
    """A trial that tries inputs on one interface, guided by the code that they reach."""
    module = name.replace("-", "_")
    return Trial(name, Area.FUZZ, what, module, full, short, "inputs", environment="fuzz")


TRIALS: tuple[Trial, ...] = (
    Trial(
        "wallbox-power-cuts",
        Area.POWER,
        "the power of a wallbox is cut while people, cars and a central system use it",
        "wallbox_power_cuts",
        full=500,
        short=10,
        unit="cuts",
        needs_root=True,
    ),
    Trial(
        "wallbox-update-cuts",
        Area.POWER,
        "the power of a wallbox is cut, or its program killed, while it updates itself",
        "wallbox_updates",
        full=150,
        short=2,
        unit="cuts",
        needs_root=True,
    ),
    Trial(
        "wallbox-disk",
        Area.DISK,
        "a wallbox's card is full, read-only, or damaged in a page of its database or any file",
        "wallbox_disk",
        full=300,
        short=4,
        unit="faults",
        needs_root=True,
    ),
    Trial(
        "wallbox-clock",
        Area.CLOCK,
        "the clock of a charging wallbox jumps: days, years, 1970, summer time",
        "wallbox_clock",
        full=100,
        short=3,
        unit="jumps",
    ),
    Trial(
        "house-power-cuts",
        Area.POWER,
        "the power of Home Assistant is cut in a day of charging with three wallboxes",
        "house_power_cuts",
        full=500,
        short=2,
        unit="cuts",
        needs_root=True,
    ),
    Trial(
        "house-disk",
        Area.DISK,
        "Home Assistant's disk is full, dead, read-only, or our database on it damaged",
        "house_disk",
        full=90,
        short=2,
        unit="faults",
        needs_root=True,
    ),
    Trial(
        "house-clock",
        Area.CLOCK,
        "the clock below Home Assistant jumps: days, years, summer time; a start in 1970",
        "house_clock",
        full=60,
        short=0,  # a start under such a clock takes as long as all others of this area
        unit="jumps",
    ),
    Trial(
        "network-wallbox",
        Area.NETWORK,
        "the way between wallboxes and their central system is bad, wrong or away",
        "network_wallbox",
        full=160,
        short=4,
        unit="faults",
        needs_root=True,
    ),
    Trial(
        "network-house",
        Area.NETWORK,
        "the same between Home Assistant and its wallboxes",
        "network_house",
        full=64,
        short=0,
        unit="faults",
        needs_root=True,
    ),
    Trial(
        "network-meter",
        Area.NETWORK,
        "the same between a wallbox and the Modbus TCP meter of its house",
        "network_meter",
        full=60,
        short=0,
        unit="faults",
        needs_root=True,
    ),
    _fuzz("fuzz-modbus-rtu", "answers on a serial Modbus line"),
    _fuzz("fuzz-rapi", "what an OpenEVSE board sends"),
    _fuzz("fuzz-modbus-tcp", "answers on a Modbus TCP connection"),
    _fuzz("fuzz-meters", "registers of every meter of the catalogue"),
    _fuzz("fuzz-polled-boards", "registers of EKEPC2 and simpleEVSE boards"),
    _fuzz("fuzz-pn532", "what a PN532 card reader sends"),
    _fuzz("fuzz-card-numbers", "keys of a USB reader, numbers of cards"),
    _fuzz("fuzz-sharing-bus", "frames of the sharing bus: CAN, RS-485, LAN"),
    _fuzz(
        "fuzz-sharing-group", "a wallbox with the group’s key that lies", short=1500, full=300_000
    ),
    _fuzz("fuzz-settings-import", "files of settings, both forms"),
    _fuzz(
        "fuzz-configuration",
        "configuration file, options, connection strings",
        short=800,
        full=300_000,
    ),
    _fuzz("fuzz-bundle", "update bundles, with and without the key"),
    _fuzz("fuzz-manifest", "manifests and signatures of bundles"),
    _fuzz(
        "fuzz-black-box", "recordings of a black box, and their repetition", short=800, full=100_000
    ),
    _fuzz("fuzz-mqtt", "limits and names by MQTT"),
    _fuzz("fuzz-control-socket", "lines at the control socket"),
    _fuzz("fuzz-pairing-codes", "typed codes of a group of wallboxes"),
    _fuzz("fuzz-spreadsheets", "charges with hostile names as CSV", full=300_000),
    _fuzz("fuzz-reports", "charges with hostile names as PDF", short=30, full=5000),
    Trial(
        "fuzz-commands",
        Area.FUZZ,
        "commands in any order at the control socket of a real wallbox",
        "fuzz_commands",
        full=200_000,
        short=300,
        unit="inputs",
    ),
    _fuzz("fuzz-openevse-contact", "an OpenEVSE board that answers anything", full=300_000),
    Trial(
        "lines-wallbox",
        Area.LINES,
        "serial lines, boards and meters of three real wallboxes spoilt, one for each board",
        "lines_wallbox",
        150,
        3,
        "faults",
    ),
    Trial(
        "lines-sharing",
        Area.LINES,
        "the bus of wallboxes that share a fuse spoilt: RS-485, CAN, LAN; wallboxes killed",
        "lines_sharing",
        90,
        0,
        "faults",
    ),
    Trial(
        "lines-reader",
        Area.LINES,
        "the serial line of a real wallbox’s card reader spoilt, the reader silent or pulled out",
        "lines_reader",
        64,
        1,
        "faults",
    ),
    Trial(
        "thirty-two-on-one-fuse",
        Area.LOAD,
        "32 real wallboxes share a fuse over the LAN: messages lost, wallboxes and masters killed",
        "one_fuse",
        24,
        1,
        "faults",
    ),
    Trial(
        "thirty-two-under-one-site",
        Area.LOAD,
        "32 light wallboxes under one site of Home Assistant: kettles, links cut, meter silent",
        "site_fuse",
        24,
        0,
        "faults",
    ),
    Trial(
        "fuzz-ports",
        Area.FUZZ,
        "raw TCP, TLS, HTTP and websocket at the central system's ports",
        "fuzz_ports",
        600,
        8,
        "seconds",
    ),
    Trial(
        "fuzz-ocpp-16",
        Area.FUZZ,
        "OCPP 1.6 calls and answers of a charger",
        "fuzz_ocpp_16",
        1_000_000,
        5_000,
        "messages",
    ),
    Trial(
        "fuzz-ocpp-201",
        Area.FUZZ,
        "OCPP 2.0.1 calls and answers of a charger",
        "fuzz_ocpp_201",
        1_000_000,
        5_000,
        "messages",
    ),
    Trial(
        "fuzz-ocpp-wallbox",
        Area.FUZZ,
        "OCPP 1.6 calls and answers of a central system",
        "fuzz_ocpp_wallbox",
        1_000_000,
        1_000,
        "messages",
    ),
    Trial(
        "fuzz-central",
        Area.FUZZ,
        "a hostile central system on a real websocket to a wallbox",
        "fuzz_central",
        50_000,
        400,
        "messages",
    ),
    Trial(
        "fuzz-http",
        Area.FUZZ,
        "requests to the local API as its document has them, and as not",
        "fuzz_http",
        600,
        0,  # tests/firmware/web/test_schemathesis.py is the short one
        "seconds",
    ),
    Trial(
        "fuzz-http-raw",
        Area.FUZZ,
        "raw HTTP at the local page and its API",
        "fuzz_http_raw",
        1_000_000,
        1_500,
        "requests",
    ),
    Trial(
        "fuzz-home-assistant",
        Area.FUZZ,
        "actions, commands, forms and raw HTTP at the integration in Home Assistant",
        "fuzz_home_assistant",
        20_000,
        0,  # its start takes as long as all others of this area
        "inputs",
    ),
    Trial(
        "secrets-canaries",
        Area.SECRETS,
        "every secret of both programs, used rightly and wrongly, and looked for everywhere",
        "secrets_canaries",
        5,
        1,
        "rounds",
    ),
    Trial(
        "three-hundred-wallboxes",
        Area.LOAD,
        "many wallboxes at one Home Assistant, cars come and go",
        "three_hundred",
        300,
        0,
        "wallboxes",
    ),
    Trial(
        "reconnect-storm",
        Area.LOAD,
        "Home Assistant is killed and all wallboxes come back at once",
        "reconnect_storm",
        300,
        30,
        "wallboxes",
    ),
    Trial(
        "soak-real",
        Area.SOAK,
        "Home Assistant, three real wallboxes and a fleet of twenty at full rate",
        "soak_real",
        3600,
        10,
        "seconds",
    ),
    Trial(
        "soak-days",
        Area.SOAK,
        "simulated days of a wallbox, with cars, transactions and all that it keeps",
        "soak_days",
        30,
        0,
        "days",
    ),
    Trial(
        "soak-days-house",
        Area.SOAK,
        "simulated days of Home Assistant with a site, three wallboxes, sun, prices and plans",
        "soak_days_house",
        30,
        0,
        "days",
    ),
    Trial(
        "upgrades",
        Area.UPGRADE,
        "this version starts on what earlier ones left, and they on what it leaves",
        "upgrades",
        full=7,
        short=1,
        unit="versions",
    ),
)
