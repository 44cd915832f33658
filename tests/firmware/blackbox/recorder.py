"""A controller on the bench whose turns a ring keeps."""

from dataclasses import dataclass, field

from evse.blackbox.recording import Recording
from evse.blackbox.ring import Ring
from evse.core.controller import step
from evse.core.signals import Command
from evse.core.state import Inputs, Step
from tests.firmware.core.bench import Bench


@dataclass
class RecordedBench(Bench):
    """What `Bench` does, recorded; `done` is the last step."""

    ring: Ring = field(default_factory=Ring)

    def turn(self) -> Command:
        self.now_ms += self.turn_ms
        if not self.silent:
            self.reading = self._read()
        before = self.state
        inputs = Inputs(self.reading, self.permitted, self.limits)
        self.done: Step = step(before, inputs, self.settings, self.now_s)
        self.ring.add(before, inputs, self.settings, self.now_s, self.done)
        self.state, self.command = self.done.state, self.done.command
        self.events += [(self.now_s, event) for event in self.done.events]
        return self.command

    def recording(self, reason: str = "Test", at: str = "") -> Recording:
        recording = Recording.of(self.ring, 1, reason, at)
        assert recording is not None
        return recording
