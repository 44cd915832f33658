"""The table of the cards which this wallbox knows by itself."""

from dataclasses import dataclass

from evse.storage.database import Database


@dataclass(frozen=True, slots=True)
class WhitelistCard:
    """One card: `uid` as upper-case hexadecimal digits, `name` for people ("" for none), `slot` the
    numbered place it has on wallboxes with such places."""

    uid: str
    name: str = ""
    slot: int | None = None


class WhitelistTable:
    """See the module. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cards(self) -> list[WhitelistCard]:
        """All cards, in the order in which they were added."""
        rows = await self._database.read("SELECT uid, name, slot FROM whitelist ORDER BY id")
        return [WhitelistCard(*row) for row in rows]

    async def insert(self, uid: str, name: str) -> None:
        """Add a card which is not there yet."""
        await self._database.write("INSERT INTO whitelist (uid, name) VALUES (?, ?)", (uid, name))

    async def delete(self, uid: str) -> None:
        """Take a card off the list."""
        await self._database.write("DELETE FROM whitelist WHERE uid = ?", (uid,))

    async def delete_all(self) -> None:
        """Take every card off the list."""
        await self._database.write("DELETE FROM whitelist")

    async def set_name(self, uid: str, name: str) -> None:
        """Give a card another name."""
        await self._database.write("UPDATE whitelist SET name = ? WHERE uid = ?", (name, uid))

    async def write_slot(self, slot: int, uid: str) -> None:
        """Give a card a slot; the card that had it before is off the list."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "DELETE FROM whitelist WHERE slot = ? AND uid <> ?", (slot, uid)
            )
            await connection.execute(
                "INSERT INTO whitelist (uid, slot) VALUES (?, ?)"
                " ON CONFLICT (uid) DO UPDATE SET slot = excluded.slot",
                (uid, slot),
            )
