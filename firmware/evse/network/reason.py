"""Why something of the network cannot be, for people in their language: a code with its values.

The sentences are in `evse/texts`, under "network".
"""

from dataclasses import dataclass, field
from typing import Any

from evse.texts import DEFAULT_LANGUAGE, text


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` names the sentence, `values` are what it is about."""

    code: str
    values: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text(DEFAULT_LANGUAGE)

    def text(self, language: str) -> str:
        """The sentence. Raises ValueError for an unknown language."""
        return text(f"network.{self.code}", language, **self.values)

    def as_json(self) -> dict[str, Any]:
        """The sentence in English, and what it takes to say it in another language."""
        return {"reason": str(self), "code": self.code, "values": dict(self.values)}


def reason_of(said: "Reason | str") -> Reason:
    """A reason; of the words of a machine, which are in no language of ours, one that has them."""
    return said if isinstance(said, Reason) else Reason("words", {"words": said})


def localized(answer: dict[str, Any], language: str) -> dict[str, Any]:
    """An answer of `NetworkPort` with its reasons in `language`; in English without such."""
    told = {
        name: localized(value, language) if isinstance(value, dict) else value
        for name, value in answer.items()
    }
    if told.get("reason") and "code" in answer:
        told["reason"] = Reason(answer["code"], answer["values"]).text(language)
    return told
