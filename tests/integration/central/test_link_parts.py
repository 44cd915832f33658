"""The small rules around a link: pace, waiting room, health of calls, replacements, message log."""

from datetime import UTC, datetime
from random import Random

import pytest

from custom_components.evse_ocpp.central import message_log, pace, replacements, waiting_room
from custom_components.evse_ocpp.central.call_health import CallHealth
from custom_components.evse_ocpp.central.message_log import MessageLog
from custom_components.evse_ocpp.central.pace import Pace
from custom_components.evse_ocpp.central.replacements import Replacements
from custom_components.evse_ocpp.central.waiting_room import WaitingRoom

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class TestPace:
    def test_a_burst_is_free_and_then_it_is_slow(self):
        bucket = Pace(0)
        assert [bucket.pause_s(0, 100) for _ in range(500)] == [0.0] * 500
        assert bucket.pause_s(0, 100) == 1 / pace.FRAMES_PER_S
        assert bucket.pause_s(1, 100) == 0.0

    def test_a_long_frame_counts_as_several(self):
        bucket = Pace(0)
        pauses = [bucket.pause_s(0, 2**18) for _ in range(8)]
        assert pauses[6] == 0.0
        assert pauses[7] > 0.3

    @pytest.mark.parametrize(
        ("action", "payload", "weight"),
        [
            ("Heartbeat", {}, 0),
            ("MeterValues", {}, 0),
            ("BootNotification", {}, 50),
            ("TransactionEvent", {"eventType": "Updated"}, 0),
            ("TransactionEvent", {"eventType": "Started"}, 10),
            ("TransactionEvent", {}, 10),
            ("TransactionEvent", {"eventType": "Ended"}, 10),
            ("StartTransaction", {}, 10),
            ("Anything", {}, 0),
        ],
    )
    def test_what_is_kept_for_ever_has_a_weight(self, action, payload, weight):
        assert pace.weight_of(action, payload) == weight

    def test_weight_counts_as_frames(self):
        bucket = Pace(0)
        pauses = [bucket.pause_s(0, 0, 50) for _ in range(11)]
        assert pauses == [0.0] * 10 + [1.0]

    def test_it_fills_up_to_the_burst_only(self):
        bucket = Pace(0)
        assert [bucket.pause_s(10_000, 0) for _ in range(501)][-1] > 0

    def test_the_longest_pause_is_bounded(self):
        """A charger that dials anew without end owes no minutes (invariant I36)."""
        bucket = Pace(0)
        boot = pace.weight_of("BootNotification", {})
        pauses = [bucket.pause_s(0, 0, boot) for _ in range(10_000)]
        assert max(pauses) == pace.BURST_FRAMES / pace.FRAMES_PER_S

    def test_after_a_flood_and_a_long_rest_it_is_free(self):
        bucket = Pace(0)
        pauses = [bucket.pause_s(0, 100) for _ in range(550)]
        assert pauses[-1] == pytest.approx(50 / pace.FRAMES_PER_S)
        assert bucket.pause_s(pace.BURST_FRAMES, 100) == 0.0

    def test_nine_blocks_more_count_as_nine_frames_more(self):
        bucket = Pace(0)
        for _ in range(int(pace.BURST_FRAMES) // 10):
            bucket.pause_s(0, 9 * pace.BYTES_PER_FRAME)
        assert bucket.pause_s(0, 100) > 0.0


class Stranger:
    aborted = False

    def abort(self) -> None:
        self.aborted = True


class TestWaitingRoom:
    def test_the_oldest_goes_first(self, monkeypatch):
        monkeypatch.setattr(waiting_room, "MAX_WAITING", 2)
        room, strangers = WaitingRoom(), [Stranger() for _ in range(3)]
        for number, stranger in enumerate(strangers):
            room.enter(stranger, f"192.0.2.{number}")
        assert [each.aborted for each in strangers] == [True, False, False]
        assert len(room) == 2

    def test_an_address_that_fills_it_drives_out_its_own(self, monkeypatch):
        monkeypatch.setattr(waiting_room, "MAX_WAITING_PER_ADDRESS", 2)
        room, honest = WaitingRoom(), Stranger()
        room.enter(honest, "192.0.2.1")
        flood = [Stranger() for _ in range(100)]
        for stranger in flood:
            room.enter(stranger, "192.0.2.66")
        assert not honest.aborted
        assert sum(each.aborted for each in flood) == 98

    def test_who_left_is_forgotten(self):
        room, stranger = WaitingRoom(), Stranger()
        room.enter(stranger, "192.0.2.1")
        room.leave(stranger)
        room.leave(stranger)
        assert len(room) == 0
        assert not room._of_address
        room.enter(stranger, "192.0.2.1")
        room.clear()
        assert stranger.aborted
        assert len(room) == 0


class TestCallHealth:
    def test_two_in_a_row_while_it_talks(self):
        health = CallHealth()
        assert not health.unanswered(talked=True)
        assert health.unanswered(talked=True)
        health.connected()
        assert not any(health.unanswered(talked=True) for _ in range(5))  # once is enough
        health.answered()
        assert not health.unanswered(talked=True)
        assert health.unanswered(talked=True)

    def test_silence_is_another_matter(self):
        health = CallHealth()
        assert not any(health.unanswered(talked=False) for _ in range(5))

    def test_a_new_connection_starts_anew(self):
        health = CallHealth()
        assert not health.unanswered(talked=True)
        health.connected()
        assert not health.unanswered(talked=True)


def test_replacements_within_a_minute_are_counted():
    """Row 11: the newest wins, but two wallboxes with one identity must not fight without end."""
    taken = Replacements()
    for second in range(replacements.MAX_REPLACEMENTS):
        assert not taken.too_many("CP-1", second)
        taken.note("CP-1", second)
    assert taken.too_many("CP-1", 30)
    assert not taken.too_many("CP-2", 30)
    assert not taken.too_many("CP-1", replacements.PERIOD_S)


class TestMessageLog:
    def test_the_last_frames_cut(self):
        log = MessageLog()
        for number in range(message_log.MAX_FRAMES + 5):
            log.note(NOW, f"{number}", outgoing=number % 2 == 0)
        log.note(NOW, b"\xffx" + b"y" * 10_000, outgoing=False)
        frames = log.frames()
        assert len(frames) == len(log) == message_log.MAX_FRAMES
        assert frames[0].text == "6"
        assert frames[-1].text.startswith("\ufffdxyyy")
        assert len(frames[-1].text) == message_log.MAX_FRAME_CHARS
        assert (frames[-1].outgoing, frames[-1].at) == (False, NOW)

    def test_meter_values_are_packed(self):
        log = MessageLog()
        for number in range(message_log.MAX_FRAMES):
            log.note(NOW, f"{number} " + 180 * "0123456789", outgoing=False)
        assert [each.text.split()[0] for each in log.frames()] == [
            str(number) for number in range(message_log.MAX_FRAMES)
        ]
        assert {each.at for each in log.frames()} == {NOW}

    def test_memory_is_bounded_also_of_what_cannot_be_packed(self):
        random = Random(1)
        log = MessageLog()
        for _ in range(100):
            log.note(NOW, random.randbytes(5000).hex(), outgoing=False)
        kept = sum(len(each.text) for each in log.frames())
        halved = message_log.MAX_PACKED_BYTES * 2  # a hexadecimal digit is half a byte
        assert halved - 2 * message_log.BLOCK_CHARS < kept < halved + message_log.BLOCK_CHARS
