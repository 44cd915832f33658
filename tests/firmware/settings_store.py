"""Settings that are kept nowhere."""

from collections.abc import Mapping


class NoStore:
    """A store that forgets."""

    async def saved_settings(self) -> Mapping[str, object]:
        return {}

    async def save_setting(self, key: str, value: object) -> None:
        pass
