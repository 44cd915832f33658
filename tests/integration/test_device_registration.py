"""A connector stands below its wallbox, named as each Home Assistant names parents."""

from types import SimpleNamespace
from typing import Any

import pytest

from custom_components.evse_ocpp import device_registration

PARENT: Any = SimpleNamespace(id="registry-id", identifiers={("evse_ocpp", "CP-1")})


@pytest.mark.parametrize(
    ("known", "via"),
    [
        ({"via_device": tuple}, {"via_device": ("evse_ocpp", "CP-1")}),  # 2025.4
        ({"via_device": tuple, "via_device_id": str}, {"via_device_id": "registry-id"}),  # 2026.8
    ],
)
def test_the_parent_is_named_as_this_version_wants(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, type], via: dict[str, Any]
) -> None:
    info = SimpleNamespace(__annotations__=known)
    monkeypatch.setattr(device_registration, "dr", SimpleNamespace(DeviceInfo=info))
    assert device_registration._via(PARENT) == via
