"""The dashboard in a real browser, over a demo that is served: its epochs are real, and so is its gateway."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra gateway is not installed")
pytest.importorskip("playwright", reason="the extra dev is not installed")

from attrs import frozen
from playwright.sync_api import Browser, Page, expect

from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.event_log import SqlAlchemyEventLog
from reasonforge.application.ports.event_log import EventKind, PublicEvent
from tests.browser.browsers import Heard, chromium, keep

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
DEMO = ("demo", "--serve", "--port", "0", "--validators", "2", "--miners", "8", "--tasks", "4")


@frozen
class Served:
    """A demo that runs, and where its records are."""

    address: str
    database: Path


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    database = folder / "demo.db"
    command = [sys.executable, "-m", "reasonforge", *DEMO, "--db", str(database), *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (folder / "demo.log").open("w") as log:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        try:
            assert running.stdout is not None
            found = re.match(r"Dashboard: (\S+)", running.stdout.readline())
            assert found is not None, (folder / "demo.log").read_text()
            # What it tells from here on goes to nobody, and must not fill a pipe.
            drain = subprocess.Popen(["cat"], stdin=running.stdout, stdout=subprocess.DEVNULL)
            running.stdout.close()
            yield Served(found[1], database)
            running.terminate()
            assert running.wait(30) == 0
            drain.wait(10)
        finally:
            running.kill()
            running.wait()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("demo"), "--pause", "2") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@contextmanager
def opened(browser: Browser, address: str, width: int = 1280, scheme: str = "light") -> Iterator[Heard]:
    dark = "dark" if scheme == "dark" else "light"
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=dark)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.set_default_timeout(30_000)
        heard = Heard.of(page)
        page.goto(address)
        yield heard
        assert heard.complaints == []
        assert [url for url in heard.asked if not url.startswith(address)] == []
    finally:
        context.close()


def figure(page: Page, name: str) -> str:
    return page.locator(f"#figures div:has(dt:text-is('{name}')) dd").inner_text()


def ranks(page: Page, column: int) -> list[float]:
    cells = page.locator(f"#miners tbody td:nth-child({column})").all_inner_texts()
    return [float(text.rstrip(" %").replace(",", "")) for text in cells]


def epochs_shown(page: Page) -> int:
    return int(figure(page, "Epochs"))


def test_a_live_epoch_arrives_by_itself(browser: Browser, demo: Served) -> None:
    """Nothing is reloaded: tasks, ranking and figures of the next epoch come while one looks on."""
    with opened(browser, demo.address) as heard:
        page = heard.page
        expect(page.locator("#connection")).to_have_text("Live")
        page.locator("#miners tbody tr").first.wait_for()
        page.locator("#lanes .tasks li").first.wait_for()
        before = page.locator("#leaderboard-note").inner_text()
        expect(page.locator("#leaderboard-note")).not_to_have_text(before, timeout=30_000)
        assert epochs_shown(page) >= 1
        assert sum(url.rstrip("/") == demo.address.rstrip("/") for url in heard.asked) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_fits_every_screen(browser: Browser, demo: Served, tmp_path: Path, width: int, scheme: str) -> None:
    """Desktop and phone, light and dark: nothing runs over the edge, and the texts can be told from their ground."""
    with opened(browser, demo.address, width, scheme) as heard:
        page = heard.page
        page.locator("#miners tbody tr").first.wait_for()
        page.click("#run-epoch")
        page.locator("#simulated-miners tbody tr").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(_WORST_CONTRAST) >= 4.5
        keep(page, f"dashboard-{width}-{scheme}", tmp_path)


def test_the_ranking_sorts_by_every_column(browser: Browser, demo: Served) -> None:
    """A heading's button sorts down, then up, and says so to a screen reader."""
    with opened(browser, demo.address) as heard:
        page = heard.page
        page.locator("#miners tbody tr").first.wait_for()
        for column in (3, 10):
            head = page.locator(f"#miners th:nth-child({column})")
            head.locator("button").click()
            expect(head).to_have_attribute("aria-sort", "descending")
            assert ranks(page, column) == sorted(ranks(page, column), reverse=True)
            head.locator("button").click()
            expect(head).to_have_attribute("aria-sort", "ascending")
            assert ranks(page, column) == sorted(ranks(page, column))
        page.select_option("#discipline", "code")
        expect(page.locator("#leaderboard-note")).to_contain_text(re.compile("code|Nobody"))


def test_a_miner_is_opened_by_keyboard_alone(browser: Browser, demo: Served, tmp_path: Path) -> None:
    """Skip link, heading, name, Enter: its history opens in a dialog that Escape closes, and focus comes back."""
    with opened(browser, demo.address) as heard:
        page = heard.page
        page.locator("#miners tbody tr").first.wait_for()
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('#miners tbody') !== null"):
                break
        name = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        expect(page.locator("#miner")).to_be_visible()
        expect(page.locator("#miner-body svg").first).to_be_visible()
        assert page.locator("#miner-title").inner_text() == f"Miner {name.split(' ')[0]}"
        assert "S_epoch" in (page.locator("#miner-body svg").first.get_attribute("aria-label") or "")
        keep(page, "dashboard-miner", tmp_path)
        page.keyboard.press("Escape")
        expect(page.locator("#miner")).to_be_hidden()
        assert page.evaluate("document.activeElement.textContent") == name


def test_the_simulator_runs_stops_and_starts_again(browser: Browser, demo: Served) -> None:
    """Run an epoch, let it run by itself, stop it, go on, reset it; the same seed gives the same figures."""
    with opened(browser, demo.address) as heard:
        page = heard.page
        note, table = page.locator("#simulator-note"), page.locator("#simulated-miners tbody")
        page.check("[name=adversaries]")
        page.click("#run-epoch")
        expect(note).to_contain_text("Epoch 1:")
        first = table.inner_text()
        expect(page.locator("#simulated-validators")).to_contain_text("✗")
        page.click("#auto-run")
        expect(note).to_contain_text(re.compile(r"Epoch ([3-9]|\d\d):"))
        page.click("#auto-run")
        expect(page.locator("#run-epoch")).to_be_enabled()
        expect(page.locator("#simulator-notes li").first).to_be_visible()
        stopped = note.inner_text()
        page.wait_for_timeout(900)
        assert note.inner_text() == stopped
        page.click("#reset")
        expect(page.locator("#simulator-results")).to_be_hidden()
        page.click("#run-epoch")
        expect(note).to_contain_text("Epoch 1:")
        assert table.inner_text() == first


def test_a_setting_out_of_range_is_named(browser: Browser, demo: Served) -> None:
    """The gateway's refusal stands beside the form, and the field is marked."""
    with opened(browser, demo.address) as heard:
        page = heard.page
        page.fill("[name=miners]", "5000")
        page.click("#run-epoch")
        expect(page.locator("#simulator-note")).to_contain_text("Not run:")
        expect(page.locator("[name=miners]")).to_have_attribute("aria-invalid", "true")
        assert [one for one in heard.complaints if "422" not in one] == []
        heard.complaints.clear()  # the browser's own line on the refused request


def test_a_strangers_markup_stays_text(browser: Browser, demo: Served) -> None:
    """Markup in what the stream tells is shown as it was written: nothing of it runs, nothing is fetched for it."""
    figures = {"epoch": 10**6, "validator": HOSTILE, "index": 0, "of": 1, "domain": HOSTILE, "difficulty": 1}
    event = PublicEvent(EventKind.TASK_SCORED, 0.0, {**figures, "asked": 1, "right": 1, "average_cms": 1.0})
    with opened(browser, demo.address) as heard:
        page = heard.page
        expect(page.locator("#connection")).to_have_text("Live")
        with open_database(demo.database, claim=False) as database:
            asyncio.run(SqlAlchemyEventLog(database).append([event]))
        expect(page.locator("#lanes .tasks")).to_contain_text([HOSTILE])
        assert page.title() == "ReasonForge"
        assert page.locator("#lanes img, #lanes script").count() == 0


def test_before_the_first_epoch_it_says_what_will_come(browser: Browser, tmp_path: Path) -> None:
    """An empty network shows sentences in place of empty tables."""
    with (
        served(tmp_path, "--epochs", "1", "--tasks", "200", "--miners", "16") as running,
        opened(browser, running.address) as heard,
    ):
        expect(heard.page.locator("#leaderboard-note")).to_contain_text("No epoch is closed yet")
        expect(heard.page.locator("#health-note")).to_contain_text("No validator has closed an epoch yet")
        expect(heard.page.locator("#leaderboard-scroll")).to_be_hidden()


_WORST_CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).slice(0, 3).map((part) => {
      const value = part / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  let worst = 21;
  for (const node of document.querySelectorAll("body *:not(svg *):not(button:disabled)")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility({ opacityProperty: true })) continue;
    const pair = [light(getComputedStyle(node).color), light(ground(node))].sort((a, b) => b - a);
    worst = Math.min(worst, (pair[0] + 0.05) / (pair[1] + 0.05));
  }
  return worst;
}"""
