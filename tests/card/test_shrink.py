"""What is made smaller before the cards are bundled means the same (scripts/card_shrink.py)."""

import pytest

from scripts.card_shrink import small_css, smaller


@pytest.mark.parametrize(
    ("css", "small"),
    [
        ("\n  a ,\n  b {\n    top: 1px;\n    margin: 0 auto;\n  }\n", "a,b{top:1px;margin:0 auto}"),
        ("li:hover > b { top: 1px }", "li:hover > b{top:1px}"),
        (".a .b:not(:has(button)) { x: y; }", ".a .b:not(:has(button)){x:y}"),
        ("/* why:\n so */ i { width: calc(1px + 2px); }", "i{width:calc(1px + 2px)}"),
        ("@media (prefers-reduced-motion: reduce) { * { a: b } }",
         "@media (prefers-reduced-motion:reduce){*{a:b}}"),
        ('i::before { content: ""; grid-template-areas: "a b" "c c"; }',
         'i::before{content:"";grid-template-areas:"a b" "c c"}'),
    ],
)  # fmt: skip
def test_a_sheet_without_blanks_that_say_nothing(css: str, small: str) -> None:
    assert small_css(css) == small


def test_templates_keep_one_blank_where_they_had_a_line() -> None:
    source = (
        "const a = html`<b>\n      ${x}\n      </b>`;\nconst s = css`\n  a {\n    b: c;\n  }\n`;\n"
    )
    assert smaller(source) == "const a = html`<b>\n${x}\n</b>`;\nconst s = css`a{b:c}`;\n"


def test_a_sheet_with_a_value_in_it_stays_as_it_is_but_for_its_lines() -> None:
    source = "css`\n  a { top: ${x}px; }\n`"
    assert smaller(source) == "css`\na { top: ${x}px; }\n`"
