"""The texts: complete in every language, with the same keys and placeholders, and well formed."""

import re
import string
from itertools import pairwise
from typing import Any

import pytest

from evse.core.explanation import Cause, NextKind, PermissionName
from evse.core.faults import Fault
from evse.core.limits import Source
from evse.texts import LANGUAGES, all_texts, current, duration, language_of, number, text

OTHERS = [language for language in LANGUAGES if language != "en"]

FLOWING = {Cause.CHARGING, Cause.VEHICLE_LIMITS}


def placeholders(written: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(written) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_have_the_same_keys(language: str) -> None:
    assert list(all_texts(language)) == list(all_texts("en"))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("key", all_texts("en"))
def test_all_languages_have_the_same_placeholders(language: str, key: str) -> None:
    assert placeholders(all_texts(language)[key]) == placeholders(all_texts("en")[key])


NEEDED = [
    *(f"source.{source}.{part}" for source in Source for part in ("name", "because")),
    *(f"fault.{fault}.{part}" for fault in Fault for part in ("name", "action")),
    *(f"permission.{name}" for name in PermissionName),
    *(f"next.{kind}" for kind in NextKind),
    *(f"reason.{cause}" for cause in Cause if cause not in FLOWING | {Cause.FAULT}),
    *(f"sentence.{cause}{end}" for cause in FLOWING for end in ("", "_unlimited")),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_fault_permission_cause_and_event_has_its_text(language: str) -> None:
    texts = all_texts(language)
    missing = [key for key in NEEDED if not texts.get(key)]
    assert missing == []


def test_nothing_is_written_for_what_there_is_not() -> None:
    unused = {
        key
        for key in all_texts("en")
        if key.startswith(("source.", "fault.", "permission.", "next.", "reason."))
    } - set(NEEDED)
    assert unused == {"next.may_start"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_well_formed(language: str) -> None:
    for key, written in all_texts(language).items():
        assert written, key
        if key not in {"sentence.join", "sentence.end", "format.decimal"}:
            assert written == written.strip(), key
            assert not written.endswith("."), key  # they are parts of a sentence
        assert "  " not in written, key
        assert "'" not in written, key  # typographic apostrophes
        assert written.count("(") == written.count(")"), key


@pytest.mark.parametrize("language", OTHERS)
def test_texts_are_translated(language: str) -> None:
    english = all_texts("en")
    same = {
        key
        for key, written in all_texts(language).items()
        if written == english[key] and re.search("[a-z]{4}", re.sub(r"\{\w+\}", "", written))
    }
    # Words that are the same in several of these languages.
    assert same <= {"source.installation.name"}


def test_french_has_no_break_spaces_before_high_punctuation() -> None:
    for key, written in all_texts("fr").items():
        assert not re.search(r"(?<!\u00a0)[:;!?»](?!\w)|«(?!\u00a0)", written), key


@pytest.mark.parametrize("language", OTHERS)
def test_no_clause_repeats_a_word(language: str) -> None:
    for key, written in all_texts(language).items():
        words = written.lower().split()
        assert not any(one == two for one, two in pairwise(words)), key


@pytest.mark.parametrize(
    ("setting", "environment", "language"),
    [
        ("it", {"LANG": "de_DE.UTF-8"}, "it"),
        ("", {"LANG": "de_DE.UTF-8"}, "de"),
        ("", {"LC_ALL": "fr_FR", "LC_MESSAGES": "es_ES", "LANG": "de_DE"}, "fr"),
        ("", {"LC_ALL": "", "LC_MESSAGES": "es", "LANG": "de_DE"}, "es"),
        ("", {"LANG": "IT_CH"}, "it"),
        ("", {"LANG": "C.UTF-8"}, "en"),
        ("", {"LANG": "pt_BR.UTF-8"}, "en"),
        ("", {}, "en"),
        ("xx", {"LANG": "de_DE"}, "de"),
    ],
)
def test_the_language(setting: str, environment: dict[str, str], language: str) -> None:
    assert language_of(setting, environment) == language


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-1.0, "0 s"),
        (0.0, "0 s"),
        (0.1, "1 s"),
        (12.0, "12 s"),
        (119.0, "119 s"),
        (119.5, "2 min"),
        (121.0, "3 min"),
        (7140.0, "119 min"),
        (7200.0, "2 h 0 min"),
        (12_000.0, "3 h 20 min"),
        (100_000.0, "27 h 47 min"),
    ],
)
def test_durations(seconds: float, written: str) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize(
    ("language", "written"), [("en", "8.0 A"), *((one, "8,0 A") for one in OTHERS)]
)
def test_numbers_have_the_decimal_sign_of_the_language(language: str, written: str) -> None:
    assert current(8.0, language) == written
    assert number(7.25, language, 2) == written.replace("8", "7").replace("0", "25")[:-2]


def test_values_go_into_the_text() -> None:
    assert text("next.may_rise", "en", duration="12 s") == "may rise in 12 s"
    assert text("sentence.charging_unlimited", "de", offered=8.0) == "Lädt mit 8,0"


@pytest.mark.parametrize(
    ("key", "language", "error", "match"),
    [
        ("no.such", "en", KeyError, "no.such: there is no such text in en.json"),
        ("next.may_rise", "en", KeyError, "duration"),
        ("next.may_rise", "xx", ValueError, "came 'xx', allowed en, it, de, es, fr"),
        ("next.may_rise", "../en", ValueError, "language: came"),
    ],
)
def test_what_cannot_be_said_is_named(key: str, language: str, error: Any, match: str) -> None:
    with pytest.raises(error, match=match):
        text(key, language)
