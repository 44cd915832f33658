"""The boards of the configuration on the bench: opened one by one while no wallbox runs."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from evse.alone import alone
from evse.boards import openevse_stop
from evse.boards.board import Board
from evse.boards.fitted import board_of, device_of
from evse.boards.held import held_a
from evse.boards.polled import PolledBoard
from evse.boards.trial import Trial
from evse.clock import Clock, SystemClock
from evse.lines.modbus import ModbusLines
from evse.settings.values import Settings
from evse.storage.database import Database
from evse.storage.values import Values


class Bench:
    """See the module; made by `opened`. Every method raises BoardError when a board is silent."""

    def __init__(self, settings: Settings, values: Values) -> None:
        self.clock: Clock = SystemClock()
        self.lines = ModbusLines()
        self._settings = settings
        self._values = values

    @property
    def real(self) -> bool:
        """Whether the boards are no simulation."""
        return bool(self._settings["board.kind"] != "simulated")

    @property
    def numbers(self) -> range:
        """The connectors."""
        return range(1, self._settings["installation.connectors"] + 1)

    def board(self, number: int) -> Board:
        """The driver of a connector's board, not asked anything yet."""
        return board_of(self._settings, number, self.clock, self.lines)

    async def stop(self, number: int) -> None:
        """Stop a connector's board, and see that it has understood."""
        if self._settings["board.kind"] == "openevse":
            await openevse_stop.stop(str(device_of(self._settings, number)))
            return
        board = self.board(number)
        if isinstance(board, PolledBoard):
            await board.stop()
        else:
            await board.close()

    async def held_a(self, number: int) -> float:
        """What a connector's board would offer now, A."""
        return await held_a(self._settings, number, self.lines)

    async def keep(self, number: int, trial: Trial) -> None:
        """Store what a trial has shown. Raises `sqlite3.Error`."""
        await self._values.save_trial(number, trial.as_json())


@contextlib.asynccontextmanager
async def opened(
    state_dir: Path, config_file: Path | None, overrides: Iterable[str]
) -> AsyncIterator[Bench]:
    """The bench for a configuration.

    Raises AlreadyRunningError, ConfigurationError, OSError and `sqlite3.Error`.
    """
    with alone(state_dir):
        database = await Database.open(state_dir / "evse.sqlite")
        try:
            values = Values(database)
            bench = Bench(await Settings.load(values, config_file, overrides), values)
            try:
                yield bench
            finally:
                await bench.lines.close()
        finally:
            await database.close()
