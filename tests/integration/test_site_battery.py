"""The switch that keeps a home battery from emptying into a car."""

import asyncio

import pytest
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.evse_ocpp.site_battery import RETRY_S, BatteryLock

LOCK = "switch.lock"


@pytest.fixture
def lock(hass: HomeAssistant) -> BatteryLock:
    hass.states.async_set(LOCK, "off")
    return BatteryLock(hass, LOCK)


async def follow(lock: BatteryLock, hold: bool, now_s: float) -> None:
    """One turn, and what it sets going."""
    lock.follow(hold, now_s)
    await lock.hass.async_block_till_done()


async def test_it_is_switched_only_when_that_changes_something(
    hass: HomeAssistant, lock: BatteryLock
) -> None:
    on = async_mock_service(hass, "homeassistant", "turn_on")
    off = async_mock_service(hass, "homeassistant", "turn_off")
    await follow(lock, False, 0.0)
    assert not off
    await follow(lock, True, 1.0)
    assert [call.data["entity_id"] for call in on] == [LOCK]
    hass.states.async_set(LOCK, "on")
    await follow(lock, True, 2.0)
    assert len(on) == 1
    assert not lock.problem
    await follow(lock, False, 3.0)
    assert len(off) == 1


async def test_one_that_does_not_follow_is_tried_each_minute(
    hass: HomeAssistant, lock: BatteryLock
) -> None:
    on = async_mock_service(hass, "homeassistant", "turn_on")
    for now_s in (0.0, 1.0, RETRY_S - 1):
        await follow(lock, True, now_s)
    assert len(on) == 1
    assert lock.problem
    await follow(lock, True, RETRY_S)
    assert len(on) == 2
    hass.states.async_set(LOCK, "on")
    await follow(lock, True, RETRY_S + 1)
    assert not lock.problem


async def test_a_service_that_fails_is_a_problem(
    hass: HomeAssistant, lock: BatteryLock, caplog: pytest.LogCaptureFixture
) -> None:
    async_mock_service(
        hass, "homeassistant", "turn_on", raise_exception=HomeAssistantError("no answer")
    )
    await follow(lock, True, 0.0)
    assert lock.problem
    assert "no answer" in caplog.text


async def test_only_our_own_lock_is_released(hass: HomeAssistant, lock: BatteryLock) -> None:
    async_mock_service(hass, "homeassistant", "turn_on")
    off = async_mock_service(hass, "homeassistant", "turn_off")
    await lock.release()
    assert not off
    await follow(lock, True, 0.0)
    await lock.release()
    await lock.release()
    assert len(off) == 1


async def test_an_integration_that_hangs_holds_up_no_decision(
    hass: HomeAssistant, lock: BatteryLock
) -> None:
    """The fuse is kept each second; a cloud that does not answer takes ten."""
    answer, calls = asyncio.Event(), []

    async def hang(call: ServiceCall) -> None:
        calls.append(call)
        await answer.wait()

    hass.services.async_register("homeassistant", "turn_on", hang)
    off = async_mock_service(hass, "homeassistant", "turn_off")
    for now_s in (0.0, 1.0, RETRY_S + 1.0):
        lock.follow(True, now_s)
        await asyncio.sleep(0)
    assert len(calls) == 1
    answer.set()
    await lock.release()
    assert len(off) == 1
