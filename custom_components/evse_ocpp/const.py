"""Names, defaults and bounds of what the user sets."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.const import Platform

DOMAIN: Final = "evse_ocpp"

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.DATETIME,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TEXT,
    Platform.TIME,
    Platform.UPDATE,
)

# Config entry: one OCPP server (port and path are homeassistant.const.CONF_PORT, CONF_PATH).
SECTION_ADVANCED: Final = "advanced"
CONF_INTERFACE: Final = "interface"
DEFAULT_PORT: Final = 9000
DEFAULT_INTERFACE: Final = "0.0.0.0"
DEFAULT_PATH: Final = "/ocpp"

# Options of the entry.
CONF_LEASE_S: Final = "lease_duration"
CONF_FALLBACK_A: Final = "fallback_current"
CONF_DEFAULT_MAXIMUM_A: Final = "maximum_current"
CONF_IGNORED: Final = "ignored_wallboxes"
CONF_TARIFF_ENTITY: Final = "tariff_entity"
CONF_CARD_POLICY: Final = "card_policy"  # a cards.CardPolicy; all where there is none
CONF_HOME_ASSISTANT_PORT: Final = "home_assistant_port"
CONF_TLS: Final = "tls"
TLS_NONE: Final = "none"
TLS_OWN: Final = "own"
TLS_FILES: Final = "files"
TLS_MODES: Final = (TLS_NONE, TLS_OWN, TLS_FILES)
CONF_TLS_PORT: Final = "tls_port"
CONF_TLS_CERTIFICATE: Final = "tls_certificate"
CONF_TLS_KEY: Final = "tls_key"
DEFAULT_TLS_PORT: Final = 9001
DEFAULT_LEASE_S: Final = 180
DEFAULT_FALLBACK_A: Final = 6
DEFAULT_MAXIMUM_A: Final = 16
DEFAULT_OPTIONS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        CONF_LEASE_S: DEFAULT_LEASE_S,
        CONF_FALLBACK_A: DEFAULT_FALLBACK_A,
        CONF_DEFAULT_MAXIMUM_A: DEFAULT_MAXIMUM_A,
        CONF_IGNORED: [],
        CONF_TLS: TLS_NONE,
        CONF_TLS_PORT: DEFAULT_TLS_PORT,
        CONF_HOME_ASSISTANT_PORT: False,
    }
)
"""Of a new entry. Those of an older one are completed by its migration."""

# Data of a repair issue about a wallbox; its identity is CONF_IDENTITY.
CONF_ENTRY_ID: Final = "entry_id"
CONF_PROBLEM: Final = "problem"
CONF_DETAIL: Final = "detail"

# Config subentry: one wallbox. Its name is the title, its identity the unique ID.
SUBENTRY_CHARGER: Final = "charger"
CONF_IDENTITY: Final = "identity"
CONF_MAXIMUM_A: Final = "maximum_current"
CONF_PHASES: Final = "phases"
CONF_PASSWORDLESS: Final = "passwordless"
CONF_PASSWORD_HASH: Final = "password_hash"  # noqa: S105 - a key, not a secret

# How a wallbox connects; added to its subentry later, so entries without them hold the defaults.
SECTION_CONNECTION: Final = "connection"
CONF_SECURITY: Final = "security"
SECURITY_ANY: Final = "any"
SECURITY_TLS_PASSWORD: Final = "tls_password"  # noqa: S105 - a name, not a secret
SECURITY_TLS_CERTIFICATE: Final = "tls_certificate"
SECURITY_MODES: Final = (
    SECURITY_ANY,
    "password",
    SECURITY_TLS_PASSWORD,
    SECURITY_TLS_CERTIFICATE,
)
CONF_OCPP_VERSION: Final = "ocpp_version"
OCPP_VERSION_AUTO: Final = "auto"
OCPP_VERSIONS: Final = (OCPP_VERSION_AUTO, "1.6", "2.0.1")
CONF_CLOSE_HARD: Final = "close_hard"
CONF_SERIAL: Final = "serial"
CONF_ENERGY_UNIT: Final = "energy_unit"
ENERGY_UNIT_AUTO: Final = "auto"
ENERGY_UNITS: Final = (ENERGY_UNIT_AUTO, "Wh", "kWh")

# A second back office, to which a wallbox is relayed. Without a URL there is none.
CONF_RELAY_URL: Final = "relay_url"
CONF_RELAY_IDENTITY: Final = "relay_identity"
CONF_RELAY_PASSWORD: Final = "relay_password"  # noqa: S105 - a key, not a secret
CONF_RELAY_MODE: Final = "relay_mode"
RELAY_READ_ONLY: Final = "read_only"
RELAY_MODES: Final = (RELAY_READ_ONLY, "full")

# What supplies a wallbox, and what of it depends on that; added later, as the connection.
CONF_SUPPLY: Final = "supply"  # subentry of a site or a circuit, or SUPPLY_NONE
SUPPLY_NONE: Final = "none"
CONF_WIRING: Final = "wiring"  # phases of the site, in the order of the charger's own
WIRINGS_3: Final = ("123", "231", "312", "132", "213", "321")
WIRINGS_1: Final = ("1", "2", "3")
CONF_PRIORITY: Final = "priority"
CONF_MINIMUM_A: Final = "minimum_current"
CONF_PHASE_SWITCHING: Final = "phase_switching"
CONF_SOC_ENTITY: Final = "soc_entity"
CONF_BATTERY_KWH: Final = "battery_capacity"
CONF_KWH_PER_100_KM: Final = "consumption"
CONF_EFFICIENCY: Final = "efficiency"  # percent

# Config subentry: one site, which is a grid connection with its meter. Its name is the title.
SUBENTRY_SITE: Final = "site"
CONF_FUSE_A: Final = "fuse_current"
CONF_CONTRACT_KW: Final = "contract_power"
CONF_METER_KIND: Final = "meter_kind"  # one of site_settings.MeterKind
CONF_GRID_POWER: Final = "grid_power"
CONF_GRID_EXPORT: Final = "grid_export"
CONF_GRID_POWERS: Final = ("grid_power_l1", "grid_power_l2", "grid_power_l3")
CONF_GRID_CURRENTS: Final = ("grid_current_l1", "grid_current_l2", "grid_current_l3")
CONF_GRID_INVERTED: Final = "grid_inverted"
CONF_VOLTAGES: Final = ("voltage_l1", "voltage_l2", "voltage_l3")
CONF_OWN_METER: Final = "own_meter"  # identity of a wallbox
CONF_HOUSE_RESERVE_A: Final = "house_reserve"
CONF_SOLAR: Final = "solar_power"
CONF_SOLAR_INVERTED: Final = "solar_inverted"
CONF_BATTERY_POWER: Final = "battery_power"
CONF_BATTERY_INVERTED: Final = "battery_inverted"
CONF_BATTERY_SOC: Final = "battery_soc"
CONF_BATTERY_LOCK: Final = "battery_lock"
CONF_BATTERY_RULE: Final = "battery_rule"
CONF_BATTERY_PRIORITY_SOC: Final = "battery_priority_soc"
CONF_BATTERY_MAY_DISCHARGE: Final = "battery_may_discharge"
CONF_BATTERY_BUFFER_SOC: Final = "battery_buffer_soc"
CONF_PRICE: Final = "price_entity"
CONF_PRICE_WINDOWS: Final = "price_windows"  # as tariff_text.stored
CONF_FEED_IN_PRICE: Final = "feed_in_price"
CONF_NIGHT_PRICE: Final = "night_price"
CONF_DAY_PRICE: Final = "day_price"
CONF_CO2: Final = "co2_entity"
CONF_SUN_FORECAST: Final = "sun_forecast"
CONF_DIMMING: Final = "dimming_entity"
CONF_DIMMED_KW: Final = "dimmed_power"
CONF_CAPACITY_KW: Final = "capacity_power"
CONF_UNBALANCE_A: Final = "unbalance_current"
CONF_METER_TIMEOUT_S: Final = "meter_timeout"
CONF_ROTATION_MIN: Final = "rotation"
CONF_RESIDUAL_W: Final = "residual_power"
CONF_ENABLE_S: Final = "enable_delay"
CONF_DISABLE_S: Final = "disable_delay"
CONF_PHASE_S: Final = "phase_delay"
CONF_SWITCHES: Final = "phase_switches"
CONF_ONLY_SURPLUS: Final = "only_surplus"

# Config subentry: one fuse below the main one. `CONF_SITE` is where it, or a wallbox, belongs when
# the circuit above it was removed.
SUBENTRY_CIRCUIT: Final = "circuit"
CONF_LIMIT_A: Final = "limit_current"
CONF_LIMIT_KW: Final = "limit_power"
CONF_PARENT: Final = "parent"
CONF_SITE: Final = "site"

# Bounds. 6 A is the least current a control pilot can offer (IEC 61851-1, table A.8); 32 A is what
# wallboxes for homes reach at most, 80 A what the pilot can express.
MINIMUM_CURRENT_A: Final = 6
MAXIMUM_FALLBACK_A: Final = 32
MAXIMUM_CURRENT_A: Final = 80
MINIMUM_LEASE_S: Final = 60
MAXIMUM_LEASE_S: Final = 86_400

# The wallbox's own setting for dynamic load balancing, an OCPP configuration key of this project's
# firmware: the most that the house may draw, per phase.
KEY_DLB_MAXIMUM_CURRENT: Final = "DlbMaximumCurrent"
MAXIMUM_DLB_A: Final = 250
