"""What the tools say of known holes is told; what they could not find out is no good word."""

from scripts.releasing.audit import HOLES, UNKNOWN, Outcome, _once_each, node_holes, python_holes

PYTHON = {
    "dependencies": [
        {"name": "sound", "version": "1.0", "vulns": []},
        {
            "name": "torn",
            "version": "2.0",
            "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "fix_versions": ["2.1"]}],
        },
    ]
}
NODE = {
    "vulnerabilities": {
        "esbuild": {
            "range": "<1",
            "via": ["other", {"url": "https://github.com/advisories/GHSA-x", "title": "a hole"}],
        }
    }
}


def test_a_known_hole_is_told_with_what_mends_it() -> None:
    outcome = Outcome()
    python_holes(PYTHON, (), outcome)
    node_holes(NODE, "card", 10, (), outcome)
    assert outcome.holes == [
        "torn 2.0: PYSEC-1, mended by 2.1",
        "esbuild <1: https://github.com/advisories/GHSA-x, a hole",
    ]
    assert (outcome.asked, outcome.status) == (12, HOLES)


def test_one_that_is_none_for_us_is_left_out_by_any_of_its_names() -> None:
    outcome = Outcome()
    python_holes(PYTHON, ("CVE-2026-1",), outcome)
    node_holes(NODE, "card", 10, ("GHSA-x",), outcome)
    assert (outcome.holes, outcome.status) == ([], 0)


def test_whoever_could_not_be_asked_has_not_said_that_all_is_well() -> None:
    outcome = Outcome()
    python_holes({"dependencies": [{"name": "x", "skip_reason": "not found"}]}, (), outcome)
    node_holes({"message": "405 Method Not Allowed"}, "card", 10, (), outcome)
    assert (outcome.asked, outcome.status) == (0, UNKNOWN)
    assert outcome.lines()[:2] == [
        "not asked: x: not found",
        "not asked: card: 405 Method Not Allowed",
    ]


def test_two_versions_of_one_package_are_asked_about_one_after_the_other() -> None:
    assert _once_each(["a==1", "b==1", "b==2"]) == [["a==1", "b==1"], ["b==2"]]
