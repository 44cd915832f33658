"""The OpenAPI 3.1 document of the API, made from its endpoints. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from evse.web.checking import LANGUAGE
from evse.web.endpoint import PREFIX, WEBSOCKET, Access, Call, Endpoint, Schema
from evse.web.guard import CSRF_HEADER, SECURE_COOKIE

PATH = f"{PREFIX}/openapi.json"

_VALUE: Schema = {"description": "what came; null when nothing did, or it is secret"}

ERROR: Schema = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["code", "field", "came", "allowed", "message"],
                "properties": {
                    "code": {"type": "string", "description": "for programs; never changes"},
                    "field": {"type": ["string", "null"]},
                    "came": _VALUE,
                    "allowed": {"type": ["string", "null"]},
                    "message": {"type": "string", "description": "for people, in English"},
                },
            },
        }
    },
}

_ERRORS = {
    400: "The request cannot be read",
    401: "Nobody is logged in, or log-in, key or token are wrong",
    403: "Not for this role; or a browser's request without CSRF token, or from another site",
    404: "There is no such thing",
    405: "The path has no such method",
    408: "The body did not come in time",
    409: "Not now: what is asked for does not fit the state",
    413: "Too large",
    415: "The body is of another media type",
    422: "A value cannot be taken; each error names the field",
    426: "A websocket is what is to be asked for here",
    429: "Too many attempts; Retry-After says when the next may come",
    503: "The wallbox does not do its work",
    507: "The disk is full or fails; nothing was changed",
}

_RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "s"}}


def document(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """The document. `version`: of the program."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wallbox",
            "version": version,
            "description": "The API of the wallbox's local page. Instants are ISO 8601 in UTC.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SECURE_COOKIE,
                    "description": f"POST {PREFIX}/session gives it. What may change something "
                    f"needs `{CSRF_HEADER}`, and `Origin` or `Sec-Fetch-Site`, too.",
                },
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"POST {PREFIX}/tokens makes one.",
                },
            },
        },
    }


def openapi_endpoint(endpoints: Iterable[Endpoint], version: str) -> Endpoint:
    """The endpoint that serves the document of these endpoints, and of itself."""

    async def openapi(_call: Call) -> Any:
        return made

    itself = Endpoint(
        "GET",
        PATH,
        openapi,
        "This document",
        gives={"type": "object"},
        access=Access.PUBLIC,
        roles=frozenset(),
    )
    made = document([*endpoints, itself], version)
    return itself


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": endpoint.name.replace(f" {PREFIX}", " "),
        "tags": [endpoint.path.removeprefix(f"{PREFIX}/").split("/")[0].split(".")[0]],
        "parameters": [*_parameters(endpoint)],
        "responses": _responses(endpoint),
        "security": _security(endpoint),
    }
    if endpoint.access is not Access.PUBLIC:
        operation["x-roles"] = sorted(endpoint.roles)
    if endpoint.takes is not None:
        operation["requestBody"] = _body("application/json", endpoint.takes)
    elif endpoint.raw:
        operation["requestBody"] = _body("application/octet-stream", {})
    return operation


def _body(media_type: str, schema: Schema) -> dict[str, Any]:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _parameters(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    for name, schema in endpoint.parameters.items():
        in_path = f"{{{name}}}" in endpoint.path
        place = {"name": name, "in": "path" if in_path else "query"}
        yield place | {"required": in_path, "schema": schema}
    for name, schema in endpoint.headers.items():
        yield {"name": name, "in": "header", "required": False, "schema": schema}
    yield {"name": "language", "in": "query", "required": False, "schema": LANGUAGE}


def _security(endpoint: Endpoint) -> list[Mapping[str, list[str]]]:
    if endpoint.access is Access.PUBLIC:
        return []
    cookie: dict[str, list[str]] = {"session": []}
    if endpoint.unsafe:
        cookie["csrf"] = []
    return [{"token": []}, cookie]


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    responses: dict[str, Any] = {str(endpoint.status): _success(endpoint)}
    if endpoint.gives == WEBSOCKET:
        responses = {"101": {"description": "Messages of JSON follow"}}
    for status in sorted(_statuses(endpoint)):
        responses[str(status)] = {
            "description": _ERRORS[status],
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
    if "429" in responses:
        responses["429"]["headers"] = _RETRY_AFTER
    return responses


def _success(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.status == 204:
        return {"description": "Done"}
    if isinstance(endpoint.gives, str):
        return {"description": "A file", "content": {endpoint.gives: {}}}
    return {"description": "Done", "content": {"application/json": {"schema": endpoint.gives}}}


def _statuses(endpoint: Endpoint) -> set[int]:
    """The statuses of errors which an endpoint may answer with."""
    statuses = {400, 401, 403, 404, 405, 409, 422, 429, 507}
    if endpoint.takes is not None or endpoint.raw:
        statuses |= {408, 413, 415}
    if endpoint.gives == WEBSOCKET:
        statuses.add(426)
    return statuses | endpoint.fails_with
