"""The charger model: transactions that outlive restarts, readings that tell the truth (quirks)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus
from custom_components.evse_ocpp.central.readings import Sample

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
POWER, REGISTER = "Power.Active.Import", "Energy.Active.Import.Register"
S = ChargerStatus


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


class Story:
    """A charger, and what happened to it, in minutes."""

    def __init__(self, charger: Charger | None = None) -> None:
        self.charger = charger or Charger("CP-1")

    @property
    def connector(self):
        return self.charger.connector(1)

    def status(self, minutes: float, status: S) -> None:
        self.charger.take_status(1, status, None, after(minutes))

    def start(self, minutes: float, meter_wh: float = 50_000, tag: str = "TAG"):
        key = f"{tag} {minutes} {meter_wh}"
        return self.charger.start_transaction(1, tag, after(minutes), meter_wh, key)

    def sample(self, minutes, transaction_id, *, age_min=0.0, **values) -> None:
        names = {"power_w": POWER, "register_wh": REGISTER}
        samples = [Sample(names[name], value) for name, value in values.items()]
        at = after(minutes - age_min)
        self.charger.take_samples(1, transaction_id, samples, at, after(minutes))

    def reborn(self) -> "Story":
        stored = json.loads(json.dumps(self.charger.to_dict()))
        return Story(Charger.from_dict("CP-1", stored))


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.mark.parametrize(
    ("status", "plugged"),
    [
        (None, None),
        (S.AVAILABLE, False),
        (S.PREPARING, True),
        (S.CHARGING, True),
        (S.SUSPENDED_EV, True),
        (S.SUSPENDED_EVSE, True),
        (S.FINISHING, True),
        (S.RESERVED, None),
        (S.UNAVAILABLE, None),
        (S.FAULTED, None),
    ],
)
def test_plugged(story, status, plugged):
    story.connector.status = status
    assert story.connector.plugged is plugged


def test_a_session(story):
    story.status(0, S.CHARGING)
    transaction = story.start(0)
    story.sample(1, transaction.id, register_wh=50_150, power_w=9000)
    assert story.connector.readings.power_w == 9000
    story.charger.stop_transaction(transaction.id, after(2), "Local", 50_300)
    assert story.connector.transaction is None
    assert story.connector.last_session is transaction
    assert (transaction.energy_wh, transaction.reason) == (300, "Local")
    assert story.connector.meter.total_wh == 300
    assert story.connector.readings.power_w == 0


def test_a_repeated_start_gets_the_same_id(story):
    first = story.start(0)
    assert story.start(0) is first
    story.charger.stop_transaction(first.id, after(1), "Local", 50_000)
    assert story.start(0) is first, "a replay after its end revives nothing"
    assert story.connector.transaction is None
    assert story.start(2).id != first.id


def test_quirk_2_an_unknown_running_transaction_is_adopted(story):
    story.status(0, S.CHARGING)
    story.sample(0, -16, register_wh=50_000)
    story.sample(1, -16, register_wh=50_100)
    transaction = story.connector.transaction
    assert (transaction.id, transaction.recovered, transaction.energy_wh) == (-16, True, 100)


@pytest.mark.parametrize(
    ("status", "transaction_id", "age_min"),
    [
        (S.AVAILABLE, 77, 0),
        (S.FINISHING, 77, 0),
        (S.CHARGING, 0, 0),
        (S.CHARGING, None, 0),
        (S.CHARGING, 77, 60),
    ],
)
def test_what_does_not_run_is_not_adopted(story, status, transaction_id, age_min):
    story.status(0, status)
    story.sample(1, transaction_id, age_min=age_min, register_wh=50_000)
    assert story.connector.transaction is None


@pytest.mark.parametrize(("adopted", "following"), [(500, 501), (2**63 - 1, 1), (-16, 1)])
def test_ids_after_an_adopted_one(story, adopted, following):
    story.status(0, S.CHARGING)
    story.sample(0, adopted, register_wh=1)
    assert story.start(1).id == following


def test_quirk_3_an_unknown_stop_is_kept_apart(story):
    running = story.start(0)
    story.charger.stop_transaction(4711, after(1), "PowerLoss", 9)
    assert story.connector.transaction is running
    assert [each.id for each in story.charger.unattributed_sessions] == [4711]


def test_unattributed_sessions_are_bounded(story):
    for number in range(100):
        story.charger.stop_transaction(-1 - number, NOW, None, None)
    assert len(story.charger.unattributed_sessions) == 20


def test_quirk_4_available_ends_a_stale_transaction_and_its_stop_may_come_later(story):
    transaction = story.start(0)
    story.sample(1, transaction.id, register_wh=50_100)
    story.status(2, S.AVAILABLE)
    assert story.connector.transaction is None
    story.charger.stop_transaction(transaction.id, after(2), "EVDisconnected", 50_150)
    assert (transaction.energy_wh, transaction.reason) == (150, "EVDisconnected")
    assert story.charger.unattributed_sessions == []


def test_quirk_4_closing_values_belong_to_the_ended_session(story):
    transaction = story.start(0)
    story.charger.stop_transaction(transaction.id, after(1), "Local", 50_100)
    story.sample(1.1, transaction.id, register_wh=50_120, power_w=7000)
    assert story.connector.transaction is None
    assert story.connector.readings.power_w == 0
    assert transaction.energy_wh == 120


@pytest.mark.parametrize(
    "status", [S.SUSPENDED_EV, S.SUSPENDED_EVSE, S.FINISHING, S.AVAILABLE, S.UNAVAILABLE]
)
def test_quirk_18_flows_end_with_the_status(story, status):
    transaction = story.start(0)
    story.sample(1, transaction.id, power_w=7000)
    story.status(2, status)
    assert story.connector.readings.power_w == 0


def test_quirk_19_history_goes_to_sessions_not_to_live_readings(story):
    story.status(0, S.CHARGING)
    transaction = story.start(0)
    story.sample(10, transaction.id, register_wh=50_500, power_w=3000)
    story.sample(11, transaction.id, age_min=8, register_wh=50_200, power_w=9000)
    assert story.connector.readings.power_w == 3000
    assert story.connector.readings.register_wh == 50_500
    assert story.connector.meter.total_wh == 500


@pytest.mark.parametrize(("minutes", "offered_a"), [(9.9, 0), (10.1, 16)])
def test_a_late_sample_does_not_bring_an_old_offer_back(story, minutes, offered_a):
    story.status(0, S.CHARGING)
    story.charger.take_limit(1, 6, "dlb", 0, after(10))
    samples = [Sample("Current.Offered", 16)]
    story.charger.take_samples(1, None, samples, after(minutes), after(10.2))
    assert story.connector.offered_a == offered_a


def test_an_older_live_sample_does_not_overwrite_a_newer(story):
    story.status(0, S.CHARGING)
    story.sample(10, None, power_w=3000)
    story.sample(10.1, None, age_min=0.5, power_w=9000)
    assert story.connector.readings.power_w == 3000


def test_after_our_clock_was_set_back_samples_count_at_once(story):
    """Or a car's current would stand still until the clock is there again."""
    story.status(0, S.CHARGING)
    story.sample(60, None, power_w=0)
    story.sample(1, None, power_w=9000)
    assert story.connector.readings.power_w == 9000
    story.sample(1.2, None, age_min=0.5, power_w=0)
    assert story.connector.readings.power_w == 9000


def test_quirk_13_a_session_register_is_remembered_for_the_charger(story):
    first = story.start(0)
    story.sample(1, first.id, register_wh=100)
    story.sample(2, first.id, register_wh=200)
    story.charger.stop_transaction(first.id, after(3), "Local", 50_250)
    second = story.start(4, meter_wh=50_250)
    story.sample(5, second.id, register_wh=90)
    story.charger.stop_transaction(second.id, after(6), "Local", 50_400)
    assert (first.energy_wh, second.energy_wh) == (250, 150)
    assert story.connector.meter.total_wh == pytest.approx(250 - 100 + 150)  # first value: a base


def test_restart_of_the_program_in_a_charge_loses_nothing(story):
    story.charger.booted("Maker", "Model", "S1", "1.0", NOW)
    transaction = story.start(0)
    story.sample(1, transaction.id, register_wh=50_100)
    later = story.reborn()
    assert later.charger.vendor == "Maker"
    later.sample(2, transaction.id, register_wh=50_200)
    assert later.connector.transaction.energy_wh == 200
    assert later.connector.meter.total_wh == 200
    assert later.start(0).id == transaction.id
    later.charger.stop_transaction(transaction.id, after(3), "Local", 50_300)
    assert later.connector.last_session.energy_wh == 300
    assert later.start(5).id == transaction.id + 1


@pytest.mark.parametrize("connector_id", [-1, 0, 17, 2**40])
def test_no_memory_for_absurd_connectors(story, connector_id):
    with pytest.raises(ValueError, match="1 to 16"):
        story.charger.connector(connector_id)


def test_violations_are_counted_and_bounded(story):
    assert story.charger.violated("unit") is True
    assert story.charger.violated("unit") is False
    for number in range(1000):
        story.charger.violated(f"field{number}")
    assert len(story.charger.violations) <= 51
    assert story.charger.violations.total() == 1002


def test_a_failing_subscriber_harms_no_other(story):
    seen = []
    story.charger.subscribe(lambda: 1 / 0)
    end = story.charger.subscribe(lambda: seen.append(1))
    story.charger.publish()
    end()
    story.charger.publish()
    assert seen == [1]


def test_boot_forgets_what_may_be_gone(story):
    story.charger.fallback_a = 6
    story.charger.booted("Maker", "Model", None, "2.0", NOW)
    assert story.charger.fallback_a is None
    assert story.charger.configuration == {}


@pytest.mark.parametrize(("connector_id", "fallback_a"), [(1, 6), (2, None)])
def test_a_new_connector_has_no_fallback_yet(story, connector_id, fallback_a):
    story.charger.connector(1)
    story.charger.fallback_a = 6
    later = story.reborn().charger
    assert later.fallback_a == 6
    later.connector(connector_id)
    assert later.fallback_a == fallback_a


def test_the_end_that_comes_after_available_is_still_counted(story: Story) -> None:
    transaction = story.start(0)
    story.status(1, S.CHARGING)
    story.sample(1, transaction.id, register_wh=50_100)
    story.status(2, S.AVAILABLE)
    story.charger.stop_transaction(transaction.id, after(2), "EVDisconnected", 50_180)
    assert story.connector.last_session is not None
    assert story.connector.last_session.energy_wh == 180
    assert story.connector.meter.total_wh == 180
