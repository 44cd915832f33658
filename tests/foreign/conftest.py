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
    """A running Home Assistant, and where its central system listens.

    `root` is the certificate that its wss is verified against, as the user downloads it.
    """

    page: HomeAssistant
    entry_id: str
    url: str
    secure_url: str
    root: Path


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
        port, tls_port = free_port(), free_port()
        entry_id = page.add_integration(port, **LOOPBACK)
        page.walk(
            "/api/config/config_entries/options/flow",
            {"handler": entry_id},
            {"next_step_id": "connections"},
            {"tls": "own", "tls_port": tls_port, "home_assistant_port": True},
        )
        yield Site(
            page,
            entry_id,
            f"ws://127.0.0.1:{port}/ocpp",
            f"wss://127.0.0.1:{tls_port}/ocpp",
            page.folder / "root.pem",
        )
    finally:
        page.kill()


@pytest.fixture
def connect(site: Site, tmp_path: Path) -> Iterator[Callable[..., ForeignPoint]]:
    """Add a wallbox and connect a foreign charge point as it: (library, subprotocol, its name).

    Without `url` it comes by ws; `security` is the wallbox's setting; without `trusting` it knows
    no root certificate of ours.
    """
    with ExitStack() as points:

        def make(
            library: str,
            subprotocol: str,
            name: str,
            *,
            url: str | None = None,
            password: str | None = None,
            security: str = "any",
            trusting: bool = True,
        ) -> ForeignPoint:
            identity = name.lower().replace(" ", "-").replace(".", "-")
            link = {"security": security, "ocpp_version": "auto"}
            more = {"energy_unit": "auto", "close_hard": False}
            _, shown = site.page.add_charger(
                site.entry_id, identity, name=name, maximum_current=16, connection=link | more
            )
            site.root.write_text(site.page.download(f"/api/evse_ocpp_root/{site.entry_id}"))
            try:
                point = ForeignPoint(
                    library,
                    url or site.url,
                    identity,
                    shown if password is None else password,
                    subprotocol,
                    tmp_path / f"{identity}.log",
                    root=site.root if trusting else None,
                )
            except UnavailableError as error:
                pytest.skip(str(error))
            return points.enter_context(point)

        yield make
