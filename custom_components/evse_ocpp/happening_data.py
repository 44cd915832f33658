"""A happening at a wallbox as plain data: for event entities, automations and the logbook."""

from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .cards import Cards
from .central.happenings import Happening, HappeningKind
from .central.transaction import Transaction
from .hub import EvseOcppConfigEntry
from .wallbox import Wallbox

EVENT = "evse_ocpp_event"
"""Fired on Home Assistant's bus for each happening that a person may want to know of."""
TOLD = frozenset(HappeningKind) - {HappeningKind.CERTIFICATE_REQUEST}
_WH_PER_KWH = 1000


def happening_data(happening: Happening, cards: Cards) -> dict[str, Any]:
    """Return the details as JSON values; energy in kWh, times as ISO 8601, UTC.

    `card` is what the user calls the card, where it is known.
    """
    details = dict(happening.details)
    if "type" in details:  # of a security event; the happening itself has a type too
        details["security_event"] = details.pop("type")
    transaction = details.pop("transaction", None)
    data = {"connector": happening.connector_id, "at": happening.at.isoformat(), **details}
    if isinstance(transaction, Transaction):
        data |= {
            "transaction_id": transaction.id,
            "id_tag": transaction.id_tag,
            "started_at": transaction.started_at.isoformat(),
        }
        if transaction.ended_at is not None:
            data |= {
                "ended_at": transaction.ended_at.isoformat(),
                "energy_kwh": round(transaction.energy_wh / _WH_PER_KWH, 3),
                "reason": transaction.reason or "Local",
            }
    if (name := cards.name(data.get("id_tag"))) is not None:
        data["card"] = name
    return data


@callback
def async_fire_happenings(hass: HomeAssistant, entry: EvseOcppConfigEntry) -> None:
    """Fire `EVENT` for what happens at the wallboxes of an entry, until it is unloaded."""
    followed: dict[str, Wallbox] = {}

    @callback
    def follow(wallbox: Wallbox) -> None:
        if followed.get(wallbox.subentry_id) is wallbox:
            return
        followed[wallbox.subentry_id] = wallbox

        @callback
        def fire(happening: Happening) -> None:
            if happening.kind not in TOLD:
                return
            data = {"type": str(happening.kind), "identity": wallbox.charger.identity}
            identifier = wallbox.device_identifier(happening.connector_id or 1)
            for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
                if identifier in device.identifiers:
                    data["device_id"] = device.id
            hass.bus.async_fire(EVENT, data | happening_data(happening, entry.runtime_data.cards))

        entry.async_on_unload(wallbox.charger.listen(fire))

    entry.async_on_unload(entry.runtime_data.async_on_shape(follow))
