"""A wallbox in a group, as its central system and its owner see it."""

from evse.core.faults import Fault
from evse.core.limits import Source
from tests.firmware.wallbox import Workshop

SLAVE = (
    "installation.connection_mode=Slave",
    "sharing.unit=2",
    "sharing.connection=serial:/dev/there-is-none",
    "sharing.accept_unsealed=true",
)


async def test_a_failing_bus_of_the_group_is_a_warning(make_wallbox: Workshop) -> None:
    """Cabur 7.1.2, ERR CAN ADDR; I18."""
    wallbox = await make_wallbox(*SLAVE, "sharing.guaranteed_a=8")
    connector = wallbox.station.connectors[1]
    await wallbox.run(5.0)
    assert Fault.CAN_ADDRESS not in connector.controller.faults
    await wallbox.run(8.0)
    assert Fault.CAN_ADDRESS in connector.controller.faults
    await wallbox.charge()
    assert wallbox.offered_a() == 8.0
    assert connector.controller.winner.source is Source.SHARING_LOST
    assert wallbox.status() == "Charging"


async def test_it_leaves_the_group_without_a_restart(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(*SLAVE)
    wallbox.plug()
    await wallbox.run(1.0)
    await wallbox.card("A1", 1)
    await wallbox.run(15.0)
    assert wallbox.offered_a() == 0.0
    await wallbox.settings.set("installation.connection_mode", "Master", "test")
    await wallbox.until(lambda: wallbox.offered_a() == 32.0, 20.0)
    await wallbox.run(1.0)
    assert Fault.CAN_ADDRESS not in wallbox.station.connectors[1].controller.faults
