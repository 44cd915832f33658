"""What parts of a trial have found is put together: nothing that is wrong gets lost."""

from __future__ import annotations

from scripts.trials.findings import Findings


def test_faults_are_summed_and_the_worst_energy_counts() -> None:
    whole = Findings()
    for number, energy_wh in enumerate((2.0, -5.0, None)):
        part = Findings(energy_wh=energy_wh, figures={f"part {number}": "1 s"})
        part.fault(1.5)
        part.fault(None, f"wrong {number}")
        whole.add(part)
    assert (whole.injected, whole.survived, whole.energy_wh) == (6, 3, 5.0)
    assert whole.recoveries_s == [1.5] * 3
    assert whole.wrong == ["wrong 0", "wrong 1", "wrong 2"]
    assert list(whole.figures) == ["part 0", "part 1", "part 2"]


def test_where_nothing_charges_there_is_no_energy() -> None:
    whole = Findings()
    whole.add(Findings())
    assert whole.energy_wh is None
