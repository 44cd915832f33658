"""One charge from end to end: what the homeowner does on the dashboard reaches the car."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scripts.harness.home_assistant import HarnessError, HomeAssistant, wait_until
from scripts.harness.house import Household

SAMPLE_S = 12  # the integration asks for meter values each 10 s
FUSE_A = 25


def car_a(house: Household) -> float:
    """What the car draws from L1."""
    return float(world(house)["connectors"]["1"]["car_a"][0])


def world(house: Household) -> dict:
    return house.wallbox.request(command="status")["world"]


def offered_a(house: Household) -> float:
    return float(house.wallbox.request(command="status")["connectors"]["1"]["offered_a"])


def state(house: Household, key: str) -> str:
    return house.home_assistant.state(house.entities[key])


def turn(house: Household, key: str, to: str) -> None:
    house.home_assistant.act(f"switch.turn_{to}", entity_id=house.entities[key])


def set_current(house: Household, amps: float) -> None:
    entity_id = house.entities["current_limit"]
    house.home_assistant.act("number.set_value", entity_id=entity_id, value=amps)


def charge(house: Household) -> None:
    """Plug a car in and wait until it takes energy."""
    turn(house, "free_charging", "on")
    house.wallbox.request(command="plug", max_a=32)
    wait_until(lambda: state(house, "status") == "charging", "status charging", 20)


def local_time(page: HomeAssistant) -> datetime:
    zone = ZoneInfo(page.api("GET", "/api/config")["time_zone"])
    return datetime.now(zone)


def test_the_homeowner_steers_the_car(household: Callable[..., Household]) -> None:
    house = household(dlb__maximum_current_a=FUSE_A)
    house.start()
    assert state(house, "status") == "available"
    assert state(house, "cable") == "off"
    charge(house)
    assert state(house, "cable") == "on"

    # The current: the slider moves the pilot, and the car follows.
    for amps in (10, 16, 8):
        set_current(house, amps)
        wait_until(lambda a=amps: offered_a(house) == a, f"{amps} A offered", 15)
        wait_until(lambda a=amps: abs(car_a(house) - 0.98 * a) < 0.1, f"{amps} A drawn", 15)
    assert state(house, "limited_by") == "user_limit"
    near = 0.98 * 8
    wait_until(
        lambda: abs((house.home_assistant.number(house.entities["current_l1"]) or 0) - near) < 0.2,
        "the car's current in Home Assistant",
        SAMPLE_S,
    )
    assert house.home_assistant.number(house.entities["power"]) == pytest.approx(
        3 * 230 * near, rel=0.05
    )

    # Stopping is a pause: the transaction goes on, the car takes nothing.
    turn(house, "charging", "off")
    wait_until(lambda: car_a(house) == 0, "no current", 15)
    wait_until(lambda: state(house, "status") == "suspended_evse", "status suspended", 15)
    assert state(house, "limited_by") == "paused"
    turn(house, "charging", "on")
    wait_until(lambda: car_a(house) > 7, "current again", 30)

    # The window: closed at this hour it pauses, open it goes on.
    page, entities = house.home_assistant, house.entities
    later, much_later = (local_time(page) + timedelta(hours=hours) for hours in (3, 4))
    for key, at in (("window_start", later), ("window_stop", much_later)):
        page.act("time.set_value", entity_id=entities[key], time=at.strftime("%H:%M:00"))
    turn(house, "charging_window", "on")
    wait_until(lambda: car_a(house) == 0, "no current outside the window", 20)
    assert state(house, "limited_by") == "window"
    turn(house, "charging_window", "off")
    wait_until(lambda: car_a(house) > 7, "current again", 30)

    # The plug ends it; energy and duration stay readable.
    house.wallbox.request(command="unplug")
    wait_until(lambda: state(house, "status") == "available", "status available", 20)
    metered = world(house)["connectors"]["1"]["register_wh"] / 1000
    for key in ("energy", "session_energy"):
        wait_until(
            lambda key=key: page.number(entities[key]) == pytest.approx(metered, abs=0.003),
            f"{key} of {metered:.3f} kWh",
            SAMPLE_S,
        )


def test_the_house_fuse_is_respected(household: Callable[..., Household]) -> None:
    house = household(dlb__maximum_current_a=FUSE_A)
    house.start()
    charge(house)
    set_current(house, 32)
    wait_until(lambda: car_a(house) > 20, "a car near the fuse's limit", 60)

    # A load step on one phase: the offer falls with the next meter sample (one a second).
    began = time.monotonic()
    house.wallbox.request(command="house", extra_a=[14, 0, 0])
    wait_until(lambda: offered_a(house) <= FUSE_A - 14, "less offered", 5, 0.02)
    assert time.monotonic() - began < 3  # one sample, and what a busy machine adds
    wait_until(lambda: state(house, "limited_by") == "dlb", "limited by load balancing", 15)
    wait_until(lambda: world(house)["house_a"][0] <= FUSE_A, "back under the fuse", 6, 0.05)
    wait_until(
        lambda: (house.home_assistant.number(house.entities["house_current_l1"]) or 0) > 20,
        "the house's current in Home Assistant",
        8,
    )

    # The fuse is a setting of the wallbox that Home Assistant can change.
    page = house.home_assistant
    entity_id = wait_until(lambda: house.entities.get("dlb_maximum_current"), "the setting", 10)
    page.act("number.set_value", entity_id=entity_id, value=20)
    wait_until(lambda: offered_a(house) <= 20 - 14, "less offered", 15)
    with pytest.raises(HarnessError, match=r"[45]00"):  # refused; older versions say 500
        page.act("number.set_value", entity_id=entity_id, value=3)
    assert page.number(entity_id) == 20

    # A silent meter: the agreed current within 10 s, and the reason.
    house.wallbox.request(command="meter", which="house", fault="silent")
    wait_until(lambda: state(house, "limited_by") == "meter_lost", "limited by meter lost", 15)
    house.wallbox.request(command="meter", which="house", fault="none")
    wait_until(lambda: state(house, "limited_by") == "dlb", "load balancing again", 15)
    report = house.wallbox.request(command="report")["report"]
    assert report["beyond_reaction_s"] == 0


def test_a_latched_fault_is_only_cleared_at_the_wallbox(
    household: Callable[..., Household],
) -> None:
    """Cabur manual, chapter 5: protections are not reclosed remotely."""
    house = household()
    house.start()
    charge(house)
    assert state(house, "stop_reason") == "unknown"
    house.wallbox.request(command="fault", fault="ResidualCurrent")
    wait_until(lambda: state(house, "status") == "faulted", "status faulted", 10)
    assert car_a(house) == 0
    # Until Home Assistant is told that the transaction has ended, the switch changes its profile.
    wait_until(lambda: state(house, "stop_reason") != "unknown", "the transaction's end", 30)
    house.wallbox.request(command="clear", fault="ResidualCurrent")
    turn(house, "charging", "off")
    turn(house, "charging", "on")
    time.sleep(3)
    assert state(house, "status") == "faulted"
    house.wallbox.request(command="press", fault="ResidualCurrent")
    wait_until(lambda: state(house, "status") != "faulted", "the fault's end", 10)
