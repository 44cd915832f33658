"""Settings that are kept nowhere."""

from collections.abc import Collection, Mapping


class NoStore:
    """A store that forgets."""

    async def saved_settings(self) -> Mapping[str, object]:
        return {}

    async def save_settings(
        self, values: Mapping[str, object], forgotten: Collection[str] = ()
    ) -> None:
        pass
