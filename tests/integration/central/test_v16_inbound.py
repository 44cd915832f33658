"""Calls of the charger: what is essential is refused by name, other bad fields are dropped."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central import answers
from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus, Reservation
from custom_components.evse_ocpp.central.frames import CallRefusal
from custom_components.evse_ocpp.central.v16_inbound import Inbound

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
STAMP = "2026-03-01T12:00:00Z"
OCCURENCE = "OccurenceConstraintViolation"
TYPE = "TypeConstraintViolation"
PROPERTY = "PropertyConstraintViolation"


class Site:
    """Admission and store in one; `events` tells the order of things."""

    def __init__(self) -> None:
        self.chargers = {}
        self.saved = 0
        self.failure: Exception | None = None
        self.hang = False
        self.status = "Accepted"

    def password_accepted(self, identity, password):
        return True

    def authorize(self, charger, id_tag):
        return self.status

    async def save(self, charger):
        if self.hang:
            await asyncio.Event().wait()
        if self.failure:
            raise self.failure
        self.saved += 1


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def charger():
    return Charger("CP-1")


@pytest.fixture
def inbound(site, charger):
    return Inbound(charger, site, site, lambda: NOW)


def start(**changes):
    call = {"connectorId": 1, "idTag": "TAG", "meterStart": 5, "timestamp": STAMP} | changes
    return {name: value for name, value in call.items() if value is not None}


def meter_values(sampled, **changes):
    values = [{"timestamp": STAMP, "sampledValue": sampled}]
    return {"connectorId": 1, "meterValue": values} | changes


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("Heartbeat", {}, {"currentTime": "2026-03-01T12:00:00Z"}),
        (
            "BootNotification",
            {"chargePointVendor": "V", "chargePointModel": "M"},
            {"status": "Accepted", "currentTime": "2026-03-01T12:00:00Z", "interval": 60},
        ),
        ("BootNotification", {}, {"status": "Accepted", "currentTime": STAMP, "interval": 60}),
        ("Authorize", {"idTag": "TAG"}, {"idTagInfo": {"status": "Accepted"}}),
        ("Authorize", {"idTag": "T" * 40}, {"idTagInfo": {"status": "Accepted"}}),
        ("StatusNotification", {"connectorId": 1, "status": "Charging"}, {}),
        ("StatusNotification", {"connectorId": "1", "status": "Charging"}, {}),
        (
            "StatusNotification",
            {"connectorId": 1, "status": "Charging", "errorCode": "Error", "timestamp": "soon"},
            {},
        ),
        ("StopTransaction", {"transactionId": 99, "meterStop": 1, "timestamp": STAMP}, {}),
        (
            "StopTransaction",
            {"transactionId": 99, "idTag": "TAG"},
            {"idTagInfo": {"status": "Accepted"}},
        ),
        ("FirmwareStatusNotification", {"status": "Downloading"}, {}),
        ("DiagnosticsStatusNotification", {"status": "Uploading"}, {}),
        ("SecurityEventNotification", {"type": "StartupOfTheDevice", "timestamp": STAMP}, {}),
        ("DataTransfer", {"vendorId": "other"}, {"status": "UnknownVendorId"}),
        (
            "DataTransfer",
            {"vendorId": "evse-ocpp", "messageId": "Other"},
            {"status": "UnknownMessageId"},
        ),
        ("MeterValues", {"connectorId": 1, "meterValue": []}, {}),
    ],
)
async def test_answers(inbound, action, payload, answer):
    assert await inbound.handle(action, payload) == answer


@pytest.mark.parametrize(
    ("action", "payload", "code", "field"),
    [
        ("Nonsense", {}, "NotImplemented", "Nonsense"),
        ("__init__", {}, "NotImplemented", "__init__"),
        ("StatusNotification", {"connectorId": 1}, OCCURENCE, "status"),
        ("StatusNotification", {"status": "Charging"}, OCCURENCE, "connectorId"),
        (
            "StatusNotification",
            {"connectorId": 1, "status": "Idle"},
            TYPE,
            "status: 'Idle' came, allowed is one of Available, ",
        ),
        (
            "StatusNotification",
            {"connectorId": 4711, "status": "Charging"},
            PROPERTY,
            "connectorId: 4711 came, allowed are 0 to 16",
        ),
        ("StatusNotification", {"connectorId": True, "status": "Charging"}, TYPE, "connectorId"),
        ("StatusNotification", {"connectorId": 10**30, "status": "Charging"}, TYPE, "connectorId"),
        ("Authorize", {}, OCCURENCE, "idTag"),
        ("Authorize", {"idTag": ["x"]}, TYPE, "idTag"),
        ("StartTransaction", start(connectorId=0), PROPERTY, "connectorId"),
        ("StartTransaction", start(idTag=None), OCCURENCE, "idTag"),
        ("StopTransaction", {}, OCCURENCE, "transactionId"),
        ("StopTransaction", {"transactionId": "x"}, TYPE, "transactionId"),
        ("MeterValues", {"connectorId": 1}, OCCURENCE, "meterValue"),
        ("MeterValues", {"connectorId": 1, "meterValue": {}}, TYPE, "meterValue"),
        ("DataTransfer", {}, OCCURENCE, "vendorId"),
    ],
)
async def test_schema_breaks_name_the_field(inbound, action, payload, code, field):
    with pytest.raises(CallRefusal) as refusal:
        await inbound.handle(action, payload)
    assert refusal.value.code == code
    assert field in refusal.value.description


async def test_start_is_stored_before_it_is_answered(inbound, site, charger):
    answer = await inbound.handle("StartTransaction", start())
    assert answer == {"transactionId": 1, "idTagInfo": {"status": "Accepted"}}
    assert site.saved == 1
    assert await inbound.handle("StartTransaction", start()) == answer
    assert charger.connectors[1].transaction.meter_start_wh == 5


@pytest.mark.parametrize("failure", [OSError("disk full"), None])
async def test_what_cannot_be_stored_is_not_acknowledged(
    inbound, site, failure, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(answers, "SAVE_TIMEOUT_S", 0.01)
    site.failure, site.hang = failure, failure is None
    with pytest.raises(CallRefusal, match="InternalError"):
        await inbound.handle("StartTransaction", start())
    site.failure, site.hang = None, False
    assert (await inbound.handle("StartTransaction", start()))["transactionId"] == 1


async def test_a_refused_card_still_gets_its_transaction(inbound, site, charger):
    site.status = "Blocked"
    answer = await inbound.handle("StartTransaction", start())
    assert answer == {"transactionId": 1, "idTagInfo": {"status": "Blocked"}}
    assert charger.connectors[1].transaction is not None


@pytest.mark.parametrize(
    "bad", [{"meterStart": "x"}, {"meterStart": -5}, {"timestamp": "x"}, {"meterStart": None}]
)
async def test_a_start_with_bad_optional_fields_counts(inbound, charger, bad):
    assert (await inbound.handle("StartTransaction", start(**bad)))["transactionId"] == 1
    assert charger.connectors[1].transaction.started_at == NOW or "timestamp" not in bad


async def test_stop_with_transaction_data(inbound, charger):
    await inbound.handle("StartTransaction", start(meterStart=1000))
    data = [{"timestamp": STAMP, "sampledValue": [{"value": "1030"}]}]
    await inbound.handle(
        "StopTransaction",
        {"transactionId": 1, "meterStop": 1040, "timestamp": STAMP, "transactionData": data},
    )
    session = charger.connectors[1].last_session
    assert (session.energy_wh, session.reason) == (40, "Local")


@pytest.mark.parametrize(
    ("sampled", "attribute", "value"),
    [
        ({"value": "7.4", "unit": "kW", "measurand": "Power.Active.Import"}, "power_w", 7400),
        ({"value": 7400, "measurand": "Power.Active.Import"}, "power_w", 7400),
        ({"value": "12.5", "unit": "kWh"}, "register_wh", 12_500),
        ({"value": "12500"}, "register_wh", 12_500),
        ({"value": "7400", "measurand": "Power.Active.Import", "context": "Odd"}, "power_w", 7400),
        ({"value": "21", "unit": "Celcius", "measurand": "Temperature"}, "temperature_c", 21),
        ({"value": "55", "unit": "Percent", "measurand": "SoC"}, "soc_percent", 55),
    ],
)
async def test_units(inbound, charger, sampled, attribute, value):
    await inbound.handle("MeterValues", meter_values([sampled]))
    assert getattr(charger.connectors[1].readings, attribute) == value
    assert not charger.violations


@pytest.mark.parametrize(
    "bad",
    [
        {"value": ""},
        {"value": "nan", "measurand": "Power.Active.Import"},
        {"value": "inf", "measurand": "Current.Import"},
        {"value": "1e300", "measurand": "Power.Active.Import"},
        {"value": "-5000", "measurand": "Energy.Active.Import.Register"},
        {"value": "99999", "measurand": "Voltage"},
        {"value": None, "measurand": "Voltage"},
        {"value": "230", "measurand": ""},
        {"value": "230", "measurand": 5},
        {"measurand": "Voltage"},
        "no object",
        None,
        {"value": {"a": 1}, "measurand": "Voltage"},
        {"value": "5", "measurand": "SoC", "unit": "Hz"},
        {"value": "-3", "measurand": "SoC", "unit": []},
    ],
)
async def test_an_absurd_value_is_dropped_and_counted_and_the_rest_is_used(inbound, charger, bad):
    good = {"value": "3000", "measurand": "Power.Active.Import"}
    await inbound.handle("MeterValues", meter_values([bad, good]))
    assert charger.connectors[1].readings.power_w == 3000
    assert charger.violations.total() >= 1


async def test_unused_measurands_are_no_fault(inbound, charger):
    sampled = [{"value": "50", "measurand": "Frequency", "unit": "Hertz"}]
    await inbound.handle("MeterValues", meter_values(sampled))
    assert not charger.violations


async def test_house_currents_come_from_the_inlet_of_connector_0(inbound, charger):
    sampled = [
        {"value": value, "measurand": "Current.Import", "phase": phase, "location": "Inlet"}
        for value, phase in (("1.5", "L1"), ("2.5", "L2"), ("3.5", "L3"))
    ]
    await inbound.handle("MeterValues", meter_values(sampled, connectorId=0))
    assert charger.house_current_a == (1.5, 2.5, 3.5)
    outlet = [{"value": "9", "measurand": "Current.Import", "phase": "L1"}]
    await inbound.handle("MeterValues", meter_values(outlet, connectorId=0))
    assert charger.house_current_a == (1.5, 2.5, 3.5)
    assert charger.connectors == {}


@pytest.mark.parametrize(
    ("source", "limited_by"), [("dlb", "dlb"), ("x" * 50, "x" * 50), ("x" * 9999, "x" * 50)]
)
async def test_the_winning_limit(inbound, charger, source, limited_by):
    call = {"vendorId": "evse-ocpp", "messageId": "Limit"}
    data = f'{{"connectorId":1,"limit":10.5,"source":"{source}"}}'
    answer = await inbound.handle("DataTransfer", call | {"data": data})
    assert answer == {"status": "Accepted"}
    connector = charger.connectors[1]
    assert (connector.limit_a, connector.limited_by) == (10.5, limited_by)
    assert connector.offered_a is None


@pytest.mark.parametrize(
    ("offered", "offered_a", "violations"),
    [
        ("6.0", 6, 0),
        ("0", 0, 0),
        ('"6.1"', 6.1, 0),
        ("null", 16, 0),
        ("-1", 16, 1),
        ("1001", 16, 1),
        ("true", 16, 1),
        ('"nan"', 16, 1),
        ("[]", 16, 1),
    ],
)
async def test_what_is_offered_comes_with_the_limit(
    inbound, charger, offered, offered_a, violations
):
    """A bad offer is dropped and counted; the limit is used."""
    charger.connector(1).offered_a = 16.0
    data = f'{{"connectorId":1,"limit":10.5,"source":"dlb","offered":{offered}}}'
    call = {"vendorId": "evse-ocpp", "messageId": "Limit", "data": data}
    assert await inbound.handle("DataTransfer", call) == {"status": "Accepted"}
    connector = charger.connectors[1]
    assert (connector.offered_a, connector.limit_a) == (offered_a, 10.5)
    assert charger.violations["offered"] == violations


@pytest.mark.parametrize(
    "data", [None, "", "{", "[]", "5", "{}", '{"connectorId":99,"limit":1,"source":"x"}', {"a": 1}]
)
async def test_a_bad_limit_is_rejected(inbound, charger, data):
    call = {"vendorId": "evse-ocpp", "messageId": "Limit", "data": data}
    assert await inbound.handle("DataTransfer", call) == {"status": "Rejected"}
    assert charger.connectors == {}


async def test_status_of_the_station_is_no_connector(inbound, charger):
    await inbound.handle("StatusNotification", {"connectorId": 0, "status": "Available"})
    assert charger.status is ChargerStatus.AVAILABLE
    assert charger.connectors == {}
    assert inbound.status_seen is False


async def test_offset_of_the_charger_clock(inbound, charger):
    call = {"connectorId": 1, "status": "Available", "timestamp": "2026-03-01T14:00:00Z"}
    await inbound.handle("StatusNotification", call)
    assert charger.clock_offset_s == pytest.approx(7200, abs=1)


class Story:
    """A session, told by a charger whose clock runs as it likes."""

    def __init__(self, site, charger) -> None:
        self.charger = charger
        self.now = self.stamp = NOW
        self.register_wh = 50_000.0
        self.inbound = Inbound(charger, site, site, lambda: self.now)

    async def start(self) -> None:
        await self.inbound.handle(
            "StartTransaction",
            start(meterStart=self.register_wh, timestamp=self.stamp.isoformat()),
        )

    async def sample(self, ours_s: float, theirs_s: float, increment_wh: float) -> None:
        """Let the time pass by both clocks, and tell the register."""
        self.now += timedelta(seconds=ours_s)
        self.stamp += timedelta(seconds=theirs_s)
        self.register_wh += increment_wh
        value = {
            "timestamp": self.stamp.isoformat(),
            "sampledValue": [{"value": str(self.register_wh)}],
        }
        await self.inbound.handle(
            "MeterValues", {"connectorId": 1, "transactionId": 1, "meterValue": [value]}
        )

    @property
    def counted_wh(self) -> tuple[float, float]:
        connector = self.charger.connectors[1]
        return connector.meter.total_wh, connector.transaction.energy_wh


@pytest.fixture
async def session(site, charger):
    story = Story(site, charger)
    await story.start()
    return story


@pytest.mark.parametrize("power_w", [17_000, 22_000])
@pytest.mark.parametrize(("ours_s", "theirs_s"), [(0.1, 10), (9.9, 10), (10, 9.9)])
async def test_energy_counts_whichever_clock_runs_faster(session, power_w, ours_s, theirs_s):
    step_wh = power_w * 10 / 3600
    for _ in range(1000):
        await session.sample(ours_s, theirs_s, step_wh)
    assert session.counted_wh == (pytest.approx(1000 * step_wh),) * 2
    assert session.charger.connectors[1].meter.rejected == 0


@pytest.mark.parametrize(
    ("ours_s", "theirs_s"), [(10, 10), (0.1, 10), (10, 0.1), (10, 20 * 3600), (10, -20 * 3600)]
)
async def test_a_jump_of_the_register_does_not_count_on_either_clock(session, ours_s, theirs_s):
    """Not with a clock set by 20 h at the same time either."""
    await session.sample(10, 10, 40)
    await session.sample(ours_s, theirs_s, 5000)
    assert session.counted_wh == (40, 40)


async def test_a_replay_of_a_fast_clock_is_recognised(session):
    for _ in range(10):
        await session.sample(0.1, 10, 40)
    await session.sample(0.1, -30, -120)
    await session.sample(0.1, 10, 40)
    assert session.counted_wh == (400, 400)
    await session.sample(0.1, 40, 120)
    assert session.counted_wh == (440, 440)


def heard(charger):
    told = []
    charger.listen(lambda each: told.append((each.kind, each.connector_id, dict(each.details))))
    return told


async def test_a_card_is_told_once_a_charge(site, inbound, charger):
    told = heard(charger)
    site.status = "Blocked"
    await inbound.handle("Authorize", {"idTag": "TAG"})
    await inbound.handle("StartTransaction", start())
    kinds = [kind for kind, _, _ in told]
    assert kinds == ["card_read", "session_started"]
    assert told[0] == ("card_read", 0, {"id_tag": "TAG", "status": "Blocked"})


async def test_a_card_that_the_charger_knew_itself_is_told_by_its_start(inbound, charger):
    told = heard(charger)
    await inbound.handle("StartTransaction", start())
    assert told[-1] == ("card_read", 1, {"id_tag": "TAG", "status": "Accepted"})


async def test_the_tag_of_a_remote_start_is_no_card(inbound, charger):
    charger.remote_id_tag = "TAG"
    told = heard(charger)
    await inbound.handle("Authorize", {"idTag": "TAG"})
    await inbound.handle("StartTransaction", start())
    assert [kind for kind, _, _ in told] == ["session_started"]


async def test_a_boot_is_told(inbound, charger):
    told = heard(charger)
    await inbound.handle("BootNotification", {"chargePointVendor": "V", "firmwareVersion": "1"})
    details = {"vendor": "V", "model": None, "firmware_version": "1"}
    assert told == [("booted", 0, details)]


async def test_a_boot_tells_the_meter(inbound, charger):
    """OCPP 1.6, section 6.3: whoever bills wants to know which meter it was."""
    boot = {"chargePointVendor": "V", "meterType": "EM340", "meterSerialNumber": "22\n"}
    await inbound.handle("BootNotification", boot)
    assert (charger.meter_type, charger.meter_serial) == ("EM340", "22")
    await inbound.handle("BootNotification", {"chargePointVendor": "V", "meterType": [340]})
    assert (charger.meter_type, charger.meter_serial) == (None, None)
    assert charger.violations["meterType"] == 1


async def test_a_reservation_is_used_up_by_its_start(inbound, charger):
    charger.reservations[7] = Reservation(7, 1, "TAG", NOW)
    told = heard(charger)
    await inbound.handle("StartTransaction", start(reservationId=7))
    assert charger.reservations == {}
    assert ("reservation_ended", 1, {"reservation_id": 7, "status": "Used"}) in told


@pytest.mark.parametrize(("minutes", "left"), [(1, [7]), (0, [])])
async def test_a_reservation_expires(inbound, charger, minutes, left):
    expires_at = NOW + timedelta(minutes=minutes)
    charger.reservations[7] = Reservation(7, 1, "TAG", expires_at)
    told = heard(charger)
    await inbound.handle("Heartbeat", {})
    assert [*charger.reservations] == left
    assert bool(told) is not bool(left)


async def test_texts_that_are_kept_are_bounded_and_visible(inbound, charger):
    flood = "A\x00\u202e" + "B" * 200_000
    await inbound.handle(
        "BootNotification", {"chargePointVendor": flood, "chargePointModel": "One\n\u2028Two"}
    )
    assert charger.vendor == "A" + "B" * 252
    assert charger.model == "OneTwo"
    started = {"connectorId": 1, "idTag": flood, "timestamp": flood, "meterStart": 0}
    await inbound.handle("StartTransaction", started)
    transaction = charger.connector(1).transaction
    assert len(transaction.id_tag) < 256
    assert len(transaction.start_key) <= 400
    again = await inbound.handle("StartTransaction", started)
    assert again["transactionId"] == transaction.id
