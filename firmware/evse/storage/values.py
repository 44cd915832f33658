"""Small values that survive a power cut: settings, availability, charging profiles, reservations,
known cards."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evse.core.reservation import Reservation
from evse.storage.database import Database


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A charging profile as JSON object, and the connector it was set for (0: the wallbox)."""

    connector_id: int
    profile_id: int
    profile: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredCard:
    """What the central system last said of an idTag. `status` as OCPP 1.6, 7.2.

    `learnt_at` is when it did, for the cache; None where that is not known.
    """

    id_tag: str
    status: str
    parent_id_tag: str | None
    expiry_date: datetime | None
    learnt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wear:
    """How often the contactor closed, a plug went in, the contactor opened under load."""

    contactor_cycles: int = 0
    plug_cycles: int = 0
    hot_openings: int = 0


class Values:
    """The tables of small values. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def saved_settings(self) -> dict[str, Any]:
        """The settings changed at run time, key to value."""
        rows = await self._database.read("SELECT key, value FROM settings")
        return {row["key"]: json.loads(row["value"]) for row in rows}

    async def save_settings(
        self, values: Mapping[str, object], forgotten: Collection[str] = ()
    ) -> None:
        """Keep settings, whose values are what JSON can hold, and forget others; all or nothing."""
        async with self._database.transaction() as connection:
            await connection.executemany(
                "INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)",
                [(key, json.dumps(value)) for key, value in values.items()],
            )
            await connection.executemany(
                "DELETE FROM settings WHERE key = ?", [(key,) for key in forgotten]
            )

    async def availability(self) -> dict[int, bool]:
        """Connector (0: the wallbox) to whether it is operative, where it was ever said."""
        rows = await self._database.read("SELECT connector_id, operative FROM availability")
        return {row["connector_id"]: bool(row["operative"]) for row in rows}

    async def save_availability(self, connector_ids: Iterable[int], operative: bool) -> None:
        """Keep the availability of connectors, all at once."""
        async with self._database.transaction() as connection:
            await connection.executemany(
                "INSERT OR REPLACE INTO availability (connector_id, operative) VALUES (?, ?)",
                [(connector_id, operative) for connector_id in connector_ids],
            )

    async def latched_faults(self) -> dict[int, set[str]]:
        """Connector to the names of the faults which nobody has acknowledged yet."""
        faults: dict[int, set[str]] = {}
        for row in await self._database.read("SELECT connector_id, fault FROM latched_faults"):
            faults.setdefault(row["connector_id"], set()).add(row["fault"])
        return faults

    async def save_latched_faults(self, connector_id: int, faults: Iterable[str]) -> None:
        """Keep these latched faults of a connector and no others."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "DELETE FROM latched_faults WHERE connector_id = ?", (connector_id,)
            )
            await connection.executemany(
                "INSERT INTO latched_faults (connector_id, fault) VALUES (?, ?)",
                [(connector_id, str(fault)) for fault in faults],
            )

    async def wear(self) -> dict[int, Wear]:
        """Connector to what its parts have been through."""
        rows = await self._database.read("SELECT * FROM wear")
        return {
            row["connector_id"]: Wear(
                row["contactor_cycles"], row["plug_cycles"], row["hot_openings"]
            )
            for row in rows
        }

    async def save_wear(self, connector_id: int, wear: Wear) -> None:
        """Keep what a connector's parts have been through."""
        await self._database.write(
            "INSERT OR REPLACE INTO wear"
            " (connector_id, contactor_cycles, plug_cycles, hot_openings) VALUES (?, ?, ?, ?)",
            (connector_id, wear.contactor_cycles, wear.plug_cycles, wear.hot_openings),
        )

    async def trials(self) -> dict[int, dict[str, Any]]:
        """Connector to what its board did when this computer was last silent on purpose."""
        rows = await self._database.read("SELECT * FROM board_trials")
        return {row["connector_id"]: json.loads(row["trial"]) for row in rows}

    async def save_trial(self, connector_id: int, trial: Mapping[str, Any]) -> None:
        """Keep what a board did; the last trial counts."""
        await self._database.write(
            "INSERT OR REPLACE INTO board_trials (connector_id, trial) VALUES (?, ?)",
            (connector_id, json.dumps(trial)),
        )

    async def charging_profiles(self) -> list[StoredProfile]:
        """All stored charging profiles."""
        rows = await self._database.read("SELECT * FROM charging_profiles")
        return [
            StoredProfile(row["connector_id"], row["profile_id"], json.loads(row["profile"]))
            for row in rows
        ]

    async def save_charging_profiles(self, profiles: Sequence[StoredProfile]) -> None:
        """Keep these charging profiles and no others."""
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM charging_profiles")
            await connection.executemany(
                "INSERT INTO charging_profiles (connector_id, profile_id, profile)"
                " VALUES (?, ?, ?)",
                [
                    (stored.connector_id, stored.profile_id, json.dumps(stored.profile))
                    for stored in profiles
                ],
            )

    async def reservations(self) -> tuple[Reservation, ...]:
        """All stored reservations, in the order of their ids."""
        rows = await self._database.read("SELECT * FROM reservations ORDER BY reservation_id")
        return tuple(
            Reservation(
                row["reservation_id"],
                row["connector_id"],
                row["id_tag"],
                row["parent_id_tag"],
                datetime.fromisoformat(row["expires_at"]),
            )
            for row in rows
        )

    async def save_reservations(self, reservations: Iterable[Reservation]) -> None:
        """Keep these reservations and no others."""
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM reservations")
            await connection.executemany(
                "INSERT INTO reservations"
                " (reservation_id, connector_id, id_tag, parent_id_tag, expires_at)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (
                        each.reservation_id,
                        each.connector_id,
                        each.id_tag,
                        each.parent_id_tag,
                        each.expires_at.isoformat(),
                    )
                    for each in reservations
                ],
            )

    async def cards(self) -> list[StoredCard]:
        """The authorization cache, the oldest entry first."""
        rows = await self._database.read("SELECT * FROM authorization_cache ORDER BY rowid")
        return [
            StoredCard(
                row["id_tag"],
                row["status"],
                row["parent_id_tag"],
                row["expiry_date"] and datetime.fromisoformat(row["expiry_date"]),
                row["learnt_at"] and datetime.fromisoformat(row["learnt_at"]),
            )
            for row in rows
        ]

    async def save_card(self, card: StoredCard, keep: int) -> None:
        """Add or replace a card; of more than `keep` the oldest go."""
        expiry = card.expiry_date and card.expiry_date.isoformat()
        learnt = card.learnt_at and card.learnt_at.isoformat()
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT OR REPLACE INTO authorization_cache"
                " (id_tag, status, parent_id_tag, expiry_date, learnt_at) VALUES (?, ?, ?, ?, ?)",
                (card.id_tag, card.status, card.parent_id_tag, expiry, learnt),
            )
            await connection.execute(
                "DELETE FROM authorization_cache WHERE rowid NOT IN"
                " (SELECT rowid FROM authorization_cache ORDER BY rowid DESC LIMIT ?)",
                (keep,),
            )

    async def clear_cards(self) -> None:
        """Empty the authorization cache."""
        await self._database.write("DELETE FROM authorization_cache")
