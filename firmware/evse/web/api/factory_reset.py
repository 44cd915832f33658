"""The wallbox as it left the factory (ETEK manual, 5.8.1.4, "Restore to factory settings").

Gone are what the acting role may set and cannot harm, the cards, the passwords, the tokens, every
session, damaged databases that were moved aside (they have passwords), and the page's certificate
which somebody has installed, whose key he has: it is to be claimed anew, with the key on its label.
What stays: the page MANUFACTURER, which says how it was built; what the acting role may not set (an
operator cannot raise the current that the manufacturer allowed); what protects the house (a reset
must not put a larger fuse into the settings than there is); the key, the serial number and the
certificates for the central system, the faults, the log of changes, and the charges, for somebody
may have to bill them.
"""

import asyncio
from typing import TYPE_CHECKING

from evse.settings.setting import Page, Permission, Role, Setting
from evse.settings.table import SETTINGS
from evse.storage.database import remove_damaged
from evse.web.api.commands import ask
from evse.web.api.permissions import may

if TYPE_CHECKING:
    from evse.web.context import Context


def forgotten(role: Role) -> tuple[str, ...]:
    """The keys of the settings which `role` resets."""
    return tuple(setting.key for setting in SETTINGS if _resettable(setting, role))


def _resettable(setting: Setting, role: Role) -> bool:
    writable = may(role, setting.key) is Permission.READ_WRITE
    kept = setting.page in {Page.MANUFACTURER, Page.SIMULATION} or setting.safety
    return writable and not kept


async def reset(context: "Context", role: Role, origin: str) -> None:
    """Forget all that; the caller restarts. Raises `sqlite3.Error`, OSError, ConfigurationError.

    The passwords go last: as long as something cannot be forgotten, they hold.
    """
    await context.settings.reset_to_defaults(forgotten(role), origin)
    await context.network.keep()  # nobody is there who could confirm it
    await ask(context, "cards-delete-all")
    await ask(context, "cards-clear-cache")
    await asyncio.to_thread(remove_damaged, context.state_dir)
    await context.certificate.remove()
    await context.tokens.revoke_all()
    await context.accounts.forget_all()
    context.sessions.close_all()
