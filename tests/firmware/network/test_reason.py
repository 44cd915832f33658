"""Why something of the network cannot be is said in five languages."""

import pytest

from evse.network.port import done, refused
from evse.network.reason import Reason, localized
from evse.texts import LANGUAGES, all_texts

CODES = {key.split(".")[1] for key in all_texts("en") if key.startswith("network.")}
VALUES = dict.fromkeys(
    ("words", "service", "call", "came", "allowed", "seconds", "ssid"), "{what came}"
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_reason_can_be_said(code: str, language: str) -> None:
    said = Reason(code, VALUES).text(language)
    assert said
    assert ("{" in said) is ("{what came}" in said), "what came is not read as a form"


def test_an_answer_is_localized_with_all_that_is_in_it() -> None:
    last = {"confirmed": False, **Reason("unconfirmed", {"seconds": "120"}).as_json()}
    answer = done(last_trial=last, trial=None, networks=[{"reason": "left alone"}])
    told = localized(answer, "de")
    assert told["last_trial"]["reason"] == "nicht innerhalb von 120 s bestätigt"
    assert told["reason"] == ""
    assert told["networks"] == answer["networks"]
    assert localized(refused(Reason("no_wifi")), "it")["reason"].startswith("in questa wallbox")
    assert answer["last_trial"]["reason"] == "not confirmed within 120 s", "the first is untouched"
