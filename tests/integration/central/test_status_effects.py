"""What is told of plugs and faults, once each."""

from datetime import UTC, datetime

import pytest

from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
S = ChargerStatus


def told(*statuses: ChargerStatus | tuple[ChargerStatus, str], connector_id: int = 1) -> list[str]:
    charger, kinds = Charger("CP-1"), []
    charger.listen(lambda happening: kinds.append(happening.kind))
    for each in statuses:
        status, error_code = each if isinstance(each, tuple) else (each, "NoError")
        charger.take_status(connector_id, status, error_code, NOW)
    return kinds


@pytest.mark.parametrize(
    ("statuses", "kinds"),
    [
        ((S.AVAILABLE, S.PREPARING, S.CHARGING, S.FINISHING), ["plugged"]),
        ((S.CHARGING, S.AVAILABLE, S.AVAILABLE), ["unplugged"]),
        ((S.CHARGING,), []),  # after a restart of ours: that was known before
        ((S.AVAILABLE, S.UNAVAILABLE, S.AVAILABLE), []),
        ((S.CHARGING, S.UNAVAILABLE, S.CHARGING), []),
        ((S.CHARGING, S.FAULTED, S.CHARGING), ["fault", "fault_cleared"]),
        ((S.CHARGING, (S.CHARGING, "GroundFailure"), S.CHARGING), ["fault", "fault_cleared"]),
        ((S.PREPARING, (S.FAULTED, "GroundFailure"), (S.FAULTED, "GroundFailure")), ["fault"]),
        ((S.PREPARING, (S.PREPARING, "Error"), (S.PREPARING, "WeakSignal")), []),
    ],
)
def test_a_connector(statuses: tuple, kinds: list[str]) -> None:
    assert told(*statuses) == kinds


def test_the_station_itself() -> None:
    assert told(S.FAULTED, S.AVAILABLE, connector_id=0) == ["fault", "fault_cleared"]


def test_a_fault_brings_what_is_known_of_it() -> None:
    charger, details = Charger("CP-1"), []
    charger.listen(lambda happening: details.append(dict(happening.details)))
    charger.take_status(
        1, S.FAULTED, "OtherError", NOW, vendor_error_code="E17", info="relay stuck"
    )
    assert details == [
        {"error_code": "OtherError", "vendor_error_code": "E17", "info": "relay stuck"}
    ]
    assert charger.connectors[1].vendor_error_code == "E17"
