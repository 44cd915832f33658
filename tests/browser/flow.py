"""Records what a page shows while somebody uses it: a short film for the documentation."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from .conftest import PICTURES

LEAST_MS = 60
LONGEST_MS = 2500
"""Of one picture: nobody wants to wait with the person who waited."""
LAST_MS = 2500
MOST_MS = 25_000
"""A film that would last longer runs faster."""
_FINGER = """() => {
  if (window.finger) return;
  window.finger = true;
  const begin = () => {
    const dot = document.createElement('div');
    dot.popover = 'manual';
    dot.style.cssText = `position: fixed; inset: auto; inline-size: 26px; block-size: 26px;
      margin: -13px; padding: 0; border: 2px solid #fff; border-radius: 50%; overflow: hidden;
      background: #e9730f55; box-shadow: 0 0 4px #0008; pointer-events: none`;
    document.body.append(dot);
    const place = event => {
      dot.style.left = `${event.clientX}px`;
      dot.style.top = `${event.clientY}px`;
      dot.style.scale = event.buttons ? '0.75' : '1';
      // A dialogue that was opened since would hide it.
      if (event.type !== 'pointermove' || !dot.matches(':popover-open')) {
        dot.hidePopover();
        dot.showPopover();
      }
    };
    for (const type of ['pointermove', 'pointerdown', 'pointerup']) {
      addEventListener(type, place, {capture: true});
    }
  };
  if (document.body) begin(); else addEventListener('DOMContentLoaded', begin);
}"""
"""A dot where the pointer is, above all dialogues: films have no finger."""
QUALITY = 55


@dataclass(frozen=True, slots=True)
class _Frame:
    picture: bytes
    at_s: float


@contextmanager
def film(page: Page, path: Path, *, width: int = 800, always: bool = False) -> Iterator[None]:
    """Write what the page shows meanwhile to `path`, an animated WebP at most `width` pixels wide.

    Chromium tells each frame that it draws; what does not move takes no room. From then on a dot
    shows where the pointer is on this page. It is work for a small machine: without EVSE_PICTURES
    only what is `always` filmed is.
    """
    if PICTURES is None and not always:
        yield
        return
    page.add_init_script(f"({_FINGER})()")
    page.evaluate(_FINGER)
    session = page.context.new_cdp_session(page)
    frames: list[_Frame] = []

    def on_frame(event: dict[str, object]) -> None:
        metadata = event["metadata"]
        assert isinstance(metadata, dict)
        picture = base64.b64decode(str(event["data"]))
        frames.append(_Frame(picture, float(metadata["timestamp"])))
        session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    session.on("Page.screencastFrame", on_frame)
    session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
    try:
        yield
        page.wait_for_timeout(LEAST_MS)
    finally:
        session.send("Page.stopScreencast")
        session.detach()
    _write(frames, path, width)


def _write(frames: list[_Frame], path: Path, width: int) -> None:
    assert frames, "the page drew nothing"
    kept, durations = [frames[0]], []
    for frame in frames[1:]:
        shown_ms = 1000 * (frame.at_s - kept[-1].at_s)
        if shown_ms >= LEAST_MS:
            durations.append(round(min(shown_ms, LONGEST_MS)))
            kept.append(frame)
        else:
            kept[-1] = _Frame(frame.picture, kept[-1].at_s)
    faster = min(1.0, (MOST_MS - LAST_MS) / sum(durations)) if durations else 1.0
    durations = [max(1, round(each * faster)) for each in durations] + [LAST_MS]
    first, *others = [_scaled(frame.picture, width) for frame in kept]
    path.parent.mkdir(parents=True, exist_ok=True)
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=durations,
        loop=0,
        quality=QUALITY,
        method=4,
    )


def _scaled(picture: bytes, width: int) -> Image.Image:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    if image.width <= width:
        return image
    return image.resize(
        (width, round(image.height * width / image.width)), Image.Resampling.LANCZOS
    )
