"""Texts in the shape of a display with seven segments, three rows high. Pure."""

_SEGMENTS = {
    "0": "abcdef",
    "1": "bc",
    "2": "abged",
    "3": "abgcd",
    "4": "fgbc",
    "5": "afgcd",
    "6": "afgedc",
    "7": "abc",
    "8": "abcdefg",
    "9": "abcdfg",
    "A": "abcefg",
    "C": "afed",
    "D": "bcdeg",
    "E": "afged",
    "F": "afge",
    "I": "ef",
    "K": "fegbc",
    "L": "fed",
    "M": "abcef",
    "N": "ceg",
    "O": "abcdef",
    "P": "abfge",
    "R": "eg",
    "S": "afgcd",
    "T": "fged",
    "U": "bcdef",
    "V": "bcdef",
}
"""The lit segments of each character: a on top, b and c right, d below, e and f left, g between."""


def drawn(text: str) -> str:
    """Return three rows that show `text`; a dot takes no place of its own, as on the device.

    A character that seven segments cannot show is a blank.
    """
    rows = ["", "", ""]
    for character in text.upper():
        if character == "." and rows[0]:
            rows[2] = rows[2][:-1] + "."
            continue
        lit = _SEGMENTS.get(character, "")
        rows[0] += f" {_bar('a', lit)}  "
        rows[1] += f"{_post('f', lit)}{_bar('g', lit)}{_post('b', lit)} "
        rows[2] += f"{_post('e', lit)}{_bar('d', lit)}{_post('c', lit)} "
    return "\n".join(rows)


def _bar(segment: str, lit: str) -> str:
    return "_" if segment in lit else " "


def _post(segment: str, lit: str) -> str:
    return "|" if segment in lit else " "
