"""The few commands of https://www.w3.org/TR/webdriver2/ that a test of one page needs."""
import base64
import json
import os
import subprocess
import tempfile
import time
import urllib.request


class Browser:
    """Headless Chromium with a profile of its own. Use as a context manager."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.log = tempfile.NamedTemporaryFile()
        self.driver = subprocess.Popen(["chromedriver", "--port=0", f"--log-path={self.log.name}"],
                                       stdout=subprocess.PIPE, text=True)
        try:
            self._begin()
        except BaseException:
            self.driver.terminate()
            self.driver.wait()
            raise
        return self

    def _begin(self):
        for line in self.driver.stdout:
            port = line.strip().rstrip(".").split()[-1:]
            if "started successfully on port" in line and port[0].isdigit():
                self.base = "http://127.0.0.1:" + port[0]
                break
        else:
            raise RuntimeError("chromedriver does not start:\n" + open(self.log.name).read())
        arguments = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--no-first-run",
                     "--window-size=1280,1000", f"--user-data-dir={self.profile.name}"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium has none for root
        options = {"args": arguments, "binary": subprocess.check_output(["which", "chromium"], text=True).strip()}
        capabilities = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.base += "/session/" + session["sessionId"]

    def __exit__(self, *_):
        try:
            self._call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.profile.cleanup()

    def _call(self, method, path, body=None):
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, url):
        self._call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait_for(self, script, what):
        """Until the script gives something true, up to a minute; returns it."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            value = self.run(script)
            if value:
                return value
            time.sleep(0.1)
        raise AssertionError(f"never: {what}\n{self.run('return document.body.innerText')}")

    def console(self):
        return self._call("POST", "/se/log", {"type": "browser"})

    def dark(self, on):
        features = [{"name": "prefers-color-scheme", "value": "dark" if on else "light"}]
        self._call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {"features": features}})

    def screenshot(self, path):
        """Of the whole page, not only what fits the window."""
        shot = self._call("POST", "/goog/cdp/execute",
                          {"cmd": "Page.captureScreenshot", "params": {"captureBeyondViewport": True, "format": "png"}})
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
