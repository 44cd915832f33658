"""What MQTT is told of a wallbox is what the wallbox is."""

from evse.network.mqtt_messages import messages
from evse.network.published import states_of, wallbox_of
from tests.firmware.wallbox import Wallbox


async def test_a_charging_wallbox_tells_status_power_and_limit(wallbox: Wallbox) -> None:
    station = wallbox.station
    before = states_of(station.connectors, station.readings)[1]
    assert (before.status, before.fault) == ("Available", "")
    await wallbox.charge()
    await wallbox.run(20)
    state = states_of(station.connectors, station.readings)[1]
    assert state.status == "Charging"
    assert state.power_w is not None
    assert state.power_w > 1000
    assert state.offered_a == station.connectors[1].controller.offered_a
    box = wallbox_of(wallbox.settings.values, station.connector_ids)
    assert box.connectors == (1,)
    assert box.limits_a[0] == 6.0
    assert box.model
    limit_a = wallbox.settings["installation.output_current_limit_a"]
    assert [topic for topic, _ in messages(box, {1: state}, limit_a)] == [
        f"{box.base}/1/state",
        f"{box.base}/limit",
    ]
