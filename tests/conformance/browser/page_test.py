"""Opens the page as a person would: does it show what is going on, by itself, to everybody?"""
import os
import subprocess
import urllib.request

from webdriver import Browser

ADMIN = "http://" + os.environ["TASKGATEWAY_ADMIN"]
TASKCTL = [os.environ["BINARY_DIR"] + "/taskctl", "--server", os.environ["TASKGATEWAY_ADDRESS"]]
PICTURES = os.environ["WORK_DIR"]

# The contrast of every text with what is behind it, and the lowest of them (WCAG 2.1, 1.4.3).
CONTRAST = """
const parse = (color) => { const [r, g, b, a = 1] = color.match(/[0-9.]+/g).map(Number); return {rgb: [r, g, b], a}; };
const light = (rgb) => rgb.map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (element) => {
  for (; element; element = element.parentElement) {
    const color = parse(getComputedStyle(element).backgroundColor);
    if (color.a > 0) return color.rgb;
  }
  return [255, 255, 255];
};
let lowest = {ratio: 100};
for (const element of document.querySelectorAll('body *')) {
  const text = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  if (!text || !element.getClientRects().length || element.closest('noscript')) continue;
  const [a, b] = [light(parse(getComputedStyle(element).color).rgb), light(behind(element))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < lowest.ratio) lowest = {ratio, text: element.textContent};
}
return lowest;
"""


def taskctl(*arguments):
    return subprocess.run(TASKCTL + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def text_of(browser, id):
    return browser.run(f"return document.getElementById('{id}').innerText")


def main():
    taskctl("get", "sources/cloud-control/tasks/task-cc-failed", "sources/service-catalog/tasks/task-sc-failed")
    watch = subprocess.Popen(TASKCTL + ["watch", "cloud-control/task-cc-running", "service-catalog/task-sc-running"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with Browser() as browser:
            look(browser)
    finally:
        watch.terminate()
        watch.wait()


def look(browser):
    browser.open(ADMIN + "/")
    browser.wait_for("return document.getElementById('state').textContent === 'ready'", "the badge says ready")
    browser.wait_for("return document.querySelectorAll('#polled tr').length === 2", "both watched tasks are there")
    # It goes on by itself.
    first = browser.run("return Number(document.body.dataset.updates)")
    browser.wait_for(f"return Number(document.body.dataset.updates) > {first} + 1", "it asks again")

    sources = text_of(browser, "sources")
    assert "cloud-control" in sources and "service-catalog" in sources and "GetTask 20 of 20" in sources, sources
    polled = text_of(browser, "polled")
    assert "sources/cloud-control/tasks/task-cc-running" in polled and "RUNNING" in polled, polled
    failures = text_of(browser, "failures")
    assert "InvalidRamUser.NoPermission" in failures, f"the root cause, not its wrapping: {failures}"
    assert "Ram user is not authorized" in failures and "sources/service-catalog/tasks/task-sc-failed" in failures, failures
    tiles = text_of(browser, "tiles")
    assert "Open watches\n1" in tiles, tiles

    # What comes new is shown without a hand on the page; calls make the line move.
    for _ in range(20):
        taskctl("get", "sources/cloud-control/tasks/task-cc-succeeded")
    browser.wait_for("return document.getElementById('line').getAttribute('points').split(' ').length > 2", "a line")

    # Nothing from elsewhere, nothing refused, nothing broken.
    resources = browser.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert resources and all(name.startswith((ADMIN + "/", "data:")) for name in resources), resources
    assert browser.console() == [], browser.console()

    # For everybody: language, headings in order, every column named, keyboard reaches what scrolls, contrast in both themes.
    assert browser.run("return document.documentElement.lang") == "en"
    levels = browser.run("return [...document.querySelectorAll('h1,h2,h3')].map((h) => Number(h.tagName[1]))")
    assert levels == [1, 2, 2, 2, 2], levels
    assert browser.run("return [...document.querySelectorAll('thead th')].every((th) => th.scope === 'col' && th.textContent)")
    assert browser.run("return [...document.querySelectorAll('.scroll')].every((part) => part.tabIndex === 0)")
    for dark in (False, True):
        browser.dark(dark)
        lowest = browser.run(CONTRAST)
        assert lowest["ratio"] >= 4.5, (dark, lowest)
        browser.screenshot(f"{PICTURES}/page-{'dark' if dark else 'light'}.png")
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), "the page itself does not scroll sideways"

    # A gateway that drains says so.
    os.kill(int(os.environ["TASKGATEWAY_PID"]), 15)
    browser.wait_for("return ['draining', 'no answer from the gateway'].includes(document.getElementById('state').textContent)",
                     "the badge says that it goes")
    print(f"browser: the page shows, updates and reads well; pictures in {PICTURES}")


main()
