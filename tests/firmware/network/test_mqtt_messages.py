"""What is published by MQTT, and what Home Assistant makes of it."""

import json

import pytest

from evse.network.mqtt_messages import (
    ConnectorState,
    Wallbox,
    amperes,
    discovery,
    forgotten,
    messages,
)

BOX = Wallbox("evse", "DE*ABC/1+#", "12AB34CD", "ETEK", "EKEPC3", "0.1.0", (1,), (6.0, 32.0))
STATE = ConnectorState(
    status="Charging",
    offered_a=15.96,
    energy_wh=1234.4,
    power_w=11040.4,
    current_a=(16.04, 15.98, 0.0),
    voltage_v=(230.2, 229.8, 231.1),
    limited_by="dlb",
)


def test_the_values_are_json_under_a_topic_of_the_wallbox() -> None:
    told = dict(messages(BOX, {1: STATE}, 16.0))
    assert set(told) == {"evse/DE_ABC_1__/1/state", "evse/DE_ABC_1__/limit"}
    assert told["evse/DE_ABC_1__/limit"] == "16"
    assert json.loads(told["evse/DE_ABC_1__/1/state"]) == {
        "status": "Charging",
        "charging": True,
        "power_w": 11040,
        "energy_wh": 1234,
        "offered_a": 16.0,
        "limited_by": "dlb",
        "fault": "",
        "current_l1_a": 16.0,
        "current_l2_a": 16.0,
        "current_l3_a": 0.0,
        "voltage_l1_v": 230,
        "voltage_l2_v": 230,
        "voltage_l3_v": 231,
    }


def test_what_is_not_measured_is_null() -> None:
    told = json.loads(
        dict(messages(BOX, {1: ConnectorState("Available", 0.0, 0.0)}, 16.0))[
            "evse/DE_ABC_1__/1/state"
        ]
    )
    assert told["power_w"] is told["current_l1_a"] is told["voltage_l3_v"] is None


@pytest.mark.parametrize("control", [True, False])
def test_home_assistant_knows_every_value_by_its_template(control: bool) -> None:
    values = json.loads(next(messages(BOX, {1: STATE}, 16.0))[1])
    configs = {
        topic: json.loads(payload) for topic, payload in discovery(BOX, control=control) if payload
    }
    assert len({config["unique_id"] for config in configs.values()}) == len(configs)
    for topic, config in configs.items():
        _, component, node, name, end = topic.split("/")
        assert (node, end) == ("evse_12ab34cd", "config")
        assert config["unique_id"] == f"{node}_{name}"
        assert config["availability_topic"] == "evse/DE_ABC_1__/status"
        assert config["device"]["identifiers"] == ["evse_12ab34cd"]
        template = config.get("value_template", "")
        assert all(
            word.removeprefix("value_json.") in values
            for word in template.split()
            if word.startswith("value_json.")
        )
        assert (component == "number") is ("command_topic" in config)
    numbers = [topic for topic in configs if "/number/" in topic]
    assert bool(numbers) is control
    if control:
        limit = configs[numbers[0]]
        assert (limit["min"], limit["max"]) == BOX.limits_a
        assert limit["command_topic"] == "evse/DE_ABC_1__/limit/set"


def test_energy_counts_for_the_energy_dashboard() -> None:
    energy = [
        json.loads(payload) for topic, payload in discovery(BOX, control=False) if "energy" in topic
    ]
    assert [(each["device_class"], each["state_class"]) for each in energy] == [
        ("energy", "total_increasing")
    ]


def test_discovery_is_taken_back_whole() -> None:
    assert {topic for topic, _ in discovery(BOX, control=False)} == {
        topic for topic, payload in forgotten(BOX) if payload == ""
    }


@pytest.mark.parametrize(("payload", "amps"), [(b"10", 10.0), ("6.5", 6.5), (b" 32 ", 32.0)])
def test_a_limit_is_read(payload: bytes | str, amps: float) -> None:
    assert amperes(payload, (6.0, 32.0)) == amps


@pytest.mark.parametrize(
    "payload", [b"", b"5.9", b"33", b"nan", b"inf", b"-1", b"ten", b"\xff\xfe", b"1" * 10_000]
)
def test_what_is_no_limit_is_refused_with_what_is_allowed(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"limit/set: came .*, allowed 6 … 32 A"):
        amperes(payload, (6.0, 32.0))
