"""Who is logged in; log-in and log-out; claiming the wallbox; passwords; the page's certificate."""

from typing import Any

from aiohttp import web

from evse import __version__
from evse.settings.rows import permission, row
from evse.settings.setting import Permission, Role
from evse.texts import LANGUAGES
from evse.web.accounts import MAX_LENGTH
from evse.web.answers import json_answer
from evse.web.context import Context
from evse.web.endpoint import PREFIX, Access, ApiError, Call, Endpoint, Schema
from evse.web.guard import give_cookie, take_cookie
from evse.web.sessions import Session

_ROLE: Schema = {"type": "string", "enum": [str(role) for role in Role]}

_SECRET: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH, "writeOnly": True}

_TOLD: Schema = {
    "claimed": {"type": "boolean"},
    "role": {"oneOf": [_ROLE, {"type": "null"}]},
    "login": {"type": ["string", "null"]},
    "csrf": {"type": ["string", "null"]},
    "expires_in_s": {"type": ["integer", "null"]},
    "languages": {"type": "array", "items": {"type": "string"}},
    "product": {
        "type": "object",
        "required": ["vendor", "model", "serial", "version", "name"],
        "additionalProperties": {"type": "string"},
    },
    "simulated": {"type": "boolean"},
    "connectors": {"type": "array", "items": {"type": "integer"}},
    "fingerprint": {"type": "string", "description": "SHA-256 of the page's certificate"},
}

_SESSION: Schema = {"type": "object", "required": [*_TOLD], "properties": _TOLD}

_LOG_IN: Schema = {
    "type": "object",
    "required": ["login", "password"],
    "additionalProperties": False,
    "properties": {
        "login": {"type": "string", "minLength": 1, "maxLength": 64},
        "password": _SECRET,
    },
}

_CLAIM: Schema = {
    "type": "object",
    "required": ["device_key", "passwords"],
    "additionalProperties": False,
    "properties": {
        "device_key": {"type": "string", "minLength": 1, "maxLength": 40, "writeOnly": True},
        "passwords": {
            "type": "object",
            "required": [str(role) for role in Role],
            "additionalProperties": False,
            "properties": {str(role): _SECRET for role in Role},
        },
    },
}

_PASSWORD: Schema = {
    "type": "object",
    "required": ["role", "password", "own_password"],
    "additionalProperties": False,
    "properties": {"role": _ROLE, "password": _SECRET, "own_password": _SECRET},
}


def endpoints(context: Context) -> list[Endpoint]:
    """The endpoints of sessions, of the claim and of passwords."""
    path, asked, anybody = f"{PREFIX}/session", _Asked(context), Access.PUBLIC
    return [
        Endpoint("GET", path, asked.session, "Who is logged in", _SESSION, access=anybody),
        Endpoint("POST", path, asked.log_in, "Log in", _SESSION, takes=_LOG_IN, access=anybody),
        Endpoint("DELETE", path, asked.log_out, "Log out", {}, status=204),
        Endpoint(
            "POST",
            f"{PREFIX}/claim",
            asked.claim,
            "Set the passwords of a wallbox that nobody has claimed",
            _SESSION,
            takes=_CLAIM,
            access=anybody,
        ),
        Endpoint(
            "PUT",
            f"{PREFIX}/passwords",
            asked.change_password,
            "Give a role another password; its sessions end",
            _SESSION,
            takes=_PASSWORD,
        ),
    ]


class _Asked:
    """The handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def session(self, call: Call) -> dict[str, Any]:
        return self._told(call.session, call.role)

    async def log_in(self, call: Call) -> web.Response:
        # As `role_of` reads it: else each space more would be another secret to the lock-out.
        context, login = self._context, call.body["login"].strip()
        context.lockout.admit(call.address, f"login {login}")
        role = await context.accounts.log_in(login, call.body["password"])
        if role is None:
            # Some type their password into the field above it.
            known = context.accounts.role_of(login) is not None
            context.audit.note("session.refused", login if known else None)
            raise ApiError(401, "wrong_login", "log-in name or password is wrong", field="password")
        context.lockout.passed(call.address, f"login {login}")
        context.audit.note("session.opened", login, role)
        return self._opened(call, role)

    async def log_out(self, call: Call) -> web.Response:
        if call.session is None:
            raise ApiError(409, "token", "a token has no session; it can be revoked")
        self._context.sessions.close(call.session)
        self._context.audit.note("session.closed")
        response = web.Response(status=204)
        take_cookie(response, call.request)
        return response

    async def claim(self, call: Call) -> web.Response:
        context, body = self._context, call.body
        if context.accounts.claimed:
            raise ApiError(409, "claimed", "the wallbox is claimed already; log in")
        for role in Role:  # people mend this before the key's attempts are counted
            context.accounts.check(body["passwords"][role], f"passwords.{role}")
        await prove_key(context, call, body["device_key"], "claim")
        try:
            await context.accounts.claim({role: body["passwords"][role] for role in Role})
        except PermissionError as error:
            raise ApiError(409, "claimed", str(error)) from error
        context.audit.note("claim", role=Role.MANUFACTURER)
        return self._opened(call, Role.MANUFACTURER)

    async def change_password(self, call: Call) -> web.Response | dict[str, Any]:
        context, body, own = self._context, call.body, call.role
        if own is None:
            raise AssertionError("the guard lets nobody in who is not logged in")
        role, key = Role(body["role"]), f"system.{body['role']}_password"
        if permission(row(key), own) is not Permission.READ_WRITE:
            raise ApiError(403, "role", f"the role {own} may not set this password", field="role")
        secret = f"login {context.accounts.login_of(own)}"
        context.lockout.admit(call.address, secret)
        if not await context.accounts.verify(own, body["own_password"]):
            raise ApiError(403, "wrong_password", "this is not your password", "own_password")
        context.lockout.passed(call.address, secret)
        await context.accounts.change(role, body["password"])
        context.sessions.close_role(role)
        context.audit.note(key)
        if call.session is None or role is not own:
            return self._told(call.session, own)
        return self._opened(call, own)

    def _opened(self, call: Call, role: Role) -> web.Response:
        """A new session in place of the one that asks."""
        if call.session is not None:
            self._context.sessions.close(call.session)
        login = self._context.accounts.login_of(role)
        session, cookie = self._context.sessions.open(role, login)
        response = json_answer(self._told(session, role))
        give_cookie(response, call.request, cookie)
        return response

    def _told(self, session: Session | None, role: Role | None) -> dict[str, Any]:
        context, settings = self._context, self._context.settings
        return {
            "claimed": context.accounts.claimed,
            "role": role,
            "login": None if session is None else session.login,
            "csrf": None if session is None else session.csrf,
            "expires_in_s": None if session is None else int(context.sessions.ends_in_s(session)),
            "languages": list(LANGUAGES),
            "product": {
                "vendor": settings["manufacturer.vendor"],
                "model": settings["manufacturer.model"],
                "serial": settings["manufacturer.serial"],
                "version": __version__,
                "name": settings["installation.product"],
            },
            "simulated": settings["board.kind"] == "simulated",
            "connectors": list(context.station.connector_ids),
            "fingerprint": context.certificate.shown.fingerprint,
        }


async def prove_key(context: Context, call: Call, typed: str, purpose: str) -> None:
    """Raise unless this is the device key: ApiError, LockedError; DeviceKeyError when mistyped.

    A mistyped key is no attempt: nobody learns anything by it.
    """
    right = context.device_key.matches(typed)
    context.lockout.admit(call.address, "device key")
    if not right:
        context.audit.note("key.refused", purpose)
        raise ApiError(403, "wrong_key", "this is not the key of this device", field="device_key")
    context.lockout.passed(call.address, "device key")
