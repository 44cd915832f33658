"""Show 4 of the charge point, in short: `python -m tests.conformance.power_cuts` makes 500 cuts."""

from pathlib import Path

from tests.conformance.power_cuts import run

CUTS = 15
SEED = 4
SPEED = 20.0


def test_no_power_cut_costs_a_transaction(tmp_path: Path) -> None:
    """Each is told once, with its end, and with the energy of the last sample stored."""
    outcome = run(tmp_path, "python-ocpp", CUTS, SEED, SPEED)
    print((tmp_path / "wallbox" / "evse.log").read_text()[-6000:])
    assert not outcome.faults
    assert not outcome.violations
    assert outcome.cuts == CUTS
    assert outcome.transactions > 0
    assert outcome.open_at_cut > 0
