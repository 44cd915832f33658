"""Reservations and the local list: the calls, and what the model keeps of them."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evse_ocpp.central.charger import ConfigurationKey, Reservation
from custom_components.evse_ocpp.central.commands import CommandRefused, LocalEntry

from .rig16 import NOW, Rig

SOON = NOW + timedelta(hours=1)


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_a_reservation_and_its_end(rig: Rig) -> None:
    await rig.commands.reserve(1, 7, "CARD1", SOON)
    assert rig.charger.reservations == {7: Reservation(7, 1, "CARD1", SOON)}
    await rig.commands.cancel_reservation(7)
    assert rig.charger.reservations == {}
    assert rig.told == [("reservation_ended", {"reservation_id": 7, "status": "Cancelled"})]
    assert rig.calls[0][1]["expiryDate"] == "2026-03-01T13:00:00Z"


async def test_a_refused_reservation_is_none(rig: Rig) -> None:
    rig.link.answers["ReserveNow"] = {"status": "Occupied"}
    with pytest.raises(CommandRefused, match="Occupied"):
        await rig.commands.reserve(1, 7, "CARD1", SOON)
    assert rig.charger.reservations == {}


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ({"status": "Rejected"}, []),
        (CommandRefused("CancelReservation", "InternalError"), [7]),
    ],
)
async def test_what_the_charger_does_not_know_is_over(
    rig: Rig, answer: dict[str, Any] | Exception, left: list[int]
) -> None:
    rig.charger.reservations = {7: Reservation(7, 1, "CARD1", SOON)}
    rig.link.answers["CancelReservation"] = answer
    with pytest.raises(CommandRefused):
        await rig.commands.cancel_reservation(7)
    assert [*rig.charger.reservations] == left


async def test_the_version_of_the_list(rig: Rig) -> None:
    rig.link.answers["GetLocalListVersion"] = {"listVersion": -1}
    assert await rig.commands.local_list_version() == -1
    assert rig.charger.local_list_version == -1
    rig.link.answers["GetLocalListVersion"] = {}
    with pytest.raises(CommandRefused, match="no listVersion"):
        await rig.commands.local_list_version()


async def test_a_list_with_all_that_a_card_can_have(rig: Rig) -> None:
    entries = [
        LocalEntry("A"),
        LocalEntry("B", "Blocked", SOON, "FAMILY"),
        LocalEntry("C", None),
    ]
    await rig.commands.send_local_list(3, entries, full=False)
    info = {
        "status": "Blocked",
        "expiryDate": "2026-03-01T13:00:00Z",
        "parentIdTag": "FAMILY",
    }
    assert rig.calls == [
        (
            "SendLocalList",
            {
                "listVersion": 3,
                "updateType": "Differential",
                "localAuthorizationList": [
                    {"idTag": "A", "idTagInfo": {"status": "Accepted"}},
                    {"idTag": "B", "idTagInfo": info},
                    {"idTag": "C"},
                ],
            },
        )
    ]
    assert rig.charger.local_list_version == 3


@pytest.mark.parametrize(
    ("most", "count", "sizes"),
    [
        ("2", 5, [2, 2, 1]),
        (None, 150, [100, 50]),
        ("many", 3, [3]),
        ("0", 2, [1, 1]),
        ("9", 0, [0]),
    ],
)
async def test_a_long_list_goes_in_parts(
    rig: Rig, most: str | None, count: int, sizes: list[int]
) -> None:
    rig.charger.configuration["SendLocalListMaxLength"] = ConfigurationKey(most, readonly=True)
    entries = [LocalEntry(str(number)) for number in range(count)]
    await rig.commands.send_local_list(9, entries, full=True)
    sent = [payload for _, payload in rig.calls]
    assert [len(each["localAuthorizationList"]) for each in sent] == sizes
    assert [each["listVersion"] for each in sent] == [*range(10 - len(sizes), 10)]
    assert [each["updateType"] for each in sent] == ["Full"] + ["Differential"] * (len(sizes) - 1)


async def test_a_mismatch_leaves_the_version(rig: Rig) -> None:
    rig.link.answers["SendLocalList"] = {"status": "VersionMismatch"}
    with pytest.raises(CommandRefused, match="VersionMismatch"):
        await rig.commands.send_local_list(9, [], full=False)
    assert rig.charger.local_list_version is None


async def test_too_long_a_tag_is_refused_before_anything_is_sent(rig: Rig) -> None:
    entries = [LocalEntry("A")] * 100 + [LocalEntry("B" * 21)]
    with pytest.raises(ValueError, match="id_tag: 21 characters came, allowed are 20"):
        await rig.commands.send_local_list(9, entries, full=True)
    assert rig.calls == []
