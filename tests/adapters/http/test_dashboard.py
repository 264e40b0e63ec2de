"""The dashboard's page and assets as a browser and an attacker ask for them."""

import re
from importlib.resources import files

import pytest

pytest.importorskip("fastapi", reason="the extra gateway is not installed")

from fastapi import FastAPI
from starlette.testclient import TestClient

from reasonforge.adapters.http.dashboard import CONTENT_SECURITY_POLICY, dashboard_router

STATIC = files("reasonforge.adapters.http").joinpath("static")
SCRIPTS = sorted(file.name for file in STATIC.iterdir() if file.name.endswith(".js"))


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.include_router(dashboard_router())
    return TestClient(app)


def named(client: TestClient, name: str) -> str:
    found = re.search(r'href="(assets/[0-9a-f]+/)style\.css"', client.get("/").text)
    assert found is not None
    return f"/{found[1]}{name}"


def test_the_page_runs_nothing_of_its_own_and_nothing_of_others(client: TestClient) -> None:
    """Its policy forbids inline scripts and other hosts, and the page has neither."""
    page = client.get("/")
    assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page.text) is None
    assert re.search(r"(?:src|href)=\"(?:https?:)?//", page.text) is None


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_makes_markup_of_a_text(name: str) -> None:
    """Nothing that parses a string as markup or as code stands in the scripts."""
    text = STATIC.joinpath(name).read_text()
    assert (
        re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser", text)
        is None
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_module_that_is_imported_is_shipped(client: TestClient, name: str) -> None:
    """Imports name files beside them, which are served as JavaScript."""
    for imported in re.findall(r'from "\./([\w.]+)"', STATIC.joinpath(name).read_text()):
        answer = client.get(named(client, imported))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")


def test_a_browser_keeps_assets_for_ever_and_asks_for_the_page_each_time(client: TestClient) -> None:
    """Assets are immutable below their version's name; the page is asked for again, and costs nothing unchanged."""
    page, asset = client.get("/"), client.get(named(client, "app.js"))
    assert (page.headers["cache-control"], "immutable" in asset.headers["cache-control"]) == ("no-cache", True)
    again = client.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/assets/0000/app.js", "/assets/{}/../index.html", "/assets/{}/%2e%2e%2fdashboard.py"]
)
def test_only_assets_of_this_version_are_served(client: TestClient, path: str) -> None:
    """Another version's name, and a way out of the folder, lead nowhere."""
    version = named(client, "").split("/")[2]
    assert client.get(path.format(version)).status_code == 404
