"""TransactionEvent and MeterValues of OCPP 2.0.1: what becomes a session, and what does not."""

import pytest

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.frames import CallRefusal

from .v201_support import STAMP, Station, card, register


@pytest.fixture
def station():
    return Station()


@pytest.fixture
def connector(station):
    return station.charger.connector(1)


async def charge(station):
    """Plug in, authorize, charge 1 kWh in an hour, end, unplug."""
    await station.status("Occupied")
    await station.event(
        "Started",
        0,
        {"chargingState": "EVConnected"},
        triggerReason="Authorized",
        idToken=card(),
        meterValue=[register(1000, "Transaction.Begin")],
    )
    station.later(5)
    await station.event("Updated", 1, {"chargingState": "Charging"})
    station.later(3600)
    await station.event(
        "Updated",
        2,
        triggerReason="MeterValuePeriodic",
        meterValue=[register(2000, at=station.stamp)],
    )
    await station.event(
        "Ended",
        3,
        {"stoppedReason": "Local"},
        triggerReason="StopAuthorized",
        idToken=card(),
        meterValue=[register(2010, "Transaction.End", station.stamp)],
    )
    await station.status("Available")


async def test_a_charge(station, connector):
    await charge(station)
    session = connector.last_session
    assert (session.id, session.id_tag, session.reason) == ("T1", "04A1B2C3", "Local")
    assert session.energy_wh == 1010
    assert connector.transaction is None
    assert connector.status is ChargerStatus.AVAILABLE
    assert connector.meter.total_wh == 1010
    assert not station.charger.violations
    assert station.kinds() == [
        "session_started",
        "card_read",
        "session_ended",
        "card_read",
        "unplugged",
    ]


async def test_it_is_stored_before_the_answer_to_what_changes_it(station):
    """Not with each sample: that would wear the disk, and the meters are stored now and then."""
    await charge(station)
    assert len(station.site.saved) == 2


async def test_what_could_not_be_stored_is_refused(station):
    station.site.failure = OSError()
    with pytest.raises(CallRefusal, match="InternalError"):
        await station.event("Started", 0, idToken=card())


async def test_everything_sent_again_does_nothing_twice(station, connector):
    for _ in range(2):
        await station.event(
            "Started", 0, triggerReason="Authorized", idToken=card(), meterValue=[register(1000)]
        )
    station.later(3600)
    end = {"triggerReason": "StopAuthorized", "idToken": card()}
    await station.event("Ended", 1, meterValue=[register(3000, at=station.stamp)], **end)
    station.connect()  # the link broke before the answer
    await station.event("Ended", 1, meterValue=[register(3000, at=station.stamp)], **end)
    assert connector.last_session.energy_wh == connector.meter.total_wh == 2000
    assert station.kinds() == ["session_started", "card_read", "session_ended", "card_read"]
    assert station.charger.unattributed_sessions == []


async def test_a_car_that_is_plugged_in_only_is_no_session(station, connector):
    """With TxStartPoint EVConnected a transaction begins before anybody may charge."""
    await station.event(
        "Started", 0, {"chargingState": "EVConnected"}, triggerReason="CablePluggedIn"
    )
    await station.status("Occupied")
    assert connector.transaction is None
    assert connector.status is ChargerStatus.PREPARING
    await station.event("Ended", 1, {"stoppedReason": "EVDisconnected"}, triggerReason="EVDeparted")
    assert connector.last_session is None
    assert station.charger.unattributed_sessions == []


async def test_its_session_begins_with_the_authorization(station, connector):
    await station.event(
        "Started",
        0,
        triggerReason="CablePluggedIn",
        meterValue=[register(1000, "Transaction.Begin")],
    )
    station.later(600)
    await station.event("Updated", 1, triggerReason="Authorized", idToken=card(), evse=None)
    assert connector.transaction.started_at == station.now
    assert connector.transaction.meter_start_wh == 1000
    assert connector.transaction.id_tag == "04A1B2C3"


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [("StopAuthorized", "Local"), ("RemoteStop", "Remote"), ("Deauthorized", "DeAuthorized")],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_an_authorization_that_ends_before_the_transaction_ends_the_session(
    station, connector, trigger, reason, at_once
):
    """With TxStopPoint EVConnected it goes on until the car leaves, and may be authorized anew."""
    await station.status("Occupied")
    charging, resting = {"chargingState": "Charging"}, {"chargingState": "EVConnected"}
    await station.event("Started", 0, charging, idToken=card(), meterValue=[register(1000)])
    station.later(3600)
    values = [register(2000, at=station.stamp)]
    if at_once:
        await station.event("Updated", 1, resting, triggerReason=trigger, meterValue=values)
    else:
        await station.event("Updated", 1, triggerReason=trigger, meterValue=values)
        await station.event("Updated", 2, resting)
    first = connector.last_session
    assert (first.energy_wh, first.reason, connector.transaction) == (1000, reason, None)
    assert connector.status is ChargerStatus.FINISHING

    station.later(600)
    again = {"triggerReason": "Authorized", "idToken": card("04FFFFFF")}
    await station.event(
        "Updated", 3, charging, meterValue=[register(2000, at=station.stamp)], **again
    )
    assert connector.transaction is not first
    assert (connector.transaction.id, connector.transaction.id_tag) == ("T1", "04FFFFFF")
    assert connector.status is ChargerStatus.CHARGING

    station.later(3600)
    values = [register(2500, at=station.stamp)]
    await station.event("Updated", 4, resting, triggerReason=trigger, meterValue=values)
    station.later(600)
    await station.event("Ended", 5, {"stoppedReason": "EVDisconnected"}, triggerReason="EVDeparted")
    assert (connector.last_session.energy_wh, connector.last_session.reason) == (500, reason)
    assert connector.meter.total_wh == 1500
    assert station.charger.unattributed_sessions == []


async def test_one_that_goes_on_after_available_is_met_again(station, connector):
    await station.event("Started", 0, {"chargingState": "Charging"}, meterValue=[register(0)])
    station.later(60)
    await station.status("Available")
    late = station.stamp
    station.later(10)
    await station.event("Updated", 1, {"chargingState": "Charging"}, timestamp=late)
    assert connector.transaction is None  # told before, arrived afterwards
    await station.event("Updated", 2, {"chargingState": "Charging"})
    assert connector.transaction.id == "T1"


async def test_a_station_that_asks_for_no_card(station, connector):
    free = {"idToken": "", "type": "NoAuthorization"}
    answer = await station.event("Started", 0, idToken=free)
    assert answer == {"idTokenInfo": {"status": "Accepted"}}
    assert connector.transaction.id_tag is None
    assert station.site.asked == []


async def test_energy_without_a_token_is_a_session(station, connector):
    await station.event("Updated", 4, {"chargingState": "Charging"}, meterValue=[register(5000)])
    assert (connector.transaction.id, connector.transaction.meter_start_wh) == ("T1", 5000)
    assert connector.status is ChargerStatus.CHARGING


async def test_the_evse_may_come_later(station):
    station.charger.connector(2)
    await station.event("Started", 0, triggerReason="Authorized", idToken=card(), evse=None)
    assert not any(each.transaction for each in station.charger.connectors.values())
    await station.event("Updated", 1, triggerReason="CablePluggedIn", evse={"id": 2})
    assert station.charger.connectors[2].transaction.id_tag == "04A1B2C3"
    await station.event(
        "Updated", 2, {"chargingState": "Charging"}, evse=None, meterValue=[register(7)]
    )
    assert station.charger.connectors[2].status is ChargerStatus.CHARGING
    assert station.charger.connectors[2].readings.register_wh == 7


async def test_an_evse_that_cannot_be_is_dropped(station, connector):
    await station.event("Started", 0, evse={"id": 99}, idToken=card())
    assert station.charger.violations["evse.id"] == 1
    assert connector.transaction.id == "T1"  # there is only one


async def test_quirk_3_the_end_of_a_transaction_that_nobody_saw(station, connector):
    await station.event("Ended", 9, {"stoppedReason": "PowerLoss"}, idToken=card(), evse=None)
    [session] = station.charger.unattributed_sessions
    assert (session.id, session.id_tag, session.reason) == ("T1", "04A1B2C3", "PowerLoss")
    assert connector.session is None


async def test_quirk_4_available_ends_it_and_the_end_corrects_that(station, connector):
    await station.event("Started", 0, {"chargingState": "Charging"}, meterValue=[register(0)])
    station.later(3600)
    await station.status("Available")
    assert connector.transaction is None
    assert connector.status is ChargerStatus.AVAILABLE
    await station.event(
        "Ended",
        1,
        {"stoppedReason": "EVDisconnected"},
        meterValue=[register(500, at=station.stamp)],
    )
    assert connector.last_session.reason == "EVDisconnected"
    assert connector.last_session.energy_wh == 500
    assert station.charger.unattributed_sessions == []


async def test_a_start_that_comes_before_its_status(station, connector):
    await station.status("Available")
    await station.event("Started", 0, {"chargingState": "Charging"}, idToken=card())
    assert connector.transaction.id == "T1"
    assert connector.status is ChargerStatus.CHARGING
    await station.status("Occupied")
    assert connector.status is ChargerStatus.CHARGING


async def test_authorized_before_the_car_is_there(station, connector):
    await station.status("Available")
    await station.event(
        "Started", 0, {"chargingState": "Idle"}, triggerReason="Authorized", idToken=card()
    )
    await station.status("Available")
    assert connector.transaction.id == "T1"
    assert connector.status is ChargerStatus.PREPARING


async def test_quirk_19_a_replayed_night_goes_to_the_session_not_to_the_present(station, connector):
    night = station.now
    station.later(8 * 3600)
    await station.status("Available")
    replay = {"offline": True}
    for seq_no, hours, kind, state in [
        (0, 0, "Started", "Charging"),
        (1, 1, "Updated", "Charging"),
        (2, 2, "Ended", None),
    ]:
        at = night.replace(hour=night.hour + hours).strftime("%Y-%m-%dT%H:%M:%SZ")
        await station.event(
            kind,
            seq_no,
            {} if state is None else {"chargingState": state},
            timestamp=at,
            idToken=card(),
            meterValue=[register(1000 * hours, at=at)],
            **replay,
        )
    assert connector.last_session.energy_wh == 2000
    assert connector.last_session.started_at == night
    assert connector.status is ChargerStatus.AVAILABLE
    assert connector.readings.power_w == 0
    assert station.charger.clock_offset_s == 0  # nothing was learnt from old stamps


async def test_lost_events_are_counted(station):
    await station.event("Started", 0, idToken=card())
    await station.event("Updated", 1)
    await station.event("Updated", 4)
    await station.event("Updated", 4)
    assert station.charger.violations == {"TransactionEvent.seqNo": 1}


async def test_a_remote_start_is_known_by_its_id(station, connector):
    await station.commands.remote_start(1, "HOMEASSISTANT", 10, 180)
    [(_, request)] = station.calls
    remote = {"remoteStartId": request["remoteStartId"], "chargingState": "Charging"}
    await station.event("Started", 0, remote, triggerReason="RemoteStart")
    assert connector.transaction.id_tag == "HOMEASSISTANT"
    assert station.kinds() == ["session_started"]


async def test_the_card_and_the_cost_are_answered():
    station = Station(total_cost=lambda charger, transaction: transaction.energy_wh / 1000 * 0.3)
    station.site.status = "Blocked"
    await station.event("Started", 0, idToken=card(), meterValue=[register(1000)])
    station.later(3600)
    answer = await station.event(
        "Ended", 1, idToken=card(), meterValue=[register(2000, at=station.stamp)]
    )
    assert answer == {"idTokenInfo": {"status": "Blocked"}, "totalCost": 0.3}


async def test_a_restart_of_ours_changes_nothing(station, connector):
    await station.event("Started", 0, idToken=card(), meterValue=[register(1000)])
    restored = type(station.charger).from_dict("CP-1", station.charger.to_dict())
    station.charger = restored
    station.connect()
    station.later(3600)
    await station.event("Updated", 1, meterValue=[register(1500, at=station.stamp)])
    await station.event("Ended", 2, meterValue=[register(2000, at=station.stamp)])
    assert restored.connector(1).last_session.energy_wh == 1000
    assert restored.connector(1).last_session.id_tag == "04A1B2C3"


async def test_the_model_remembers_only_so_many_early_transactions(station):
    for number in range(100):
        await station.event("Started", 0, {"transactionId": f"T{number}"}, evse=None)
    assert len(station.inbound.transactions._early) <= 32
    assert len(station.inbound.transactions._last_seq_no) <= 32


async def test_the_end_brings_the_values_of_the_whole_transaction(station, connector):
    await station.event("Started", 0, {"chargingState": "Charging"}, idToken=card())
    start = station.stamp
    station.later(1800)
    middle = station.stamp
    station.later(1800)
    values = [
        register(100, "Transaction.Begin", start),
        register(600, at=middle),
        register(1100, "Transaction.End", station.stamp),
        "no object",
    ]
    await station.event("Ended", 1, meterValue=values)
    assert connector.last_session.energy_wh == 1000
    assert station.charger.violations == {"meterValue": 1}


@pytest.mark.parametrize(
    ("missing", "field"),
    [("transactionInfo", "transactionInfo"), ("eventType", "eventType")],
)
async def test_what_an_event_cannot_do_without(station, missing, field):
    payload = {
        "eventType": "Started",
        "timestamp": STAMP,
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "T1"},
    }
    del payload[missing]
    with pytest.raises(CallRefusal) as refusal:
        await station.says("TransactionEvent", **payload)
    assert refusal.value.code == "OccurrenceConstraintViolation"
    assert field in refusal.value.description


async def test_quirk_30_an_id_that_is_too_long_and_values_without_a_stamp(station, connector):
    long = {"transactionId": "T" * 40, "chargingState": "Charging"}
    sampled = register(1000)["sampledValue"]
    await station.event("Started", 0, long, meterValue=[{"sampledValue": sampled}])
    assert connector.transaction.id == "T" * 40
    assert connector.readings.register_wh == 1000
    assert station.charger.violations == {"transactionId": 1}


async def test_quirk_16_bad_optional_fields_are_dropped(station, connector):
    await station.says(
        "TransactionEvent",
        eventType="Started",
        timestamp="soon",
        triggerReason=[],
        seqNo="first",
        evse={"id": "1"},
        idToken="card",
        meterValue={},
        transactionInfo={"transactionId": 5, "chargingState": "Charging", "remoteStartId": []},
    )
    assert connector.transaction.id == "5"
    assert set(station.charger.violations) == {
        "timestamp",
        "triggerReason",
        "seqNo",
        "idToken",
        "meterValue",
        "remoteStartId",
    }


async def test_meter_values_outside_of_transactions(station, connector):
    sampled = [{"value": 230.5, "measurand": "Voltage", "phase": "L1-N"}]
    await station.says(
        "MeterValues", evseId=1, meterValue=[{"timestamp": STAMP, "sampledValue": sampled}]
    )
    assert connector.readings.voltage_v[0] == 230.5
    inlet = [{"value": 21, "measurand": "Current.Import", "phase": "L1", "location": "Inlet"}]
    await station.says(
        "MeterValues", evseId=0, meterValue=[{"timestamp": STAMP, "sampledValue": inlet}]
    )
    assert station.charger.house_current_a[0] == 21
    with pytest.raises(CallRefusal, match="evseId: 17 came"):
        await station.says("MeterValues", evseId=17, meterValue=[])
