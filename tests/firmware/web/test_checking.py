"""What comes with a request: an error names the field, what came and what is allowed."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evse.settings.setting import Role
from evse.web import checking
from evse.web.checking import MAX_BODY_BYTES, MAX_VALUES, PUBLIC_BODY_BYTES
from evse.web.context import Context
from evse.web.endpoint import Access, Call, Endpoint, Schema
from tests.firmware.web.door import Door, door, errors

BODY: Schema = {
    "type": "object",
    "required": ["amps"],
    "additionalProperties": False,
    "properties": {
        "amps": {"type": "integer", "minimum": 6, "maximum": 32},
        "mode": {"enum": ["solar", "fast"]},
        "pin": {"type": "string", "pattern": "^[0-9]{6}$", "writeOnly": True},
        "car": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string", "maxLength": 10}},
        },
    },
}

PARAMETERS: dict[str, Schema] = {
    "number": {"type": "integer", "minimum": 1, "maximum": 2},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
    "share": {"type": "number", "minimum": 0},
    "all": {"type": "boolean"},
    "name": {"type": "string", "maxLength": 10},
}


async def _echo(call: Call) -> dict[str, Any]:
    return {
        "path": call.path,
        "query": call.query,
        "headers": call.headers,
        "body": call.body,
        "language": call.language,
    }


def _make(_context: Context) -> list[Endpoint]:
    public, path = Access.PUBLIC, "/api/v1/echo/{number}"
    headers = {"X-MD5": {"type": "string", "pattern": "^[0-9a-f]{32}$"}}
    return [
        Endpoint(
            "GET", path, _echo, "Echo", {}, access=public, parameters=PARAMETERS, headers=headers
        ),
        Endpoint(
            "POST",
            path,
            _echo,
            "Echo",
            {},
            access=public,
            parameters={"number": PARAMETERS["number"]},
            takes=BODY,
        ),
        Endpoint("POST", "/api/v1/inside", _echo, "Echo", {}, takes=BODY),
    ]


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Door]:
    async with door(tmp_path, _make) as made:
        yield made


async def test_parameters_come_as_values(there: Door) -> None:
    path = "/api/v1/echo/2?limit=7&share=0.5&all=true&name=12&language=de"
    got = await there.browser().get(path, headers={"X-MD5": "a" * 32})
    assert got == {
        "path": {"number": 2},
        "query": {"limit": 7, "share": 0.5, "all": True, "name": "12", "language": "de"},
        "headers": {"X-MD5": "a" * 32},
        "body": None,
        "language": "de",
    }
    assert (await there.browser().get("/api/v1/echo/1"))["query"] == {"limit": 50}


@pytest.mark.parametrize(
    ("path", "field", "allowed"),
    [
        ("3", "number", "at most 2"),
        ("0", "number", "at least 1"),
        ("x", "number", "integer"),
        ("1_0", "number", "integer"),
        ("9" * 5000, "number", "integer"),
        ("1?limit=0", "limit", "at least 1"),
        ("1?limit=many", "limit", "integer"),
        ("1?limit=", "limit", "integer"),
        ("1?limit=1&limit=2", "limit", "one value"),
        ("1?share=NaN", "share", "number"),
        ("1?share=1e999", "share", "number"),
        ("1?share=-1", "share", "at least 0"),
        ("1?share=" + "[" * 2000, "share", "number"),
        ("1?all=perhaps", "all", "boolean"),
        ("1?name=abcdefghijk", "name", "10"),
        ("1?language=tlh", "language", "en, it, de, es, fr"),
        ("1?offset=1", "offset", "one of limit, share, all, name, language"),
    ],
)
async def test_parameters_that_cannot_be(path: str, field: str, allowed: str, there: Door) -> None:
    response = await there.browser().ask("GET", f"/api/v1/echo/{path}")
    assert response.status == 422
    (error,) = await errors(response)
    assert error["field"] == field
    assert allowed in error["allowed"]
    assert len(error["message"]) < 400


async def test_headers_that_cannot_be(there: Door) -> None:
    response = await there.browser().ask("GET", "/api/v1/echo/1", headers={"X-MD5": "short"})
    (error,) = await errors(response)
    assert (response.status, error["field"], error["came"]) == (422, "X-MD5", "short")


@pytest.mark.parametrize(
    ("body", "field", "came", "allowed"),
    [
        ({}, "amps", None, "integer, at least 6, at most 32"),
        ({"amps": 5}, "amps", 5, "integer, at least 6, at most 32"),
        ({"amps": "6"}, "amps", "6", "integer"),
        ({"amps": 6.5}, "amps", 6.5, "integer"),
        ({"amps": 1e300}, "amps", 1e300, "at most 32"),
        ({"amps": 6, "mode": "slow"}, "mode", "slow", "one of solar, fast"),
        ({"amps": 6, "volts": 230}, "volts", None, "one of amps, mode, pin, car"),
        ({"amps": 6, "pin": "12345x"}, "pin", None, "^[0-9]{6}$"),
        ({"amps": 6, "car": {}}, "car.name", None, "at most, in characters, 10"),
        ({"amps": 6, "car": {"name": "x" * 300}}, "car.name", "x" * 79 + "…", "10"),
        ([], "body", None, "object"),
        ("123456", "body", None, "object"),
    ],
)
async def test_bodies_that_cannot_be(
    body: object, field: str, came: object, allowed: str, there: Door
) -> None:
    response = await there.browser().ask("POST", "/api/v1/echo/1", json=body)
    assert response.status == 422
    (error,) = await errors(response)
    assert (error["field"], error["came"]) == (field, came)
    assert allowed in error["allowed"]


async def test_every_error_is_told_at_once(there: Door) -> None:
    body = {"amps": 99, "mode": "slow", "car": {"name": 7}}
    response = await there.browser().ask("POST", "/api/v1/echo/1", json=body)
    assert {error["field"] for error in await errors(response)} == {"amps", "mode", "car.name"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"amps": NaN}',
        b'{"amps": Infinity}',
        b'{"amps": 1e999}',
        b'{"car": {"name": "\\ud800"}, "amps": 6}',
        b"[" * 30_000,
        b'{"amps": ' + b"9" * 10_000 + b"}",
    ],
)
async def test_what_is_no_json(body: bytes, there: Door) -> None:
    response = await there.browser().ask(
        "POST", "/api/v1/echo/1", data=body, headers={"Content-Type": "application/json"}
    )
    assert response.status == 400
    (error,) = await errors(response)
    assert (error["code"], error["field"]) == ("not_json", "body")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
async def test_another_media_type(kind: str, there: Door) -> None:
    """A form of another site can send these without asking first (CORS)."""
    response = await there.browser().ask(
        "POST", "/api/v1/echo/1", data=b'{"amps": 6}', headers={"Content-Type": kind}
    )
    assert response.status == 415


async def test_a_body_too_large(there: Door) -> None:
    """Nobody who is not logged in may have us look at much."""
    await there.claim()
    for asking, path, most in (
        (there.browser(), "/api/v1/echo/1", PUBLIC_BODY_BYTES),
        (there.browser(Role.USER), "/api/v1/inside", MAX_BODY_BYTES),
    ):
        for size, status in ((most - 100, 422), (most + 1, 413)):
            body = json.dumps({"mode": "x" * size}).encode()
            for data in (body, _in_pieces(body)):
                response = await asking.ask(
                    "POST", path, data=data, headers={"Content-Type": "application/json"}
                )
                assert response.status == status
                assert await errors(response)


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """Of a length that nobody has announced."""
    for at in range(0, len(body), 10_000):
        yield body[at : at + 10_000]


@pytest.mark.parametrize(
    "body",
    [
        {f"k{number}": 0 for number in range(MAX_VALUES + 1)},
        {"mode": [0] * (MAX_VALUES + 1)},
        {"mode": [[0] * 40] * 40},
    ],
)
async def test_a_body_with_too_many_values(body: Any, there: Door) -> None:
    """To check them all would take the time of control turns."""
    response = await there.browser().ask("POST", "/api/v1/echo/1", json=body)
    assert response.status == 413
    (error,) = await errors(response)
    assert error["allowed"] == f"at most {MAX_VALUES} values"


async def test_a_number_of_thousands_of_digits_is_not_told_again(there: Door) -> None:
    response = await there.browser().ask(
        "POST",
        "/api/v1/echo/1",
        data=b'{"amps": %s}' % (b"9" * 4000),
        headers={"Content-Type": "application/json"},
    )
    assert response.status == 422
    assert len(await response.text()) < 300


async def test_a_body_that_does_not_come(there: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "BODY_S", 0.05)
    url = there.client.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(
        b"POST /api/v1/echo/1 HTTP/1.1\r\nHost: wallbox\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    async with asyncio.timeout(60):
        assert b" 408 " in await reader.readline()
    writer.close()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("nl,fr;q=0.4,it;q=0.6", "it"),
        ("en;q=0,es;q=0.1", "es"),
        ("ru", "en"),
        ("*;q=x,,;;=", "en"),
    ],
)
async def test_the_language_is_the_browsers(accepted: str, language: str, there: Door) -> None:
    got = await there.browser().get("/api/v1/echo/1", headers={"Accept-Language": accepted})
    assert got["language"] == language


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
async def test_whatever_comes_is_answered(there: Door, body: bytes) -> None:
    response = await there.browser().ask(
        "POST", "/api/v1/echo/1", data=body, headers={"Content-Type": "application/json"}
    )
    assert response.status in {400, 422}
    assert await errors(response)


async def test_a_socket_that_says_nonsense_ends_nothing(there: Door) -> None:
    url = there.client.make_url("/")
    for nonsense in (b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\n\x00\xff"):
        with socket.create_connection((url.host, url.port), 5) as connection:
            connection.sendall(nonsense)
    assert (await there.browser().get("/api/v1/echo/1"))["path"] == {"number": 1}
