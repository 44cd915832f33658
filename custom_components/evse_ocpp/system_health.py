"""System health: whether server and meters answer, who is connected, and how much is stored."""

import asyncio
from ipaddress import ip_address
from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .const import CONF_INTERFACE, DOMAIN
from .hub import EvseOcppConfigEntry, Hub
from .site import Site

CONNECT_TIMEOUT_S = 5.0


@callback
def async_register(
    hass: HomeAssistant,  # noqa: ARG001
    register: system_health.SystemHealthRegistration,
) -> None:
    """Register what is told."""
    register.async_register_info(_info, "/config/integrations/integration/evse_ocpp")


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    entries: list[EvseOcppConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    hubs = [entry.runtime_data for entry in entries]
    chargers = [charger for hub in hubs for charger in hub.chargers.values()]
    heard = [frames[-1].at for each in chargers if each.frames and (frames := each.frames.frames())]
    sizes = await hass.async_add_executor_job(
        lambda: [hub.storage.database.size_bytes() for hub in hubs]
    )
    return {
        "server": _reachability(hubs),  # awaited by Home Assistant, which shows the rest meanwhile
        "wallboxes": f"{sum(each.connected for each in chargers)}/{len(chargers)}",
        "last_message": dt_util.as_local(max(heard)).isoformat(" ", "seconds") if heard else "–",
        "database": f"{sum(sizes) / 2**20:.1f} MiB",
        **_sites([site for hub in hubs for site in hub.sites.values()]),
    }


def _sites(sites: list[Site]) -> dict[str, str]:
    """Return how many sites there are and of how many the meter tells; nothing without a site."""
    told = [site.decision is not None and not site.decision.meter_lost for site in sites]
    return {"sites": f"{sum(told)}/{len(told)}"} if told else {}


async def _reachability(hubs: list[Hub]) -> str | dict[str, str]:
    """Connect to each server as a wallbox would."""
    for hub in hubs:
        interface = hub.entry.data[CONF_INTERFACE]
        host = "127.0.0.1" if ip_address(interface).is_unspecified else interface
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                _, writer = await asyncio.open_connection(host, hub.server.port)
            writer.close()
        except OSError as error:
            return {"type": "failed", "error": f"{host}:{hub.server.port}: {error}"}
    return "ok"
