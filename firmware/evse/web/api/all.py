"""Every endpoint of the API but the OpenAPI document, which is made of them."""

from typing import TYPE_CHECKING

from evse.web.api import (
    actions,
    audit,
    cards,
    certificate,
    charges,
    charts,
    faults,
    health,
    live,
    logs,
    meters,
    network,
    pairing,
    session,
    settings,
    tokens,
    update,
)
from evse.web.api.exports import Exports
from evse.web.endpoint import Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

_SUBJECTS = (
    session,
    tokens,
    audit,
    certificate,
    live,
    charges,
    charts,
    faults,
    cards,
    meters,
    network,
    update,
    logs,
    pairing,
    health,
)


def endpoints(context: "Context") -> list[Endpoint]:
    """All of them."""
    exports = Exports()  # an export is what a factory reset asks for
    return [
        *settings.endpoints(context, exports),
        *actions.endpoints(context, exports),
        *(endpoint for subject in _SUBJECTS for endpoint in subject.endpoints(context)),
    ]
