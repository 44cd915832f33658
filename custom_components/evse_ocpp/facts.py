"""A charger as decisions see it: nothing but the facts that they depend on."""

from .central.charger import Charger, ChargerStatus, Connector
from .central.limits import FLOWS_FROM_A, flow_a, watt_phases_of
from .energy.allowance import Occupancy
from .energy.orders import ChargerFacts, ConnectorFacts

FREE_CHARGING_KEY = "FreeCharging"
"""Configuration key of wallboxes which do free charging by themselves, also while we are away."""

_OCCUPANCY = {
    ChargerStatus.AVAILABLE: Occupancy.FREE,
    ChargerStatus.PREPARING: Occupancy.WAITING,
    ChargerStatus.FINISHING: Occupancy.FINISHED,
}


def facts_of(charger: Charger) -> ChargerFacts:
    """Return what is decided by, as the charger tells it now."""
    key = charger.configuration.get(FREE_CHARGING_KEY)
    return ChargerFacts(
        tuple(connector_facts(charger, connector) for connector in charger.connectors.values()),
        charger.fallback_a,
        None if key is None else (key.value or "").lower() == "true",
        charger.max_current_a,
        charger.control,
        phases=charger.phases,
    )


def seen(charger: Charger) -> tuple[object, ...]:
    """Return what needs a new decision at once when it changes; all else waits for the next one."""
    return (
        charger.commands,
        charger.fallback_a,
        charger.configuration.get(FREE_CHARGING_KEY),
        charger.control,
        *(
            (connector.status, connector.transaction and connector.transaction.id)
            for connector in charger.connectors.values()
        ),
    )


def connector_facts(charger: Charger, connector: Connector) -> ConnectorFacts:
    """Return what is decided by at one connector."""
    unavailable = connector.status is ChargerStatus.UNAVAILABLE
    if connector.transaction:
        return ConnectorFacts(
            connector.id,
            Occupancy.CHARGING,
            connector.transaction.id,
            watt_phases_of(charger, connector),
            unavailable,
            rests=_rests(charger, connector),
        )
    if connector.status is None:
        return ConnectorFacts(connector.id, Occupancy.OTHER)
    occupancy = _OCCUPANCY.get(connector.status, Occupancy.OTHER)
    return ConnectorFacts(connector.id, occupancy, unavailable=unavailable)


def _rests(charger: Charger, connector: Connector) -> bool:
    """Whether no current flows; a charger that measures none says so by its status."""
    flow = flow_a(connector, charger.phases)
    if flow is not None:
        return flow < FLOWS_FROM_A
    return connector.status in (ChargerStatus.SUSPENDED_EV, ChargerStatus.SUSPENDED_EVSE)
