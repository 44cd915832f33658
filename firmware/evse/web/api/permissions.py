"""Who may do what, from the table of permissions of the rows (ETEK manual, 5.8.2)."""

from evse.settings.rows import ROWS, permission
from evse.settings.setting import Permission, Role
from evse.web.endpoint import ApiError, Call

_ROWS = {row.key: row for row in ROWS}


def may(role: Role, key: str) -> Permission:
    """What `role` may do with a row; with one that there is not, nothing."""
    row = _ROWS.get(key)
    return Permission.NONE if row is None else permission(row, role)


def sees(role: Role, key: str) -> bool:
    """Whether `role` sees a row."""
    return may(role, key) is not Permission.NONE


def writing(key: str) -> frozenset[Role]:
    """The roles which may write the row, or press its button."""
    return frozenset(role for role in Role if may(role, key) is Permission.READ_WRITE)


def reading(key: str) -> frozenset[Role]:
    """The roles which see the row."""
    return frozenset(role for role in Role if sees(role, key))


def role_of(call: Call) -> Role:
    """Who calls an endpoint that only somebody with a role can call."""
    if call.role is None:
        raise ApiError(401, "unauthorized", "nobody is logged in")
    return call.role


def unknown(key: str) -> ApiError:
    """The answer about a row which is not there, or not for this role: nobody can tell which."""
    return ApiError(404, "unknown", f"{key}: there is no such setting", key)


def read_only(key: str, role: Role) -> ApiError:
    """The answer to who may read a row, and tries to write it."""
    return ApiError(403, "read_only", f"{key}: {role} may only read it", key)
