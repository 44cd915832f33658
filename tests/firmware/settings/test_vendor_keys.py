"""What the central system reaches of the settings: never what would cut it off, never a secret."""

import pytest

from evse.settings.setting import Permission, Setting
from evse.settings.table import SETTINGS


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_what_the_central_system_may_reach(setting: Setting) -> None:
    """It acts as the manual's operator, and not on what only somebody at the wallbox can judge."""
    group = setting.key.partition(".")[0]
    if group in {"network", "system", "web", "mqtt", "time", "update", "simulation"}:
        assert setting.ocpp_key is None
    if setting.secret:
        assert setting.ocpp_key in {None, "AuthorizationKey"}
    if setting.roles.operator is Permission.NONE:
        assert setting.ocpp_key is None
    standard = setting.ocpp_key == "AuthorizationCacheEnabled"  # RW by OCPP 1.6, 9.1.2
    if setting.ocpp_key and not setting.ocpp_readonly and not standard:
        assert setting.roles.operator is Permission.READ_WRITE
