"""Why a car gets what it gets, as a sentence in the language of this Home Assistant, or of one who
looks at a card.

`energy/why.py` chooses the sentence and its numbers; here they become text: decimals and times as
people write them. `why_of` finds out who decided: the site, or the wallbox's own choices.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .central.charger import Connector
from .energy.allowance import Occupancy, Reason
from .energy.why import MAX_CHARS, Outside, State, Why, explain, of_allowance
from .facts import connector_facts
from .site import Site
from .site_points import point_id
from .texts import text
from .wallbox import Wallbox

SELECTOR = "why"
_NIGHT = timedelta(hours=20)
"""A time so near can be no other day's."""
_POINT_LANGUAGES = frozenset({"en"})
_DECIMALS = {"amps": 1, "price": 3, "limit": 3, "hours": 0}
_DEFAULT_DECIMALS = 1


@callback
def why_of(site: Site | None, wallbox: Wallbox, connector: Connector) -> Why:
    """Return why a connector takes what it does now."""
    charger, steering = wallbox.charger, wallbox.steering
    if charger.connected and connector.status is None and connector.transaction is None:
        return Why(State.UNTOLD)
    occupancy = connector_facts(charger, connector).occupancy
    allowed = steering.allowance(connector.id)
    outside = None
    if steering.watch.foreign_limit_a(connector.id) is not None:
        outside = Outside.FOREIGN_LIMIT
    elif (
        allowed.reason is Reason.USER_LIMIT
        and steering.choices.limit_a >= charger.max_current_a == allowed.limit_a
    ):
        outside = Outside.INSTALLATION
    grant = None if site is None else site.grant(wallbox, connector.id)
    by_site = grant is not None and allowed.reason is grant.reason and outside is None
    # A decision is a second old: what the wallbox said since goes before it.
    by_site = by_site and charger.connected and occupancy not in (Occupancy.FREE, Occupancy.OTHER)
    if site is None or not by_site or site.decision is None or site.now is None:
        return of_allowance(
            allowed, occupancy=occupancy, connected=charger.connected, outside=outside
        )
    return explain(
        point_id(wallbox, connector.id),
        site.decision,
        site.now,
        site.controller.site,
        site.controller.points,
        occupancy=occupancy,
    )


@callback
def sentence(hass: HomeAssistant, why: Why) -> str:
    """Return the sentence, and the one behind it if there is room for it."""
    said = _said(hass, why)
    if why.then is not None:
        longer = f"{said} {_said(hass, why.then)}"
        said = longer if len(longer) <= MAX_CHARS else said
    return said[:MAX_CHARS]


def said(why: Why, texts: Mapping[str, str], language: str) -> str:
    """Return the sentence alone, by the texts of `SELECTOR` in a language."""
    return texts.get(why.key, why.key).format(**_shown(language, why.values))


def _said(hass: HomeAssistant, why: Why) -> str:
    return text(hass, SELECTOR, why.key, **_shown(hass.config.language, why.values))


def _shown(language: str, values: Mapping[str, object]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, datetime):
            shown[name] = _time(value)
        elif isinstance(value, int | float):
            shown[name] = _number(language, value, _DECIMALS.get(name, _DEFAULT_DECIMALS))
        else:
            shown[name] = str(value)
    return shown


def number(hass: HomeAssistant, value: float, decimals: int) -> str:
    """Return a number without idle zeros, with the decimal sign of this Home Assistant's language.

    A number that would round to nothing but zeros is 0, never -0.
    """
    return _number(hass.config.language, value, decimals)


def _number(language: str, value: float, decimals: int) -> str:
    written = f"{value:.{decimals}f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    if written == "-0":
        written = "0"
    if language.split("-", maxsplit=1)[0] in _POINT_LANGUAGES:
        return written
    return written.replace(".", ",")


def _time(at: datetime) -> str:
    """Return the local time; with the date when it is neither today nor in the coming night."""
    local, now = dt_util.as_local(at), dt_util.now()
    is_near = local.date() == now.date() or timedelta() <= at - now < _NIGHT
    return f"{local:%H:%M}" if is_near else f"{local:%Y-%m-%d %H:%M}"
