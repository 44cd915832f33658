"""Lets a bench import the integration's `energy` package without loading Home Assistant.

The integration's own `__init__` imports Home Assistant, and `energy` needs nothing of it: so this
stands in for the package around it. Import it before anything of the integration.
"""

import sys
from pathlib import Path
from types import ModuleType

_NAME = "custom_components.evse_ocpp"

if _NAME not in sys.modules:
    package = ModuleType(_NAME)
    package.__path__ = [str(Path(__file__).parents[2] / "custom_components" / "evse_ocpp")]
    sys.modules[_NAME] = package
