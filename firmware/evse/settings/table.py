"""The one table of every parameter, joined from the pages of the manual."""

import difflib

from evse.settings import (
    authorization,
    backend,
    boards,
    bounds,
    installation,
    loadmanagement,
    meters,
    panels,
    protection,
    readers,
    security,
    service,
    sharing,
    simulation,
    solar,
)
from evse.settings.setting import Setting
from evse.settings.vendor_keys import named

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
    *service.ROWS,
    *simulation.ROWS,
)

SETTINGS: tuple[Setting, ...] = tuple(map(named, _ROWS))

BY_KEY = {setting.key: setting for setting in SETTINGS}
BY_OCPP_KEY = {setting.ocpp_key.lower(): setting for setting in SETTINGS if setting.ocpp_key}


class UnknownSettingError(ValueError):
    """There is no setting of this name; the text lists those with a similar one."""

    def __init__(self, name: str) -> None:
        known = [*BY_KEY, *(row.ocpp_key for row in SETTINGS if row.ocpp_key)]
        close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        super().__init__(
            f"{name}: there is no such setting" + (f", perhaps {' or '.join(close)}" * bool(close))
        )
        self.key = name


def find(name: str) -> Setting:
    """The setting called `name`: our key, or an OCPP key in any case.

    Raises UnknownSettingError.
    """
    setting = BY_KEY.get(name) or BY_OCPP_KEY.get(name.lower())
    if setting is None:
        raise UnknownSettingError(name)
    return setting
