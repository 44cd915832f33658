"""On which phases of the house a wallbox is. Pure.

A wallbox counts its own terminals L1, L2, L3; the house meter and the other wallboxes count the
house's. `ROTATIONS` names the six ways to connect three terminals as the installer knows them.
"""

from evse.balancing.house import Phases

Used = tuple[bool, bool, bool]

ROTATIONS: dict[str, tuple[int, int, int]] = {
    "RST": (0, 1, 2),
    "RTS": (0, 2, 1),
    "SRT": (1, 0, 2),
    "STR": (1, 2, 0),
    "TRS": (2, 0, 1),
    "TSR": (2, 1, 0),
}
"""The house's phase (0 is L1) at the terminals L1, L2, L3."""

SINGLE_PHASE = {"L1": "RST", "L2": "SRT", "L3": "TRS"}
"""The rotation of a wallbox with one terminal on this phase of the house."""


def rotation(three_phases: bool, phase_rotation: str, phase_set: str) -> str:
    """How a wallbox is connected: three terminals in this rotation, or one on this phase."""
    return phase_rotation if three_phases else SINGLE_PHASE[phase_set]


def on_house(terminals_a: Phases, rotation: str) -> Phases:
    """The currents of the terminals as the house sees them."""
    amps = [0.0, 0.0, 0.0]
    for terminal, phase in enumerate(ROTATIONS[rotation]):
        amps[phase] = terminals_a[terminal]
    return (amps[0], amps[1], amps[2])


def used_on_house(three_phases: bool, rotation: str) -> Used:
    """The house's phases that the wallbox is connected to."""
    connected = on_house((1.0, *((1.0, 1.0) if three_phases else (0.0, 0.0))), rotation)
    l1, l2, l3 = (bool(amps) for amps in connected)
    return (l1, l2, l3)
