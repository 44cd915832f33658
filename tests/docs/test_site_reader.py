"""The reader of built pages finds what is wrong in them."""

from pathlib import Path

from tests.docs.site_reader import broken, foreign, read_site

PAGE = """
<link rel="canonical" href="https://example.org/"><link rel="stylesheet" href="style.css">
<h1 id="first">First</h1>
<a href="#first">here</a> <a href="#gone">gone</a> <a href="other.html#second">there</a>
<a href="other.html#third">no such heading</a> <a href="missing.html">no such page</a>
<a href="https://example.org/#any">elsewhere</a> <a href="sub/">a folder</a>
<img src="picture.png" alt="A picture"><img src="gone.png">
<script src="https://cdn.example.org/spy.js"></script>
"""


def test_what_is_broken_foreign_or_silent_is_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "other.html").write_text('<h2 id="second">Second</h2>')
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "index.html").write_text("")
    (tmp_path / "picture.png").touch()
    (tmp_path / "style.css").touch()

    pages = read_site(tmp_path)
    index = tmp_path / "index.html"
    assert broken(pages, index) == ["#gone", "other.html#third", "missing.html", "gone.png"]
    assert foreign(pages[index]) == ["https://cdn.example.org/spy.js"]
    assert pages[index].silent_pictures == ["gone.png"]
