"""The panel that the settings say is fitted."""

from collections.abc import Callable

from evse.panels.belt import Belt, SpiDevice, SpiStrip, Strip, Ws281xStrip
from evse.panels.driver import Driver
from evse.panels.gpio import Buzzer, LampLines, LineAddress
from evse.panels.lcd import Lcd
from evse.panels.panel import Look, Panel
from evse.panels.shown import Shown
from evse.settings.values import Settings


def panel_of(settings: Settings, shown: Callable[[], Shown]) -> Panel:
    """Return the panel; run it as a task. `shown`: see `Panel`.

    Without a panel it has no devices, and `evse watch` shows the look of the ETEK.
    """
    look = settings["panel.look"]
    if look == "none":
        return Panel(Look.ETEK, shown, ())
    return Panel(Look(look), shown, drivers_of(settings))


def drivers_of(settings: Settings) -> list[Driver]:
    """Return the devices of the panel, none of them opened yet."""
    active_low = settings["panel.active_low"]
    drivers: list[Driver] = []
    if addresses := lamp_addresses(settings["panel.lamps"], active_low=active_low):
        drivers.append(LampLines(addresses))
    if settings["panel.lcd1602"]:
        drivers.append(Lcd(settings["panel.lcd_bus"], int(settings["panel.lcd_address"], 16)))
    if settings["panel.belt"] != "none":
        drivers.append(Belt(_strip_of(settings), settings["panel.belt_brightness_percent"] / 100))
    if line := settings["panel.buzzer"]:
        drivers.append(Buzzer(LineAddress.parse(line, active_low=active_low)))
    return drivers


def lamp_addresses(text: str, *, active_low: bool) -> dict[str, LineAddress]:
    """Return the lines in a text such as "blue=gpiochip0:17,yellow=pwmchip0:1".

    Raises ValueError.
    """
    pairs = (pair.strip().partition("=") for pair in text.split(",") if pair.strip())
    return {name: LineAddress.parse(line, active_low=active_low) for name, _, line in pairs}


def _strip_of(settings: Settings) -> Callable[[], Strip]:
    leds = settings["panel.belt_leds"]
    if settings["panel.belt"] == "spi":
        path = settings["panel.belt_device"]
        return lambda: SpiStrip(SpiDevice(path), leds)
    pin = settings["panel.belt_pin"]
    return lambda: Ws281xStrip(pin, leds)
