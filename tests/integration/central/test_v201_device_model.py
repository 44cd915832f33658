"""Variables of OCPP 2.0.1 as configuration keys, and the reports which bring them."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.evse_ocpp.central import v201_device_model
from custom_components.evse_ocpp.central.charger import ConfigurationKey
from custom_components.evse_ocpp.central.v201_device_model import (
    feature_profiles,
    variable_name,
    variable_parts,
)

from .v201_support import Station, settle

NAMES = [
    ("SampledDataCtrlr.Enabled", {"name": "SampledDataCtrlr"}, {"name": "Enabled"}),
    (
        "DeviceDataCtrlr.ItemsPerMessage[GetReport]",
        {"name": "DeviceDataCtrlr"},
        {"name": "ItemsPerMessage", "instance": "GetReport"},
    ),
    ("EVSE@1.Power", {"name": "EVSE", "evse": {"id": 1}}, {"name": "Power"}),
    (
        "Connector@2:1.ConnectorType",
        {"name": "Connector", "evse": {"id": 2, "connectorId": 1}},
        {"name": "ConnectorType"},
    ),
    (
        "Fan[left]@1.Speed[max]",
        {"name": "Fan", "instance": "left", "evse": {"id": 1}},
        {"name": "Speed", "instance": "max"},
    ),
    ("A%2EB%40.C%5B", {"name": "A.B@"}, {"name": "C["}),
]


@pytest.mark.parametrize(("name", "component", "variable"), NAMES)
def test_the_notation(name, component, variable):
    assert variable_name(component, variable) == name
    assert variable_parts(name) == {"component": component, "variable": variable}


text = st.text(min_size=1, max_size=20) | st.text(".[]@:%#A1", min_size=1, max_size=5)
instance = st.one_of(st.just({}), text.map(lambda each: {"instance": each}))
evse = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"id": st.integers(0, 99)}, optional={"connectorId": st.integers(0, 9)}
    ).map(lambda each: {"evse": each}),
)


@given(text, instance, evse, text, instance)
def test_whatever_names_are_the_notation_leads_back(component, of, where, variable, which):
    parts = {
        "component": {"name": component} | of | where,
        "variable": {"name": variable} | which,
    }
    assert variable_parts(variable_name(**parts)) == parts


@pytest.mark.parametrize(
    "name", ["", "HeartbeatInterval", "A.", ".B", "A.B.C", "A@x.B", "A[.B", "A.B#x"]
)
def test_what_is_no_name(name):
    with pytest.raises(ValueError, match=r"allowed is Component\.Variable"):
        variable_parts(name)


@pytest.mark.parametrize(
    ("told", "profiles"),
    [
        ({}, set()),
        ({"X.Y": "1"}, {"Core", "FirmwareManagement", "RemoteTrigger"}),
        ({"SmartChargingCtrlr.Enabled": "True"}, {"SmartCharging"}),
        ({"SmartChargingCtrlr.Available": "true"}, {"SmartCharging"}),
        (
            {"SmartChargingCtrlr.Available": "true", "SmartChargingCtrlr.Enabled": "false"},
            set(),
        ),
        ({"LocalAuthListCtrlr.Enabled": "true"}, {"LocalAuthListManagement"}),
        ({"ReservationCtrlr.Enabled": "true"}, {"Reservation"}),
        ({"ReservationCtrlr.Enabled": None}, set()),
    ],
)
def test_what_it_can_in_the_words_of_16(told, profiles):
    found = feature_profiles({key: ConfigurationKey(each, True) for key, each in told.items()})
    assert profiles <= found
    assert found - profiles <= {"Core", "FirmwareManagement", "RemoteTrigger"}


def entry(component, variable, value="1", mutability="ReadWrite", **more):
    attribute = {"value": value, "mutability": mutability}
    return {"component": component, "variable": variable, "variableAttribute": [attribute]} | more


ENTRIES = [entry(component, variable) for _, component, variable in NAMES]


@pytest.fixture
def station():
    return Station()


def reporting(station, *parts, status="Accepted"):
    """Let the station answer GetBaseReport and send these NotifyReports."""

    def answer(request):
        async def send():
            for part in parts:
                await station.says("NotifyReport", **({"requestId": request["requestId"]} | part))

        station.task = asyncio.create_task(send())
        return {"status": status}

    station.answers["GetBaseReport"] = answer


async def test_a_report_in_two_parts(station):
    reporting(
        station,
        {"seqNo": 0, "tbc": True, "reportData": ENTRIES[:3]},
        {"seqNo": 1, "reportData": ENTRIES[3:]},
    )
    await station.commands.read_configuration()
    assert set(station.charger.configuration) == {name for name, _, _ in NAMES}
    assert [each["reportBase"] for _, each in station.calls] == ["FullInventory"]
    assert set(station.charger.connectors) == {1, 2}
    assert station.inbound.device_model.connectors_of(2) == [1]
    assert station.charger.feature_profiles
    assert not station.charger.violations


async def test_what_may_be_written_and_what_a_list_may_contain(station):
    values = {"dataType": "MemberList", "valuesList": "A, B,C"}
    component = {"name": "C"}
    reporting(
        station,
        {
            "seqNo": 0,
            "reportData": [
                entry(component, {"name": "RW"}),
                entry(component, {"name": "RO"}, mutability="ReadOnly"),
                entry(component, {"name": "Secret"}, None, "WriteOnly"),
                entry(component, {"name": "List"}, variableCharacteristics=values),
                {
                    "component": component,
                    "variable": {"name": "Max"},
                    "variableAttribute": [
                        {"type": "MaxSet", "value": "9"},
                        {"type": "Actual", "value": "5", "constant": True},
                    ],
                },
            ],
        },
    )
    await station.commands.read_configuration()
    assert station.charger.configuration == {
        "C.RW": ConfigurationKey("1", readonly=False),
        "C.RO": ConfigurationKey("1", readonly=True),
        "C.Secret": ConfigurationKey(None, readonly=False),
        "C.List": ConfigurationKey("1", readonly=False),
        "C.Max": ConfigurationKey("5", readonly=True),
    }
    assert station.inbound.device_model.allowed == {"C.List": {"A", "B", "C"}}


async def test_how_many_entries_a_list_can_have(station):
    list_ctrlr = {"name": "LocalAuthListCtrlr"}
    most = {"dataType": "integer", "maxLimit": 50.0, "supportsMonitoring": False}
    entries = [
        entry(list_ctrlr, {"name": "Entries"}, "3", "ReadOnly", variableCharacteristics=most),
        entry(list_ctrlr, {"name": "Other"}, "3", "ReadOnly", variableCharacteristics=most),
    ]
    reporting(station, {"seqNo": 0, "reportData": entries})
    await station.commands.read_configuration()
    assert station.charger.configuration == {
        "LocalAuthListCtrlr.Entries": ConfigurationKey("3", readonly=True),
        "LocalAuthListCtrlr.Entries#maxLimit": ConfigurationKey("50", readonly=True),
        "LocalAuthListCtrlr.Other": ConfigurationKey("3", readonly=True),
    }


async def test_quirk_foxess_an_inventory_without_connectors_leaves_the_first_one(station):
    reporting(
        station, {"seqNo": 0, "reportData": [entry({"name": "ChargingStation"}, {"name": "Model"})]}
    )
    await station.commands.read_configuration()
    assert set(station.charger.connectors) == {1}
    assert station.inbound.connectors_of(1) == [1]


async def test_quirk_16_bad_entries_are_dropped(station):
    reporting(
        station,
        {
            "seqNo": 5,
            "requestId": -1,
            "reportData": [
                "no object",
                {},
                entry({"name": "C"}, {"name": ""}),
                entry({"name": "C", "evse": 1}, {"name": "V"}),
                entry({"name": "EVSE", "evse": {"id": 99}}, {"name": "Power"}),
                {"component": {"name": "C"}, "variable": {"name": "V"}, "variableAttribute": [1]},
            ],
        },
    )
    await station.commands.read_configuration()
    assert set(station.charger.configuration) == {"EVSE@99.Power"}
    assert set(station.charger.connectors) == {1}
    assert station.charger.violations == {
        "reportData": 4,
        "variableAttribute": 1,
        "NotifyReport.requestId": 1,
        "NotifyReport.seqNo": 1,
    }


async def test_a_report_without_an_end_is_taken_as_it_is(station, monkeypatch):
    monkeypatch.setattr(v201_device_model, "REPORT_SILENCE_S", 0.01)
    reporting(station, {"seqNo": 0, "tbc": True, "reportData": ENTRIES})
    await station.commands.read_configuration()
    assert len(station.charger.configuration) == len(NAMES)
    assert station.charger.violations == {"NotifyReport.tbc": 1}


async def test_a_flood_of_variables_ends_somewhere(station, monkeypatch):
    monkeypatch.setattr(v201_device_model, "MAX_VARIABLES", 3)
    await station.says("NotifyReport", requestId=1, seqNo=0, reportData=ENTRIES)
    assert len(station.charger.configuration) == 3
    assert station.charger.violations["reportData"] == 3


async def test_a_report_which_nobody_asked_for_is_taken_too(station):
    await station.says("NotifyReport", requestId=1, seqNo=0, reportData=ENTRIES)
    await settle()
    assert len(station.charger.configuration) == len(NAMES)


async def test_an_event_changes_a_known_variable_only(station):
    await station.says("NotifyReport", requestId=1, seqNo=0, reportData=ENTRIES[:1])
    for name in ("Enabled", "Other"):
        event = {"component": {"name": "SampledDataCtrlr"}, "variable": {"name": name}}
        await station.says("NotifyEvent", eventData=[event | {"actualValue": "false"}])
    assert station.charger.configuration == {
        "SampledDataCtrlr.Enabled": ConfigurationKey("false", readonly=False)
    }
