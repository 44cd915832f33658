#!/usr/bin/env python3
"""What a phone loads of the local page before it shows something, as the network carries it.

    .venv/firmware-oldest/bin/python tests/bench/page_size.py

A real wallbox serves it to a real Chromium, which counts the bytes that came (headers as well).
The budget of issue 6 is 100 kB.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "firmware")]

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.page.conftest import ARGUMENTS, CHROMIUM, PASSWORDS, PHONE, start_box  # noqa: E402

BUDGET_BYTES = 100_000


def main() -> int:
    """Measure the log-in and the first page; 1 when it is too much."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        box = start_box(Path(folder) / "box")
        try:
            box.post("claim", {"device_key": box.device_key, "passwords": PASSWORDS})
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            viewport: Any = {"width": PHONE[0], "height": PHONE[1]}
            context = browser.new_context(viewport=viewport, ignore_https_errors=True, locale="de")
            page = context.new_page()
            loaded: dict[str, int] = {}
            session = context.new_cdp_session(page)
            addresses: dict[str, str] = {}
            session.on(
                "Network.responseReceived",
                lambda event: addresses.update({event["requestId"]: event["response"]["url"]}),
            )
            session.on(
                "Network.loadingFinished",
                lambda event: loaded.update(
                    {addresses.get(event["requestId"], "?"): int(event["encodedDataLength"])}
                ),
            )
            session.send("Network.enable")
            page.goto(box.url)
            page.locator("input[autocomplete=username]").wait_for()
            page.wait_for_timeout(1000)
            for url, size in sorted(loaded.items(), key=lambda each: -each[1]):
                print(f"{size:8d}  {url.removeprefix(box.url)}")
            total = sum(loaded.values())
            print(f"{total:8d}  first view; at most {BUDGET_BYTES}")
            page.locator("input[autocomplete=username]").fill("user")
            page.locator("input[autocomplete=current-password]").fill(PASSWORDS["user"])
            page.locator("form button[type=submit]").click()
            page.locator(".connector").wait_for()
            page.wait_for_timeout(1000)
            print(f"{sum(loaded.values()):8d}  with the state page after the log-in")
            browser.close()
        finally:
            box.wallbox.kill()
    return 0 if total < BUDGET_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
