"""One real Home Assistant with the integration for all tests; each adds a wallbox of its own."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from scripts.environments import UnavailableError
from scripts.harness.home_assistant import HomeAssistant, free_port
from scripts.harness.house import LOOPBACK
from tests.foreign.point import ForeignPoint

HOME_ASSISTANT = os.environ.get("EVSE_HOME_ASSISTANT")


class Site(NamedTuple):
    """A running Home Assistant, and where its central system listens."""

    page: HomeAssistant
    entry_id: str
    url: str


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Home Assistant with the central system added as a user does.

    EVSE_HOME_ASSISTANT names the interpreter of an environment with Home Assistant (scripts/test).
    """
    if HOME_ASSISTANT is None:
        pytest.fail("EVSE_HOME_ASSISTANT is not set: run scripts/test foreign")
    page = HomeAssistant(
        tmp_path_factory.mktemp("foreign") / "home-assistant", Path(HOME_ASSISTANT)
    )
    page.start()
    try:
        port = free_port()
        entry_id = page.add_integration(port, **LOOPBACK)
        yield Site(page, entry_id, f"ws://127.0.0.1:{port}/ocpp")
    finally:
        page.kill()


@pytest.fixture
def connect(site: Site, tmp_path: Path) -> Iterator[Callable[..., ForeignPoint]]:
    """Add a wallbox and connect a foreign charge point as it: (library, subprotocol, its name)."""
    with ExitStack() as points:

        def make(
            library: str, subprotocol: str, name: str, *, password: str | None = None
        ) -> ForeignPoint:
            identity = name.lower().replace(" ", "-").replace(".", "-")
            _, shown = site.page.add_charger(site.entry_id, identity, name=name, maximum_current=16)
            password = password or shown
            log = tmp_path / f"{identity}.log"
            try:
                point = ForeignPoint(library, site.url, identity, password, subprotocol, log)
            except UnavailableError as error:
                pytest.skip(str(error))
            return points.enter_context(point)

        yield make
