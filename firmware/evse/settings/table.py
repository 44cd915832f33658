"""The one table of every parameter, joined from the pages of the manual."""

import difflib
from collections.abc import Iterable
from dataclasses import replace

from evse.settings import (
    authorization,
    backend,
    boards,
    bounds,
    installation,
    loadmanagement,
    meters,
    network,
    panels,
    protection,
    readers,
    security,
    service,
    sharing,
    simulation,
    solar,
    system,
)
from evse.settings.layout import can_harm, page_of
from evse.settings.setting import Setting
from evse.settings.vendor_keys import named
from evse.settings.words import help_of

_ROWS: tuple[Setting, ...] = (
    *backend.ROWS,
    *security.ROWS,
    *installation.ROWS,
    *protection.ROWS,
    *boards.ROWS,
    *meters.ROWS,
    *loadmanagement.ROWS,
    *bounds.ROWS,
    *solar.ROWS,
    *sharing.ROWS,
    *authorization.ROWS,
    *readers.ROWS,
    *panels.ROWS,
    *network.ROWS,
    *system.ROWS,
    *service.ROWS,
    *simulation.ROWS,
)


def _complete(setting: Setting) -> Setting:
    """The row with what other tables say of it."""
    key = setting.key
    return replace(named(setting), page=page_of(key), help=help_of(key), safety=can_harm(key))


SETTINGS: tuple[Setting, ...] = tuple(map(_complete, _ROWS))

BY_KEY = {setting.key: setting for setting in SETTINGS}
BY_OCPP_KEY = {setting.ocpp_key.lower(): setting for setting in SETTINGS if setting.ocpp_key}


class UnknownSettingError(ValueError):
    """There is no setting of this name; the text lists those with a similar one."""

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        known = [*known] or [*BY_KEY, *(row.ocpp_key for row in SETTINGS if row.ocpp_key)]
        close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        super().__init__(
            f"{name}: there is no such setting" + (f", perhaps {' or '.join(close)}" * bool(close))
        )
        self.key = name


def known(name: str) -> Setting | None:
    """The setting called `name`: our key, or an OCPP key in any case; None when there is none."""
    return BY_KEY.get(name) or BY_OCPP_KEY.get(name.lower())


def find(name: str) -> Setting:
    """The same. Raises UnknownSettingError, for which it looks for similar names: 0.3 ms."""
    setting = known(name)
    if setting is None:
        raise UnknownSettingError(name)
    return setting
