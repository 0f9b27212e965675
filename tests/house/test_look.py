"""What the look promises, measured in a browser on the demo clinic: contrast, weight, where the keyboard goes."""

import gzip
import re

import pytest

from config import demo_secret_file
from tests.browser import sign_in

pytestmark = [
    pytest.mark.parametrize("scene", ["demo"], indirect=True),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]

# Each visible text with the color it has and the ground it stands on, and each control's border with what is around it.
CONTRASTS = """
() => {
  const numbers = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility === "visible";
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (!text || !shown(element) || element.closest(".visually-hidden, .skip")) continue;
    const style = getComputedStyle(element), svg = element.closest("svg");
    found.push(["text", text.slice(0, 40), ratio(numbers(svg ? style.fill : style.color), ground(element)), parseFloat(style.fontSize)]);
  }
  for (const control of document.querySelectorAll("input, select, textarea, .btn, .chip:not(.chip-phase)")) {
    if (!shown(control) || control.type === "hidden") continue;
    const style = getComputedStyle(control), inside = numbers(style.backgroundColor), around = ground(control.parentElement);
    const edge = ratio(numbers(style.borderTopColor), around);
    const filled = inside.length === 3 || inside[3] === 1 ? ratio(inside, around) : 1;
    found.push(["edge", control.className || control.type, Math.max(edge, filled), 14]);
  }
  return found;
}
"""


@pytest.fixture
def page_of_parts(settings):
    """The page of parts is served where a demo was loaded, which this file says."""
    demo_secret_file(settings.instance, settings.database_url).write_text("0" * 64)


def test_every_text_and_edge_on_the_page_of_parts_can_be_seen(app, page_of_parts, open_page, accounts):
    page = open_page(width=1280)
    sign_in(page, accounts["supervisor"])
    assert page.goto("/style").status == 200
    found = page.evaluate(CONTRASTS)
    assert (
        len([row for row in found if row[0] == "text"]) > 200 and len([row for row in found if row[0] == "edge"]) > 40
    )
    assert [row for row in found if row[2] < (4.5 if row[0] == "text" else 3)] == []
    assert [row for row in found if row[0] == "text" and row[3] < 13.99 and not re.fullmatch(r"[\d. ]+", row[1])] == []


MOST = {"stylesheet": 45_000, "script": 15_000, "document": 40_000, "icons": 10_000, "all": 120_000}


def test_a_first_visit_weighs_little_and_asks_nobody_else(app, open_page, accounts, live_server):
    page = open_page()
    sign_in(page, accounts["supervisor"])
    fresh = page.context.browser.new_context(base_url=live_server, storage_state=page.context.storage_state())
    answers, weights = [], dict.fromkeys(MOST, 0)
    visit = fresh.new_page()
    visit.on("response", lambda answer: answers.append((answer.request.resource_type, answer.url, answer.body())))
    visit.goto("/clients?size=50", wait_until="networkidle")
    for kind, url, body in answers:
        weight = len(gzip.compress(body, 6))
        weights["icons" if url.split("#")[0].endswith(".svg") else kind] += weight
        weights["all"] += weight
    fresh.close()
    assert all(url.startswith(live_server) for _kind, url, _body in answers)
    assert {kind: weight for kind, weight in weights.items() if weight > MOST[kind]} == {}
    assert len(answers) <= 12, [url for _kind, url, _body in answers]


# Where the keyboard is: what it is called, whether it can be seen, and whether anything lies over it.
HERE = """
() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  if (at === document.body) return null;
  const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 20), 0), innerWidth - 1), y = box.top + box.height / 2;
  const top = document.elementFromPoint(x, y);
  const name = (at.innerText || at.getAttribute("aria-label") || at.name || at.tagName).trim().slice(0, 40);
  const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0;
  return { name, inside, free: !!top && (at.contains(top) || top.contains(at)), outline: getComputedStyle(at).outlineStyle };
}
"""


def where_it_is(page):
    """Where the keyboard is, once the page has scrolled there; the browser does that a little after the focus has moved."""
    for _try in range(40):
        page.wait_for_timeout(50)
        here = page.evaluate(HERE)
        if here is None or (here["inside"] and here["free"]):
            break
    return here


@pytest.mark.parametrize("first", ["/today", "/clients"])
def test_the_keyboard_comes_everywhere_and_is_never_lost(app, open_page, accounts, first):
    page = open_page(width=1366, height=768)
    sign_in(page, accounts["case_manager"])
    page.goto(first)
    if first == "/clients":
        with page.expect_navigation():  # keys pressed before it would be lost with the page that goes
            page.locator("main table a, main li a").first.click()
    stops = []
    for _ in range(120):
        page.keyboard.press("Tab")
        here = where_it_is(page)
        if here is None or (stops and here["name"] == stops[0]["name"] and len(stops) > 5):
            break
        stops.append(here)
    assert len(stops) > 15 and stops[0]["name"] == "Skip to content"
    assert [stop for stop in stops if not stop["inside"] or not stop["free"] or stop["outline"] == "none"] == []
    assert stops[-1]["name"] == "Keys"
