"""Chromium for tests: what a page says on its console and what it asks for is kept."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import field, frozen
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.requirement import require

OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser; the test is skipped where there is none."""
    program = shutil.which("chromium")
    require("browser", program is not None, "chromium is not installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


@frozen
class Heard:
    """What a page did that its user does not see."""

    page: Page
    complaints: list[str] = field(factory=list)
    asked: list[str] = field(factory=list)

    @classmethod
    def of(cls, page: Page) -> "Heard":
        made = cls(page)

        def said(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                made.complaints.append(message.text)

        def failed(error: Exception) -> None:
            made.complaints.append(str(error))

        def asks(request: Request) -> None:
            made.asked.append(request.url)

        page.on("console", said)
        page.on("pageerror", failed)
        page.on("request", asks)
        return made


def keep(page: Page, name: str, folder: Path) -> None:
    """A screenshot of the whole page, in RF_ARTEFACTS when that names a folder, else in the test's own."""
    kept = Path(os.environ.get("RF_ARTEFACTS") or folder) / f"{name}.png"
    kept.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=kept, full_page=True)
    assert kept.stat().st_size > 10_000
