"""The manual's "Disallow charging if OCPP queue is full" (ETEK EKEPC3, 5.8.2.1)."""

from tests.firmware.wallbox import Wallbox


async def test_manual_a_full_queue_is_an_error_and_ends_charging(wallbox: Wallbox) -> None:
    await wallbox.charge()
    await wallbox.run(20.0)
    assert wallbox.status() == "Charging"
    wallbox.central.queue_full = True
    await wallbox.run(10.0)
    report = wallbox.station.status(1)
    assert (report.status, report.error_code) == ("Faulted", "OtherError")
    assert report.vendor_error_code == "OcppQueueFull"
    assert wallbox.offered_a() == 0.0
    wallbox.central.queue_full = False
    await wallbox.until(lambda: wallbox.status() == "Charging", 60.0)
