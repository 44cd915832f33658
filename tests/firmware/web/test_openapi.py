"""The OpenAPI document tells what the server does, and nothing else."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from evse.web.api import session, tokens
from evse.web.context import Context
from evse.web.endpoint import WEBSOCKET, Access, Call, Endpoint
from evse.web.openapi import document
from tests.firmware.web.door import door
from tests.firmware.web.test_guard import every


async def _nothing(_call: Call) -> None:
    return None


async def test_it_is_served_and_has_every_endpoint(tmp_path: Path) -> None:
    async with door(tmp_path, every) as there:
        told = await there.browser().get("/api/v1/openapi.json")
        named = {
            f"{method.upper()} {path}"
            for path, operations in told["paths"].items()
            for method in operations
        }
        assert named == {endpoint.name for endpoint in there.server.endpoints}
    assert told["openapi"] == "3.1.0"


async def test_every_schema_in_it_is_one(tmp_path: Path) -> None:
    async with door(tmp_path, every) as there:
        told = await there.browser().get("/api/v1/openapi.json")
    schemas = list(_schemas(told))
    assert len(schemas) > 100
    for schema in schemas:
        Draft202012Validator.check_schema(schema)


def _schemas(tree: Any) -> Any:
    """Every value of a key `schema`."""
    if isinstance(tree, dict):
        if isinstance(tree.get("schema"), dict):
            yield tree["schema"]
        for value in tree.values():
            yield from _schemas(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _schemas(value)


async def test_operation_ids_are_unique(tmp_path: Path) -> None:
    async with door(tmp_path, every) as there:
        told = await there.browser().get("/api/v1/openapi.json")
    names = [each["operationId"] for path in told["paths"].values() for each in path.values()]
    assert len(names) == len(set(names))


def operation(endpoint: Endpoint) -> dict[str, Any]:
    told = document([endpoint], "1.0")["paths"]
    found: dict[str, Any] = told[endpoint.path][endpoint.method.lower()]
    return found


def test_what_may_change_something_needs_csrf_or_a_token() -> None:
    change = operation(Endpoint("PUT", "/api/v1/x", _nothing, "X", {}))
    assert change["security"] == [{"token": []}, {"session": [], "csrf": []}]
    look = operation(Endpoint("GET", "/api/v1/x", _nothing, "X", {}))
    assert look["security"] == [{"token": []}, {"session": []}]
    public = operation(Endpoint("GET", "/api/v1/x", _nothing, "X", {}, access=Access.PUBLIC))
    assert public["security"] == []


@pytest.mark.parametrize(
    ("more", "status", "content"),
    [
        ({}, "200", "application/json"),
        ({"status": 201}, "201", "application/json"),
        ({"status": 204}, "204", None),
        ({"gives": "text/csv"}, "200", "text/csv"),
        ({"gives": WEBSOCKET}, "101", None),
    ],
)
def test_the_answer_of_success(more: dict[str, Any], status: str, content: str | None) -> None:
    told = operation(Endpoint(**{**_LOOK, **more}))["responses"]
    assert [each for each in told if each < "400"] == [status]
    assert list(told[status].get("content", {})) == ([content] if content else [])


_LOOK: dict[str, Any] = {
    "method": "GET",
    "path": "/api/v1/x",
    "handler": _nothing,
    "summary": "X",
    "gives": {},
}


def test_parameters_stand_where_they_come() -> None:
    told = operation(
        Endpoint(
            "GET",
            "/api/v1/cards/{tag}",
            _nothing,
            "X",
            {},
            parameters={"tag": {"type": "string"}, "limit": {"type": "integer"}},
            headers={"X-MD5": {"type": "string"}},
        )
    )["parameters"]
    assert [(each["name"], each["in"], each["required"]) for each in told] == [
        ("tag", "path", True),
        ("limit", "query", False),
        ("X-MD5", "header", False),
        ("language", "query", False),
    ]


def _of_both(context: Context) -> list[Endpoint]:
    return [*session.endpoints(context), *tokens.endpoints(context)]


async def test_passwords_are_write_only(tmp_path: Path) -> None:
    async with door(tmp_path, _of_both) as there:
        told = await there.browser().get("/api/v1/openapi.json")
    log_in = told["paths"]["/api/v1/session"]["post"]["requestBody"]["content"]
    password = log_in["application/json"]["schema"]["properties"]["password"]
    assert password["writeOnly"] is True
