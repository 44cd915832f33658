"""Names, defaults and bounds of what the user sets."""

from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "evse_ocpp"

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TIME,
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
DEFAULT_LEASE_S: Final = 180
DEFAULT_FALLBACK_A: Final = 6
DEFAULT_MAXIMUM_A: Final = 16

# Data of the repair issue about an unknown wallbox.
CONF_ENTRY_ID: Final = "entry_id"

# Config subentry: one wallbox. Its name is the title, its identity the unique ID.
SUBENTRY_CHARGER: Final = "charger"
CONF_IDENTITY: Final = "identity"
CONF_MAXIMUM_A: Final = "maximum_current"
CONF_PHASES: Final = "phases"
CONF_PASSWORDLESS: Final = "passwordless"
CONF_PASSWORD_HASH: Final = "password_hash"  # noqa: S105 - a key, not a secret

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
