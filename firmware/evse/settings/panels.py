"""The front panel: "LCD1602" of page MANUFACTURER (5.8.1.8), and which devices are fitted."""

from typing import Any

from evse.settings.setting import Kind, Roles, Setting

FITTED = Roles.spelt("RW", "UV", "UV")
"""As "LCD1602" in the manual's table 5.8.2."""

_LINE = r"(gpio|pwm)chip\d{1,3}:\d{1,3}"
_LAMP = rf"[a-z]+(\.(red|green|blue))?={_LINE}"


def _row(key: str, kind: Kind, default: bool | int | str, label: str, **rest: Any) -> Setting:
    return Setting(key, kind, default, label, FITTED, reboot=True, **rest)


ROWS = (
    _row(
        "panel.look",
        Kind.ENUM,
        "etek",
        "Front panel",
        choices=("etek", "cabur", "none"),
    ),
    _row("panel.lcd1602", Kind.BOOL, False, "LCD1602"),
    _row("panel.lcd_bus", Kind.INT, 1, "I2C bus of the LCD1602", minimum=0, maximum=255),
    _row(
        "panel.lcd_address",
        Kind.STR,
        "0x27",
        "I2C address of the LCD1602",
        pattern=r"0x(2[0-7]|3[89a-fA-F])",
        form="0x20 … 0x27 (PCF8574) or 0x38 … 0x3F (PCF8574A)",
    ),
    _row(
        "panel.lamps",
        Kind.STR,
        "",
        "Lines of the lamps",
        maximum=500,
        pattern=rf"|{_LAMP}(,{_LAMP})*",
        form="e.g. blue=pwmchip0:0,green=gpiochip0:27,belt.red=pwmchip0:1, or empty",
    ),
    _row(
        "panel.buzzer",
        Kind.STR,
        "",
        "Line of the buzzer",
        pattern=rf"|{_LINE}",
        form="e.g. gpiochip0:25, or empty",
    ),
    _row("panel.active_low", Kind.BOOL, False, "Lamps and buzzer are on at 0 V"),
    _row(
        "panel.belt",
        Kind.ENUM,
        "none",
        "LED belt (WS2812)",
        choices=("none", "ws281x", "spi"),
    ),
    _row(
        "panel.belt_pin",
        Kind.INT,
        18,
        "Pin of the LED belt with ws281x (BCM number)",
        minimum=0,
        maximum=53,
    ),
    _row(
        "panel.belt_device",
        Kind.STR,
        "/dev/spidev0.0",
        "Device of the LED belt with spi",
        pattern=r"/dev/\S+",
        form="e.g. /dev/spidev0.0",
        maximum=100,
    ),
    _row(
        "panel.belt_leds",
        Kind.INT,
        60,
        "LEDs of the belt",
        minimum=1,
        maximum=444,  # what fits into one transfer of spidev's 4096 bytes
    ),
    _row(
        "panel.belt_brightness_percent",
        Kind.INT,
        40,
        "Brightness of the LED belt",
        minimum=1,
        maximum=100,
        unit="%",
    ),
)
