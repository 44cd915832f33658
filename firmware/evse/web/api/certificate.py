"""The certificate by which the page is served: shown, installed, removed again."""

from typing import Any

from evse.ocpp.security.certificates import CertificateError
from evse.web.context import Context
from evse.web.endpoint import PREFIX, STAFF, ApiError, Call, Endpoint, Schema

_SHOWN: Schema = {
    "type": "object",
    "required": ["subject", "issuer", "ends_at", "fingerprint", "own"],
    "properties": {
        "subject": {"type": "string"},
        "issuer": {"type": "string"},
        "ends_at": {"type": "string", "format": "date-time"},
        "fingerprint": {"type": "string", "description": "SHA-256"},
        "own": {"type": "boolean", "description": "made by the wallbox itself"},
    },
}

_PEM: Schema = {"type": "string", "minLength": 1, "maxLength": 65_536}

_INSTALLED: Schema = {
    "type": "object",
    "required": ["certificate", "key"],
    "additionalProperties": False,
    "properties": {
        "certificate": {**_PEM, "description": "PEM: the wallbox's, then those that signed it"},
        "key": {**_PEM, "description": "PEM without password", "writeOnly": True},
    },
}


def endpoints(context: Context) -> list[Endpoint]:
    """The endpoints of the page's certificate."""

    async def shown(_call: Call) -> dict[str, Any]:
        now = context.certificate.shown
        return {
            "subject": now.subject,
            "issuer": now.issuer,
            "ends_at": now.ends_at.isoformat(),
            "fingerprint": now.fingerprint,
            "own": now.own,
        }

    async def install(call: Call) -> dict[str, Any]:
        try:
            await context.certificate.install(call.body["certificate"], call.body["key"])
        except CertificateError as error:
            field = str(error).partition(":")[0]
            raise ApiError(422, "certificate", str(error), field=field) from error
        context.audit.note("certificate.installed", context.certificate.shown.fingerprint)
        return await shown(call)

    async def remove(call: Call) -> dict[str, Any]:
        await context.certificate.remove()
        context.audit.note("certificate.removed")
        return await shown(call)

    path = f"{PREFIX}/certificate"
    return [
        Endpoint("GET", path, shown, "The certificate of the page", _SHOWN, roles=STAFF),
        Endpoint(
            "PUT",
            path,
            install,
            "Serve the page by a certificate of your own",
            _SHOWN,
            roles=STAFF,
            takes=_INSTALLED,
        ),
        Endpoint("DELETE", path, remove, "Serve it by the wallbox's own", _SHOWN, roles=STAFF),
    ]
