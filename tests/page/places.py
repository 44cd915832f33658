"""Every page there is, by its address; the manual's pages are those of the settings table."""

from evse.settings.setting import Page

TOOLS = (
    "/",
    "/charges",
    "/reports",
    "/faults",
    "/cards",
    "/meters",
    "/update",
    "/access",
    "/audit",
    "/about",
    "/settings",
)
SETTINGS = tuple(f"/settings/{page}" for page in Page)
ALL = TOOLS + SETTINGS


def name_of(path: str) -> str:
    """For files: "settings-NETWORK"."""
    return path.strip("/").replace("/", "-").lower() or "home"
