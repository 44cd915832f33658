"""The configuration file of a new wallbox: every setting with its default, commented out. Pure.

Made from the table of settings, so that it lacks none.
"""

import json
from collections.abc import Iterable

from evse.settings.setting import Setting, Value

HEAD = """\
# Settings of the wallbox. A line counts once its # is taken away; all others are as shown.
# What was changed on the wallbox or over OCPP since wins over this file.
# `evse settings list` explains them too. After a change: systemctl restart evse
"""


def config_template(settings: Iterable[Setting]) -> str:
    """The text of the file, TOML, with one table for each group of keys."""
    tables: dict[str, list[Setting]] = {}
    for setting in settings:
        if not setting.constant:
            tables.setdefault(setting.key.rpartition(".")[0], []).append(setting)
    return HEAD + "".join(
        f"\n[{name}]\n" + "\n".join(_row(setting) for setting in rows) + "\n"
        for name, rows in tables.items()
    )


def _row(setting: Setting) -> str:
    label = " ".join(setting.label.split())
    name = setting.key.rpartition(".")[2]
    return f"# {label}: {setting.help}\n# {setting.allowed}\n#{name} = {_toml(setting.default)}"


def _toml(value: Value) -> str:
    """A value as TOML has it; for these types that is JSON."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
