"""The root certificate of our authority, to be installed at wallboxes: a file to download.

It is public by its nature, and whoever sets up a wallbox has no log-in of Home Assistant in the
browser of that moment; so nobody is asked for one.
"""

from http import HTTPStatus

from aiohttp import web
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import HomeAssistantView

from .central.authority import AuthorityError
from .certificates import root_certificate_pem, root_fingerprint
from .const import CONF_TLS, DOMAIN, TLS_OWN
from .texts import text_in

_PATH = f"/api/{DOMAIN}_root"


async def async_root_hint(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return a paragraph with the link to the root certificate and its fingerprint.

    Empty when the authority is damaged: a repair issue of the server tells of that.
    """
    try:
        fingerprint = await root_fingerprint(hass, entry)
    except AuthorityError:
        return ""
    link = f"{_PATH}/{entry.entry_id}"
    language = hass.config.language
    return await text_in(
        hass, language, "root_certificate", "hint", link=link, fingerprint=fingerprint
    )


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the view; once, for all entries. Links to it outlive restarts."""
    hass.http.register_view(RootView(hass))


class RootView(HomeAssistantView):
    """Gives the root certificate of an entry that makes its own certificates."""

    url = f"{_PATH}/{{entry_id}}"
    name = f"api:{DOMAIN}:root"
    requires_auth = False

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    async def get(self, _request: web.Request, entry_id: str) -> web.Response:
        """Answer with the certificate as PEM; 404 where there is none."""
        entry = self._hass.config_entries.async_get_entry(entry_id)
        if entry is None or entry.domain != DOMAIN or entry.options.get(CONF_TLS) != TLS_OWN:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        try:
            pem = await root_certificate_pem(self._hass, entry)
        except AuthorityError:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.Response(
            text=pem,
            content_type="application/x-pem-file",
            headers={"Content-Disposition": 'attachment; filename="evse-ocpp-root.pem"'},
        )
