"""Home Assistant's own port as a second way in: /api/evse_ocpp/<entry>/<identity>.

Off unless the user turned it on: for a wallbox that reaches Home Assistant through a proxy only, or
to have wss with its certificate. A view cannot be taken back, so it is registered once and looks at
the option itself. Wallboxes know no Home Assistant token: they show here what they show on the own
port, and `central.admission` judges it.
"""

from http import HTTPStatus
from typing import Any

from aiohttp import hdrs, web
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import HomeAssistantView
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from .central.admission import Handshake, Outcome
from .central.link import CLOSE_TIMEOUT_S, MAX_FRAME_BYTES, AiohttpLink
from .central.server import CentralSystem
from .const import CONF_HOME_ASSISTANT_PORT, DOMAIN, SECURITY_TLS_CERTIFICATE

PREFIX = f"/api/{DOMAIN}"
_REGISTERED: HassKey[bool] = HassKey(f"{DOMAIN}_http_port")


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the view, once for all entries."""
    if not hass.data.get(_REGISTERED):
        hass.data[_REGISTERED] = True
        hass.http.register_view(OcppView(hass))


@callback
def async_url(hass: HomeAssistant, entry: ConfigEntry, *, security: str) -> str | None:
    """Return the URL for a wallbox of that security; None where it cannot come in there."""
    if not is_open(entry) or security == SECURITY_TLS_CERTIFICATE:
        return None
    return async_address(hass, entry, secure=security.startswith("tls"))


@callback
def async_address(hass: HomeAssistant, entry: ConfigEntry, *, secure: bool = False) -> str | None:
    """Return the URL of an entry, whether open or not; None when Home Assistant knows none.

    `secure`: only `wss://` will do.
    """
    try:
        url = URL(get_url(hass, allow_cloud=False, require_ssl=secure))
    except NoURLAvailableError:
        return None
    scheme = "wss" if url.scheme == "https" else "ws"
    return str(url.with_scheme(scheme).with_path(f"{PREFIX}/{entry.entry_id}"))


def is_open(entry: ConfigEntry) -> bool:
    """Return whether the user lets wallboxes in at Home Assistant's port."""
    return bool(entry.options.get(CONF_HOME_ASSISTANT_PORT))


class OcppView(HomeAssistantView):
    """Takes wallboxes in for the servers of all entries."""

    url = f"{PREFIX}/{{entry_id}}/{{identity:.*}}"
    extra_urls = [f"{PREFIX}/{{entry_id}}"]  # noqa: RUF012 - as in Home Assistant
    name = f"api:{DOMAIN}"
    requires_auth = False

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    async def get(
        self,
        request: web.Request,
        entry_id: str,
        identity: str = "",  # noqa: ARG002 - decoded already, so the raw path is judged
    ) -> web.StreamResponse:
        """Judge a handshake and keep its link until it ends."""
        server = self._server(entry_id)
        if server is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
            return web.Response(status=HTTPStatus.UPGRADE_REQUIRED, text="OCPP is spoken here.\n")
        handshake = Handshake(
            request.remote or "",
            request.raw_path.partition(entry_id)[2],
            _offered(request),
            request.headers.get(hdrs.AUTHORIZATION),
            tls=request.secure,
        )
        verdict = server.admit(handshake)
        if verdict.outcome is not Outcome.ADMITTED:
            # Returned and not raised: a wallbox that redials must not get its address banned.
            status, text, headers = server.refusal(verdict)
            return web.Response(status=status, text=text, headers=headers)
        chosen = verdict.subprotocol if verdict.subprotocol in handshake.offered else None
        websocket = web.WebSocketResponse(
            protocols=() if chosen is None else (chosen,),
            autoping=False,  # `central.connection` judges by any sign of life
            timeout=CLOSE_TIMEOUT_S,
            compress=False,
            max_msg_size=MAX_FRAME_BYTES,
        )
        await websocket.prepare(request)
        link = AiohttpLink(websocket, request.transport)
        server.waiting.enter(link, handshake.address)
        try:
            await server.serve(link, handshake, verdict, lambda: server.waiting.leave(link))
        finally:
            server.waiting.leave(link)
        return websocket

    def _server(self, entry_id: str) -> CentralSystem | None:
        """Return the server of a loaded entry which lets wallboxes in here."""
        entry: ConfigEntry[Any] | None = self._hass.config_entries.async_get_entry(entry_id)
        hub = getattr(entry, "runtime_data", None)
        if entry is None or entry.domain != DOMAIN or hub is None or not hub.running:
            return None
        if not is_open(entry):
            return None
        server: CentralSystem = hub.server
        return server


def _offered(request: web.Request) -> tuple[str, ...]:
    headers = request.headers.getall(hdrs.SEC_WEBSOCKET_PROTOCOL, [])
    names = (name.strip() for header in headers for name in header.split(","))
    return tuple(name for name in names if name)
