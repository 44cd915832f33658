"""The texts of the pages: whole and the same in every language."""

import ast
import json
import string
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from evse.settings import words
from evse.settings.consistency import contradictions
from evse.settings.fact import Button
from evse.settings.rows import ROWS, row
from evse.settings.setting import Kind, Page, SettingError
from evse.settings.table import BY_KEY, SETTINGS
from evse.texts import LANGUAGES


def content(language: str) -> dict[str, Any]:
    file = resources.files("evse.settings").joinpath("texts", f"{language}.json")
    return dict(json.loads(file.read_text("utf-8")))


def shape(value: Any) -> Any:
    """The keys, and of each text the values that it wants."""
    match value:
        case dict():
            return {key: shape(each) for key, each in value.items()}
        case list():
            return [shape(each) for each in value]
    return {name for _, name, _, _ in string.Formatter().parse(value) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_has_label_and_help(language: str) -> None:
    for each in ROWS:
        label, help_ = words.label(each, language), words.help_text(each, language)
        assert label.strip() == label != ""
        assert help_.endswith("."), each.key
        assert not any(mark in label + help_ for mark in "{}*"), each.key
        assert "'" not in label + help_, f"{each.key}: the typographic ’"
    for page in Page:
        assert words.page_name(page, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts(language: str) -> None:
    found = content(language)
    forms = found.pop("forms", {})
    assert shape(found) == shape(content("en"))
    if language != "en":  # which is in the source
        assert set(forms) == {setting.form for setting in SETTINGS if setting.form} | demands()
        for english, other in forms.items():
            assert shape(english) == shape(other), english


def demands() -> set[str]:
    """What the source demands of a setting with regard to another, as it is written there."""
    found: set[str] = set()
    for file in Path(words.__file__).parent.glob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        texts: dict[str, list[str]] = {}
        for node in ast.walk(tree):
            match node:
                case ast.Assign([ast.Name(name)], ast.Constant(str(text))):
                    texts.setdefault(name, []).append(text)
        for node in ast.walk(tree):
            match node:
                case ast.Call(ast.Name("SettingError"), [_, _, ast.Constant(str(text))]):
                    found.add(text)
                case ast.Call(ast.Name("SettingError"), [_, _, ast.Name(name)]):
                    found.update(texts[name])
                case ast.Call(ast.Name("SettingError"), [_, _, other]):
                    assert ast.unparse(other) == "self.allowed", f"{file.name} {node.lineno}"
    return found


def test_what_is_allowed_is_said_in_english_as_the_table_says_it() -> None:
    """But for choices, which people know by other names."""
    for setting in SETTINGS:
        if not setting.choices and setting.kind is not Kind.BOOL and not setting.constant:
            assert words.allowed(setting, "en") == setting.allowed


@pytest.mark.parametrize(
    ("key", "language", "said"),
    [
        ("dlb.settle_s", "de", "eine ganze Zahl, 1 … 600 s"),
        ("network.hostname", "it", "lettere, cifre e trattini, o vuoto, al massimo 63 caratteri"),
        ("web.enabled", "es", "encendido o apagado"),
        ("installation.cable", "fr", "un de Câble fixe, Prise"),
        ("ocpp.mode", "de", "eines von OCPP-J-1.6"),
        ("board.cp_type", "de", "nur IEC 61851-1"),
        ("installation.language", "en", "one of Operating system’s, English, Italiano, Deutsch"),
    ],
)
def test_what_is_allowed_is_said_in_each_language(key: str, language: str, said: str) -> None:
    assert words.allowed(BY_KEY[key], language).startswith(said)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("dlb.settle_s", 0, "Warten vor mehr Strom: 0 geht nicht, erlaubt ist eine ganze Zahl"),
        ("ocpp.password", "short", "Passwort beim Zentralsystem: dieser Wert geht nicht, erlaubt"),
    ],
)
def test_a_refusal_is_said_in_the_language_of_who_is_refused(
    key: str, value: object, said: str
) -> None:
    with pytest.raises(SettingError) as caught:
        BY_KEY[key].parse(value)
    assert words.refusal(caught.value, BY_KEY[key], "de").startswith(said)


def test_a_contradiction_is_said_with_the_names_that_people_know() -> None:
    values = {key: setting.default for key, setting in BY_KEY.items()}
    (error,) = contradictions(values | {"protection.min_voltage_v": 210.0})
    assert words.refusal(error, BY_KEY[error.key], "de") == (
        "Niedrigste Spannung: 210.0 geht nicht, erlaubt ist weniger als “Ende der "
        "Unterspannung”: 200."
    )
    (error,) = contradictions(values | {"network.dhcp": "Static", "network.ip": "10.0.0.1"})
    assert words.refusal(error, BY_KEY[error.key], "fr") == (
        "Masque de sous-réseau : '' n’est pas accepté, est permis une adresse avec “Adresse IP” = "
        "Static."
    )


def test_no_text_is_of_a_row_that_is_not_there() -> None:
    keys = {each.key for each in ROWS}
    texts = content("en")
    assert {key for key in texts["rows"] if "*" not in key} <= keys
    assert texts["options"].keys() - {"*"} <= keys
    for key, options in texts["options"].items():
        if key != "*":
            found = row(key)
            assert not isinstance(found, Button)
            assert options.keys() <= set(found.choices), key


def test_labels_are_told_apart_on_their_page() -> None:
    """But for what both manuals call the same."""
    for language in LANGUAGES:
        seen: dict[tuple[str, str], str] = {}
        for each in ROWS:
            place = (each.page, words.label(each, language))
            assert place not in seen, f"{each.key} and {seen.get(place)} are both {place}"
            seen[place] = each.key


def test_options_and_messages() -> None:
    cable = row("installation.cable")
    assert words.option(cable, "Cable", "en") == "Fixed cable"
    assert words.option(row("web.enabled"), "true", "en") == "On"
    assert words.option(cable, "Rope", "en") == "Rope"
    assert "25" in words.message("safety", "en", label="House", key="k", old="25", new="30")
    assert words.label(row("meter.dlb.format_current"), "en") == "DLB meter: format, current"


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(ValueError, match="language: came 'xx'"):
        words.page_name(Page.STATE, "xx")
