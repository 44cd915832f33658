"""Tokens for programs that use the API: each role has those of its own and of lower roles."""

from typing import Any

from evse.settings.setting import Role
from evse.storage.tokens import StoredToken
from evse.web.context import Context
from evse.web.endpoint import PREFIX, ApiError, Call, Endpoint, Schema
from evse.web.tokens import TokensFullError

_PROPERTIES: Schema = {
    "id": {"type": "integer"},
    "name": {"type": "string"},
    "role": {"type": "string", "enum": [str(role) for role in Role]},
    "created_at": {"type": "string", "format": "date-time"},
    "used_at": {"type": ["string", "null"], "format": "date-time"},
}

_TOKEN: Schema = {"type": "object", "required": [*_PROPERTIES], "properties": _PROPERTIES}

_MADE: Schema = {
    "type": "object",
    "required": [*_PROPERTIES, "token"],
    "properties": {**_PROPERTIES, "token": {"type": "string", "description": "shown only now"}},
}

_WANTED: Schema = {
    "type": "object",
    "required": ["name", "role"],
    "additionalProperties": False,
    "properties": {
        "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 60,
            "pattern": r"^[^\x00-\x1f\x7f]+$",
        },
        "role": _PROPERTIES["role"],
    },
}


def endpoints(context: Context) -> list[Endpoint]:
    """The endpoints of tokens."""

    async def listed(call: Call) -> list[dict[str, Any]]:
        return [_told(token) for token in context.tokens.of(not_above(call.role))]

    async def make(call: Call) -> dict[str, Any]:
        _person(call)
        role = Role(call.body["role"])
        if role not in not_above(call.role):
            raise ApiError(403, "role", f"the role {call.role} makes no such tokens", field="role")
        try:
            token, secret = await context.tokens.make(call.body["name"], role)
        except TokensFullError as error:
            raise ApiError(409, "full", f"{error}; revoke one that is not used") from error
        context.audit.note("token.made", f"{token.name} ({role})")
        return {**_told(token), "token": secret}

    async def revoke(call: Call) -> None:
        _person(call)
        found = [
            token
            for token in context.tokens.of(not_above(call.role))
            if token.number == call.path["id"]
        ]
        if not found:
            raise ApiError(404, "not_found", "there is no such token", field="id")
        await context.tokens.revoke(found)
        context.audit.note("token.revoked", f"{found[0].name} ({found[0].role})")

    path = f"{PREFIX}/tokens"
    return [
        Endpoint("GET", path, listed, "The tokens", {"type": "array", "items": _TOKEN}),
        Endpoint("POST", path, make, "Make a token", _MADE, takes=_WANTED, status=201),
        Endpoint(
            "DELETE",
            f"{path}/{{id}}",
            revoke,
            "Revoke a token",
            {},
            parameters={"id": {"type": "integer", "minimum": 1, "maximum": 2**53}},
            status=204,
        ),
    ]


def not_above(role: Role | None) -> list[Role]:
    """A role, and those that may do less."""
    roles = list(Role)
    return [] if role is None else roles[roles.index(role) :]


def _person(call: Call) -> None:
    """Raise ApiError for a token: one that was stolen shall not outlive its being revoked."""
    if call.session is None:
        raise ApiError(403, "session", "tokens are managed by people who are logged in")


def _told(token: StoredToken) -> dict[str, Any]:
    return {
        "id": token.number,
        "name": token.name,
        "role": token.role,
        "created_at": token.created_at.isoformat(),
        "used_at": None if token.used_at is None else token.used_at.isoformat(),
    }
