"""Charges with hostile names as the PDF report of a month.

Promised: nothing is raised, and what comes is a PDF, whatever characters a name has.
"""

from evse.history import months
from evse.history.document import About, report_pdf
from evse.texts import LANGUAGES
from scripts.trials.fuzz_spreadsheets import NOW, ZONES, charges_of
from scripts.trials.fuzzing import Stream, Target, promise, trial


def entry(data: bytes) -> None:
    """A byte: zone and language, one: how long the names are, the names, the charges."""
    stream = Stream(data)
    how = stream.byte()
    zone, language = ZONES[how % len(ZONES)], LANGUAGES[(how >> 2) % len(LANGUAGES)]
    name = stream.take(stream.byte()).decode("utf-8", "replace")
    charges = charges_of(stream)
    report = months.report(2026, 11, charges, zone, lambda _: name, NOW)
    about = About(name[:20], name[20:40], name[40:60], name[:30], "UTC")
    made = report_pdf(report, about, zone, lambda _: name, NOW, language)
    promise(made.startswith(b"%PDF-") and b"%%EOF" in made[-20:], "no PDF")


TARGET = Target(
    entry,
    seeds=[
        bytes([1, len(text.encode())]) + text.encode() + bytes(range(60))
        for text in ("Anna", "אבג 123 (x)", "مرحبا", "車🚗e\u0301\u202e", "a\u2067b\u2066c\u2069")
    ],
    words=[mark.encode() for mark in "\u202a\u202e\u2066\u2069\u200f\u0661א"],
    longest=300,
    slowest_s=5.0,
)

run = trial(__name__)
