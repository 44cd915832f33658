"""A foreign central system: the server side of the `ocpp` package, with its validation on.

    python tests/conformance/central_python.py

Steered over standard input and output as `central.py` says. Every payload is checked against the
package's schemas, in both directions.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from itertools import count
from typing import Any

from ocpp.charge_point import camel_to_snake_case, snake_to_camel_case
from ocpp.exceptions import OCPPError
from ocpp.messages import CallError, _validate_payload, unpack
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

CARDS: dict[str, dict[str, str]] = {}
"""What is known of cards: their idTagInfo; of any other, that it is Invalid."""

TRANSACTIONS: dict[str, int] = {}
"""The transactionId by the message id of its StartTransaction: one sent again is the same."""

NUMBERS = count(1)

LATE_S: dict[str, float] = {}
"""By action: after how many seconds its answer is sent."""

PLAIN = (
    "MeterValues",
    "StatusNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "SignedFirmwareStatusNotification",
    "SecurityEventNotification",
    "LogStatusNotification",
)
"""The calls whose answer is empty."""


def tell(event: str, **what: Any) -> None:
    """One line to whoever steers."""
    print(json.dumps({"event": event, **what}, default=float), flush=True)


def now() -> str:
    """As OCPP writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def decide(action: str, payload: dict[str, Any], message_id: str) -> dict[str, Any]:
    """The answer to a call of the wallbox."""
    info = CARDS.get(payload.get("idTag", ""), {"status": "Invalid"})
    match action:
        case "BootNotification":
            return {"status": "Accepted", "currentTime": now(), "interval": 300}
        case "Heartbeat":
            return {"currentTime": now()}
        case "Authorize":
            return {"idTagInfo": info}
        case "StartTransaction":
            number = TRANSACTIONS.setdefault(message_id, 0) or next(NUMBERS)
            TRANSACTIONS[message_id] = number
            return {"transactionId": number, "idTagInfo": info}
        case "StopTransaction":
            return {"idTagInfo": info} if "idTag" in payload else {}
        case "DataTransfer":
            return {"status": "UnknownVendorId"}
        case "SignCertificate":
            return {"status": "Accepted"}
    return {}


def handler(action: str) -> Any:
    """A method that answers and tells a call."""

    async def answer(self: "Wallbox", call_unique_id: str, **_fields: Any) -> Any:
        decided = decide(action, self.payload, call_unique_id)
        tell("call", id=call_unique_id, action=action, payload=self.payload, answer=decided)
        await asyncio.sleep(LATE_S.get(action, 0))
        return getattr(call_result, action)(**camel_to_snake_case(decided))

    answer.__name__ = f"on_{action}"  # by which the package finds it
    return on(action)(answer)


class Wallbox(ChargePoint):  # type: ignore[misc]  # the package is not typed
    """One connection of the wallbox."""

    payload: dict[str, Any]
    refusal: CallError | None = None

    async def route_message(self, raw_msg: str) -> None:
        try:
            unpack(raw_msg)
        except OCPPError as error:
            tell("violation", sender="wallbox", action="", what=f"{error}: {raw_msg}")
        await super().route_message(raw_msg)

    async def _handle_call(self, msg: Any) -> Any:
        try:
            _validate_payload(msg, "1.6")
        except OCPPError as error:
            tell("violation", sender="wallbox", action=msg.action, what=f"{error}: {msg.payload}")
            raise
        self.payload = msg.payload  # calls are handled one after the other
        try:
            return await super()._handle_call(msg)
        except OCPPError as error:
            tell("violation", sender="central", action=msg.action, what=str(error))
            raise

    async def _get_specific_response(self, unique_id: str, timeout: float) -> Any:
        response = await super()._get_specific_response(unique_id, timeout)
        self.refusal = response if isinstance(response, CallError) else None
        return response

    async def ask(self, request: int, action: str, payload: dict[str, Any]) -> None:
        """Send a call and tell its answer."""
        self.refusal = None
        try:
            message = getattr(call, action)(**camel_to_snake_case(payload))
            answer = await self.call(message, suppress=False)
        except OCPPError as error:
            if self.refusal is None:
                tell("violation", sender="wallbox", action=action, what=f"answer: {error}")
            code = self.refusal.error_code if self.refusal else "Violation"
            tell("answer", request=request, error=code, what=str(error))
        except (TimeoutError, ConnectionClosed) as error:
            tell("answer", request=request, error="NoAnswer", what=repr(error))
        else:
            given = {name: value for name, value in vars(answer).items() if value is not None}
            tell("answer", request=request, payload=snake_to_camel_case(given))


for name in (
    "BootNotification",
    "Heartbeat",
    "Authorize",
    "StartTransaction",
    "StopTransaction",
    "DataTransfer",
    "SignCertificate",
    *PLAIN,
):
    setattr(Wallbox, f"on_{name}", handler(name))


class Central:
    """The server; one wallbox at a time, the newest connection counts."""

    wallbox: Wallbox | None = None

    async def serve(self, connection: ServerConnection) -> None:
        """One connection until its end."""
        path = connection.request.path if connection.request else "/"
        wallbox = self.wallbox = Wallbox(path.rsplit("/", 1)[-1], connection)
        tell("connected", identity=wallbox.id, subprotocol=connection.subprotocol)
        try:
            await wallbox.start()
        except ConnectionClosed:
            if self.wallbox is wallbox:
                tell("disconnected")

    async def obey(self, tasks: asyncio.TaskGroup) -> None:
        """Do what standard input says until it ends."""
        reader = asyncio.StreamReader(limit=2**24)
        protocol = asyncio.StreamReaderProtocol(reader)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        while line := await reader.readline():
            order = json.loads(line)
            if "cards" in order:
                CARDS.update(order["cards"])
            elif "late_s" in order:
                LATE_S.update(order["late_s"])
            elif self.wallbox is None:
                tell("answer", request=order["request"], error="NoAnswer", what="not connected")
            else:
                ask = self.wallbox.ask(order["request"], order["action"], order["payload"])
                tasks.create_task(ask)


async def main() -> None:
    """Serve on a free port until standard input ends."""
    central = Central()
    async with serve(
        central.serve, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]
    ) as server:
        tell("listening", port=server.sockets[0].getsockname()[1])
        async with asyncio.TaskGroup() as tasks:
            await central.obey(tasks)


if __name__ == "__main__":
    asyncio.run(main())
