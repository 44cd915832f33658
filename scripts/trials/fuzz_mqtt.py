"""What comes by MQTT where the limit may be set, and names that are put into topics.

Promised: a current within the bounds or a ValueError of one line; topics that are plain ones, and
messages that are JSON, whatever the wallbox is called.
"""

import json

from evse.network.mqtt_messages import ConnectorState, Wallbox, amperes, discovery, messages
from scripts.trials.fuzzing import Stream, Target, promise, trial

LIMITS_A = (6.0, 32.0)


def entry(data: bytes) -> None:
    """A byte: a payload (bytes or text), or names."""
    stream = Stream(data)
    how = stream.byte()
    body = stream.rest()
    if how & 2:
        names(body.decode("utf-8", "replace"))
        return
    payload = body.decode("utf-8", "replace") if how & 1 else body
    try:
        amps = amperes(payload, LIMITS_A)
    except ValueError as error:
        promise(len(str(error)) < 300 and "\n" not in str(error), "a refusal of many lines")
        return
    promise(LIMITS_A[0] <= amps <= LIMITS_A[1], f"{amps} A")


def names(text: str) -> None:
    """A wallbox of this name."""
    box = Wallbox("evse", text, text, text, text, "1.0", (1, 2), LIMITS_A)
    states = {1: ConnectorState("Charging", 16.0, 1.0, fault=text, limited_by=text)}
    for topic, payload in [*messages(box, states, 16.0), *discovery(box, control=True)]:
        promise(not set(topic) & set("+#\0"), f"the topic {topic!r}")
        promise(topic.isprintable() and topic.isascii(), f"the topic {topic!r}")
        if payload:
            json.loads(payload)


TARGET = Target(
    entry,
    seeds=[b"\0" + b"16", b"\1" + b" 13.5 ", b"\0" + b"nan", b"\2" + "Gärage/#+".encode()],
    words=[b"inf", b"nan", b"1_6", b"0x10", "١٦".encode(), b"e1", b"\n"],
    longest=100,
)

run = trial(__name__)
