"""The calls of the Reservation profile, as they reach the station."""

from datetime import UTC, datetime
from typing import Any

import pytest
from ocpp.v16 import call

from evse.core.reservation import Reservation

UNTIL = "2099-01-01T12:00:00+02:00"
UNTIL_UTC = datetime(2099, 1, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("request_", "status", "asked"),
    [
        (
            call.ReserveNow(1, UNTIL, "TAG", 7, "GROUP"),
            "Accepted",
            [("reserve", Reservation(7, 1, "TAG", "GROUP", UNTIL_UTC))],
        ),
        (
            call.ReserveNow(0, UNTIL, "TAG", 0),
            "Accepted",
            [("reserve", Reservation(0, 0, "TAG", None, UNTIL_UTC))],
        ),
        (call.ReserveNow(2, UNTIL, "TAG", 7), "Rejected", []),
        (call.ReserveNow(-1, UNTIL, "TAG", 7), "Rejected", []),
        (call.ReserveNow(1, "tomorrow", "TAG", 7), "Rejected", []),
        (call.CancelReservation(7), "Accepted", [("cancel_reservation", 7)]),
        (call.CancelReservation(0), "Rejected", [("cancel_reservation", 0)]),
    ],
)
async def test_52_55_calls_reach_the_station(
    central: Any, wallbox: Any, request_: Any, status: str, asked: list[Any]
) -> None:
    """Behaviours 52, 55."""
    assert (await central.ask(request_)).status == status
    assert wallbox.station.asked == asked


async def test_52_the_station_may_say_no(central: Any, wallbox: Any) -> None:
    """Behaviour 52."""
    wallbox.station.answer = False
    assert (await central.ask(call.ReserveNow(1, UNTIL, "TAG", 7))).status == "Occupied"


@pytest.mark.parametrize(
    ("override", "connector_id", "status"),
    [
        ("SupportedFeatureProfiles=Core", 1, "Rejected"),
        ("ReserveConnectorZeroSupported=false", 0, "Rejected"),
        ("ReserveConnectorZeroSupported=false", 1, "Accepted"),
    ],
)
async def test_52_without_the_profile_or_connector_0(
    central: Any,
    make_wallbox: Any,
    eventually: Any,
    override: str,
    connector_id: int,
    status: str,
) -> None:
    """Behaviour 52: whoever builds the wallbox says so; the central system can read it."""
    wallbox = await make_wallbox(override)
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    key, value = override.split("=")
    (found,) = (await central.ask(call.GetConfiguration([key]))).configuration_key
    assert (found["value"], found["readonly"]) == (value, True)
    assert (await central.ask(call.ReserveNow(connector_id, UNTIL, "TAG", 7))).status == status


async def test_53_start_transaction_says_which_reservation_it_ends(
    central: Any, wallbox: Any, eventually: Any, begun: Any
) -> None:
    """Behaviour 53: also an id of 0; without a reservation there is no such field."""
    for number in (0, 7, None):
        await wallbox.client.transaction_started(begun(reservation_id=number))
    await eventually(lambda: len(central.of("StartTransaction")) == 3)
    found = [payload.get("reservation_id") for payload in central.of("StartTransaction")]
    assert sorted(found, key=str) == [0, 7, None]
