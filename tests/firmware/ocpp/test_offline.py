"""Long times offline: the queue keeps its order and its bounds (ocpp16-behaviours 33, 34)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from evse.storage.outbox import Outbox

SWITCH = "DissallowChargingIfOcppQueueIsFull"


async def filled(wallbox: Any, record: Any, number: int) -> Outbox:
    """The outbox with `number` MeterValues, of increasing energy, of a transaction."""
    outbox = Outbox(wallbox.database)
    for index in range(number):
        sampled = {"value": str(index), "measurand": "Energy.Active.Import.Register"}
        value = {"timestamp": datetime.now(UTC).isoformat(), "sampled_value": [sampled]}
        payload = {"connector_id": 1, "meter_value": [value]}
        await outbox.add_meter_values(record.local_id, payload, index, datetime.now(UTC))
    return outbox


@pytest.mark.parametrize(("allowed", "full"), [(False, True), (True, False)])
async def test_a_full_queue_ends_charging_where_that_is_wanted(
    make_wallbox: Any,
    central: Any,
    eventually: Any,
    begun: Any,
    monkeypatch: Any,
    allowed: bool,
    full: bool,
) -> None:
    """ETEK EKEPC3, 5.8.2.1; then nothing is thinned, and it goes on when messages got through."""
    monkeypatch.setattr("evse.ocpp.sampling.MAX_METER_VALUES", 10)
    wallbox = await make_wallbox("MeterValueSampleInterval=1", f"{SWITCH}={not allowed}")
    wallbox.client.set_network(up=False)
    wallbox.start()
    record = begun()
    await wallbox.client.transaction_started(record)
    outbox = await filled(wallbox, record, 8)
    await eventually(lambda: wallbox.client.queue_full or not full)
    began_s = wallbox.clock.monotonic()
    await eventually(lambda: wallbox.clock.monotonic() > began_s + 5)
    assert wallbox.client.queue_full is full
    assert (await outbox.count() == 10) is full
    wallbox.client.set_network(up=True)
    await eventually(lambda: not wallbox.client.queue_full and central.of("MeterValues"))


async def test_meter_values_are_thinned_and_starts_and_stops_stay(
    make_wallbox: Any, central: Any, eventually: Any, begun: Any, ended: Any, monkeypatch: Any
) -> None:
    """Behaviour 34: the order stays; what is left covers the whole time."""
    monkeypatch.setattr("evse.storage.outbox.MAX_METER_VALUES", 20)
    wallbox = await make_wallbox("MeterValueSampleInterval=0")
    charges = [begun(id_tag=f"CARD{number}") for number in range(3)]
    for record in charges:
        await wallbox.client.transaction_started(record)
        await filled(wallbox, record, 30)
        await wallbox.client.transaction_stopped(ended(record))
    wallbox.start()
    await eventually(lambda: len(central.of("StopTransaction")) == 3)
    told = [name for name in central.actions() if name in ("StartTransaction", "StopTransaction")]
    assert told == ["StartTransaction", "StopTransaction"] * 3
    energies = [
        int(message["meter_value"][0]["sampled_value"][0]["value"])
        for message in central.of("MeterValues")
    ]
    assert 10 <= len(energies) <= 20
    assert energies[-1] == 29
