"""The named limits of a wallbox, and how two connectors share what there is for both."""

import pytest

from evse.core.limits import Limit, Source, winner
from evse.limiting import Limiting
from evse.meters.reading import MeterReading
from evse.settings.setting import SettingError
from evse.settings.values import ConfigurationError, Settings
from evse.simulation.world import MeterFault, MeterPlace
from evse.supply import Supply
from tests.firmware.settings_store import NoStore
from tests.firmware.virtual_clock import VirtualClock
from tests.firmware.wallbox import PROMPT, Wallbox, Workshop

MARGIN_A = 0.125
"""What a rise of the budget leaves free, by the manual's default coefficients."""

DLB = "loadmanagement.dlb_function=DLB"
QUICK = "DlbSettleTime=2"
BOARD_MAX_A = 32.0


class Profiles:
    """A central system with one charging profile, or none."""

    amps: float | None = None

    def limit(self, connector_id, now, now_s):
        return None if self.amps is None else Limit(Source.CENTRAL, self.amps)


async def limiting(*overrides: str) -> tuple[Limiting, Settings, VirtualClock, Profiles]:
    settings = await Settings.load(NoStore(), overrides=overrides)
    clock, profiles = VirtualClock(), Profiles()
    supply = Supply(settings, clock, {})
    return Limiting(settings, clock, profiles, supply), settings, clock, profiles


def at(limits: Limiting, sharing: int, others_a: float = 0.0) -> tuple[Limit, ...]:
    return limits.at(1, sharing, others_a, BOARD_MAX_A)


def amps_by_source(limits) -> dict[str, float]:
    return {limit.source: limit.amps_at(0.0) for limit in limits}


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ((), {"board": 32.0, "operator": 32.0, "installation": 32.0, "meter_lost": 6.0}),
        (("MaxOutputCurrent=16",), {"board": 16.0}),
        (("MaxOutputCurrent=63",), {"board": BOARD_MAX_A}),
        (("OutputCurrentLimit=10",), {"operator": 10.0}),
        (("InstallationMaximumCurrent=200",), {"installation": 200.0}),
        (("DlbFallbackCurrent=0",), {"meter_lost": 0.0}),
    ],
)
async def test_settings_are_limits(overrides: tuple[str, ...], expected) -> None:
    limits, *_ = await limiting(*overrides)
    found = amps_by_source(at(limits, 1))
    assert found | expected == found


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("OutputCurrentLimit", 3.0, "6 … 80 A"),
        ("OutputCurrentLimit", 200.0, "6 … 80 A"),
        ("installation.max_output_current_a", 3.0, "6 … 80 A"),
        ("InstallationMaximumCurrent", 3.0, "6 … 250 A"),
        ("dlb.maximum_current_a", 3.0, "6 … 250 A"),
        ("dlb.maximum_current_a", 1000.0, "6 … 250 A"),
        ("DlbFallbackCurrent", 200.0, "0 … 80 A"),
    ],
)
async def test_a_limit_that_cannot_be_is_refused_wherever_it_comes_from(
    tmp_path, name: str, value: float, allowed: str
) -> None:
    with pytest.raises(ConfigurationError, match=allowed):
        await limiting(f"{name}={value}")
    config = tmp_path / "wallbox.toml"
    config.write_text(f"{name} = {value}")
    with pytest.raises(ConfigurationError, match=allowed):
        await Settings.load(NoStore(), config)
    limits, settings, *_ = await limiting()
    before = at(limits, 1)
    with pytest.raises(SettingError, match=allowed):
        await settings.set(name, str(value), "test")
    assert at(limits, 1) == before


async def test_a_changed_setting_holds_at_once() -> None:
    limits, settings, *_ = await limiting()
    await settings.set("OutputCurrentLimit", "10", "test")
    assert winner(at(limits, 1), 0.0).source is Source.METER_LOST
    await settings.set("DlbFunction", "Disable", "test")
    assert winner(at(limits, 1), 0.0) == Limit(Source.OPERATOR, 10.0)


async def test_a_charging_profile_is_one_limit_more() -> None:
    limits, _, _, profiles = await limiting("DlbFunction=Disable")
    assert Source.CENTRAL not in amps_by_source(at(limits, 1))
    profiles.amps = 0.0
    assert winner(at(limits, 1), 0.0) == Limit(Source.CENTRAL, 0.0)


@pytest.mark.parametrize("sharing", [0, 1, 2])
async def test_what_is_there_for_all_is_divided(sharing: int) -> None:
    limits, *_ = await limiting("InstallationMaximumCurrent=40", "DlbFallbackCurrent=12")
    found = amps_by_source(at(limits, sharing))
    parts = max(1, sharing)
    assert (found["installation"], found["meter_lost"]) == (40.0 / parts, 12.0 / parts)
    assert (found["board"], found["operator"]) == (32.0, 32.0)


async def test_a_share_of_the_house_falls_back_to_a_share() -> None:
    """I3, I7: after the silence each has its part of the fallback."""
    limits, _, clock, _ = await limiting("DlbMaximumCurrent=25", "DlbFallbackCurrent=14")
    supply = limits.supply
    for _ in range(90):
        clock.advance(1.0)
        sample = MeterReading(clock.monotonic(), (1.0, 5.0, 2.0))
        supply.house_metered(sample, {1: MeterReading(clock.monotonic(), (0.0, 0.0, 0.0))})
    (dlb,) = [limit for limit in at(limits, 2) if limit.source is Source.DLB]
    assert dlb.amps == 10.0 - MARGIN_A / 2
    assert dlb.amps_at(clock.monotonic() + 9.9) == 10.0 - MARGIN_A / 2
    assert dlb.amps_at(clock.monotonic() + 10.0) == 7.0
    clock.advance(10.0)
    (lost,) = [limit for limit in at(limits, 2) if limit.source is Source.METER_LOST]
    assert lost.amps == 7.0


@pytest.mark.parametrize(("phases", "free_a"), [("1P+N230V", 24.0), ("3P+N400V", 5.0)])
async def test_only_connected_phases_count(phases: str, free_a: float) -> None:
    limits, _, clock, _ = await limiting(f"installation.phases={phases}", "DlbMaximumCurrent=25")
    supply = limits.supply
    for _ in range(90):
        clock.advance(1.0)
        supply.house_metered(MeterReading(clock.monotonic(), (1.0, 20.0, 2.0)), {})
    (dlb,) = [limit for limit in at(limits, 1) if limit.source is Source.DLB]
    assert dlb.amps == (free_a - MARGIN_A if free_a >= 6.0 else 0.0)


# ---- with cars on a house


async def test_two_cars_share_the_house_below_its_fuse(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(
        DLB, QUICK, "installation.connectors=2", "DlbMaximumCurrent=30", "DlbFallbackCurrent=16"
    )
    wallbox.world.extra_a = (4.0, 1.0, 1.0)
    for number in (1, 2):
        wallbox.plug(number, max_a=32.0)
        await wallbox.run(1.0)
        await wallbox.card("A1", number)
    most_a = 0.0

    def look() -> None:
        nonlocal most_a
        most_a = max(most_a, *wallbox.world.house_sample().current_a)

    await wallbox.run(10.0, look)
    assert 25.0 < most_a <= 30.0
    assert wallbox.offered_a(1) == pytest.approx(wallbox.offered_a(2))
    assert wallbox.offered_a(1) == pytest.approx(13.0, abs=0.2)
    assert wallbox.station.connectors[1].controller.winner.source is Source.DLB
    wallbox.world.unplug(2)
    await wallbox.run(5.0, look)
    assert wallbox.offered_a(1) == pytest.approx(26.0, abs=0.3)
    assert most_a <= 30.0


@pytest.mark.parametrize("place", list(MeterPlace))
async def test_a_silent_meter_of_house_or_charger_ends_in_the_fallback(
    make_wallbox: Workshop, place: MeterPlace
) -> None:
    """Without the charger's own current the house's sample says nothing."""
    wallbox = await make_wallbox(DLB, QUICK, "DlbFallbackCurrent=7")
    await wallbox.charge()
    await wallbox.until(lambda: wallbox.offered_a() > 24.7)
    wallbox.world.fail_meter(place, 1, MeterFault.SILENT)
    await wallbox.run(9.0)
    assert wallbox.offered_a() > 24.7
    await wallbox.run(2.0)
    assert wallbox.offered_a() == 7.0
    assert wallbox.central.limits[-1] == (1, "meter_lost", 7.0)
    wallbox.world.fail_meter(place, 1, MeterFault.NONE)
    await wallbox.until(lambda: wallbox.offered_a() > 7.0, 5.0)


async def test_an_overload_of_the_house_is_answered_by_the_first_sample(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox(DLB, QUICK)
    await wallbox.charge(max_a=32.0)
    await wallbox.until(lambda: wallbox.offered_a() > 24.7)
    wallbox.world.extra_a = (10.0, 0.0, 0.0)
    took_s = await wallbox.until(lambda: wallbox.offered_a() < 24.0, 2.0)
    assert took_s <= 1.1
    assert wallbox.offered_a() == pytest.approx(15.0, abs=0.4)


async def test_two_connectors_stay_below_the_supply_line(make_wallbox: Workshop) -> None:
    wallbox: Wallbox = await make_wallbox(
        "installation.connectors=2", "InstallationMaximumCurrent=20"
    )
    await wallbox.charge(1, max_a=PROMPT.max_a)
    assert wallbox.offered_a(1) == 20.0
    await wallbox.charge(2)
    assert wallbox.offered_a(1) == wallbox.offered_a(2) == 10.0


@pytest.mark.parametrize(
    ("sharing", "others_a", "expected_a"),
    [
        (1, 0.0, 32.0),
        (2, 0.0, 16.0),
        (2, 16.0, 16.0),
        (2, 32.0, 0.0),  # the other has been told less, and has yet to follow
        (2, 20.0, 12.0),
        (1, 10.0, 22.0),  # the other has ended, and has yet to let go
    ],
)
async def test_what_the_other_may_still_draw_is_not_given_away(
    sharing: int, others_a: float, expected_a: float
) -> None:
    limits, *_ = await limiting("loadmanagement.dlb_function=Disable")
    found = amps_by_source(at(limits, sharing, others_a))
    assert found[Source.INSTALLATION] == expected_a
