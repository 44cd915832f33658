"""What a charger tells about itself: firmware, logs, security events and certificate requests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.frames import CallRefusal
from custom_components.evse_ocpp.central.v16_notices import Notices

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Scene:
    """A charger, what it may tell, and what is told on."""

    def __init__(self) -> None:
        self.charger = Charger("CP-1")
        self.told: list[tuple[str, datetime, dict[str, Any]]] = []
        self.charger.listen(lambda each: self.told.append((each.kind, each.at, dict(each.details))))
        self._notices = Notices(self.charger, lambda: NOW)

    def take(self, action: str, **payload: Any) -> dict[str, Any]:
        return self._notices.handlers[action](payload)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(
    "action", ["FirmwareStatusNotification", "SignedFirmwareStatusNotification"]
)
def test_firmware_status(scene: Scene, action: str) -> None:
    assert scene.take(action, status="InstallVerificationFailed", requestId=7) == {}
    assert scene.charger.firmware_status == "InstallVerificationFailed"


@pytest.mark.parametrize("action", ["DiagnosticsStatusNotification", "LogStatusNotification"])
def test_log_status(scene: Scene, action: str) -> None:
    assert scene.take(action, status="Uploaded", requestId=7) == {}
    assert scene.charger.diagnostics_status == "Uploaded"


def test_a_security_event(scene: Scene) -> None:
    minute_ago = NOW - timedelta(minutes=1)
    stamp = minute_ago.isoformat()
    answer = scene.take(
        "SecurityEventNotification", type="TamperDetection", timestamp=stamp, techInfo="lid"
    )
    assert answer == {}
    details = {"type": "TamperDetection", "tech_info": "lid"}
    assert scene.told == [("security_event", minute_ago, details)]


@pytest.mark.parametrize(
    ("csr", "status", "told"),
    [("PEM", "Accepted", [{"csr": "PEM"}]), ("", "Rejected", []), ("x" * 5501, "Rejected", [])],
)
def test_a_certificate_request_is_passed_on(
    scene: Scene, csr: str, status: str, told: list[dict[str, str]]
) -> None:
    assert scene.take("SignCertificate", csr=csr) == {"status": status}
    assert [details for _, _, details in scene.told] == told


@pytest.mark.parametrize("limit", ["six", None, -1, 1e9, "nan"])
def test_a_limit_that_is_none_is_counted(scene: Scene, limit: Any) -> None:
    data = f'{{"connectorId": 1, "limit": {limit!r}, "source": "dlb"}}'.replace("'", '"')
    answer = scene.take("DataTransfer", vendorId="evse-ocpp", messageId="Limit", data=data)
    assert answer == {"status": "Rejected"}
    assert scene.charger.violations["DataTransfer.data"] == 1


def test_a_request_without_a_csr_names_it(scene: Scene) -> None:
    with pytest.raises(CallRefusal, match="csr is missing"):
        scene.take("SignCertificate")
