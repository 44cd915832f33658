"""Names for OCPP of the settings that neither manual nor standard gives one. Pure.

The central system acts as the manual's operator: it reads what the operator may read. It changes
what the operator may change, but not what was built, wired or addressed: whoever sits far away
does not see whether that is right, and might not reach the wallbox any more when it is not.
"""

from dataclasses import replace

from evse.settings.setting import Permission, Setting

_UNNAMED = ("simulation.", "network.", "system.", "web.", "mqtt.", "time.", "update.")
"""The world around a simulated wallbox, which is no part of it; what would cut the wallbox off from
whoever changes it; and what only its local page has to do with."""

_REGISTERS = ("register_", "format_", "scale_", "word_order", "function_code")
"""Rows of a meter's register map: of no use without the meter's manual and the meter."""

_ON_SITE = ("ocpp.", "meter.", "sharing.", "service.")
"""Addresses, wires and what hangs on them."""


def named(setting: Setting) -> Setting:
    """The setting with a key for OCPP, made of its own: `meter.dlb.model` is MeterDlbModel.

    Unchanged when it has one, is secret, hidden from the operator, or of no use over OCPP.
    """
    name = setting.key.rpartition(".")[2]
    if (
        setting.ocpp_key
        or setting.secret
        or setting.roles.operator is Permission.NONE
        or setting.key.startswith(_UNNAMED)
        or name.startswith(_REGISTERS)
    ):
        return setting
    words = setting.key.replace(".", "_").split("_")
    return replace(
        setting,
        ocpp_key="".join(word.capitalize() for word in words),
        ocpp_readonly=(
            setting.roles.operator is not Permission.READ_WRITE
            or setting.reboot
            or setting.key.startswith(_ON_SITE)
        ),
    )
