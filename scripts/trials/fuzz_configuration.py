"""The configuration file of `evse run` and its options `--set`, and connection strings in them.

Promised: a ConfigurationError that names everything wrong, or settings with which meters and buses
can be built: what a setting takes, the part behind it takes too.
"""

from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from websockets.exceptions import InvalidURI
from websockets.uri import parse_uri

from evse.lines.connection import ConnectionStringError, parse_connection
from evse.network.mqtt import broker_of
from evse.settings import meter_maps
from evse.settings.table import SETTINGS
from evse.settings.values import ConfigurationError, Settings
from evse.sharing.connection import parse_sharing
from evse.web.api.state import without_password
from scripts.trials.fuzzing import Stream, Target, at_once, promise, trial
from tests.firmware.settings_store import NoStore


class File:
    """A file with this content."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read_text(self, encoding: str) -> str:
        """As `Path.read_text`."""
        return self._content.decode(encoding)


def entry(data: bytes) -> None:
    """A byte: a file, options, or connection strings."""
    stream = Stream(data)
    how = stream.byte()
    if how & 4:
        address(stream.byte(), stream.rest().decode("utf-8", "replace"))
        return
    if how & 3 == 3:
        connection(stream.rest().decode("utf-8", "replace"))
        return
    names = ["ocpp.identity=a", "manufacturer.serial=b"]
    file, options = None, names
    if how & 1:
        file = cast("Path", File(stream.rest()))
    else:
        lines = stream.rest().decode("utf-8", "replace").split("\n")
        options = [*names, *(f"{key_of(line)}={line[1:]}" if how & 2 else line for line in lines)]
    try:
        settings = at_once(Settings.load(NoStore(), file, options))
    except ConfigurationError as error:
        promise(bool(error.errors) and all(map(str, error.errors)), "a refusal without words")
        return
    for meter in meter_maps.METERS:
        meter_maps.register_map(settings.values, meter)


def key_of(line: str) -> str:
    """A real key for a line, by its first character."""
    return KEYS[ord(line[0]) % len(KEYS)] if line else "x"


def address(number: int, text: str) -> None:
    """An address for one of the settings that take one: what is taken can be used."""
    setting = ADDRESSES[number % len(ADDRESSES)]
    settings = at_once(Settings.load(NoStore(), None, ["ocpp.identity=a", "manufacturer.serial=b"]))
    try:
        at_once(settings.set(setting.key, text, "fuzz"))
    except ValueError as error:
        promise(setting.key in str(error), "a refusal without the key")
        return
    without_password(text)
    (urlsplit(text).hostname or "").encode("idna")  # as whoever looks it up does
    if setting.key == "mqtt.url" and text:
        broker_of(settings.values)
    if setting.key == "ocpp.url" and text:
        try:
            parse_uri(text)
        except InvalidURI as error:
            promise("username" in str(error), f"{text!r} is taken, and is no address")


def connection(text: str) -> None:
    """Both kinds of connection strings."""
    for parse in (parse_connection, parse_sharing):
        try:
            found = parse(text)
        except ConnectionStringError as error:
            promise(bool(str(error)), "a refusal without words")
            continue
        promise(bool(str(found)), "a connection without a name")


ADDRESSES = tuple(setting for setting in SETTINGS if "://" in setting.pattern)
KEYS = tuple(setting.key for setting in SETTINGS if not setting.constant)
CONNECTIONS = (
    b"serial:/dev/ttyUSB0?baudrate=9600&parity=N&stopbits=1",
    b"tcp://192.168.1.7:502",
    b"can:socketcan/can0?bitrate=250000",
    b"lan:239.255.76.1:5076?interface=eth0",
    b"lan:192.168.1.21:5076,192.168.1.22:5076?port=5076",
    b"tcp://[::1]:502",
)

TARGET = Target(
    entry,
    seeds=[
        b"\1[meter.dlb]\nconnection = 'tcp://meter'\nmodel = 'custom'\nregister_current_l1 = 7\n",
        b"\1[ocpp_keys]\nHeartbeatInterval = 30\n",
        b"\0dlb.maximum_current_a=25\nnetwork.ssid=home",
        b"\2a1\nb2\nc3\nd4",
        *(b"\3" + each for each in CONNECTIONS),
        *(bytes([4, number]) + b"ws://a:80/x" for number in range(len(ADDRESSES))),
        *(bytes([4, number]) + b"https://u:p@[::1]:80/x" for number in range(len(ADDRESSES))),
    ],
    words=[
        b"=",
        b"\n",
        b"://",
        b"serial:",
        b"can:",
        b"lan:",
        b"mqtt://",
        b"..",
        b"[",
        b"@",
        *(key.encode() for key in KEYS),
    ],
    longest=600,
)

run = trial(__name__)
