"""Takes the pictures of the documentation from a demo that runs.

make run
.venv/bin/python -m tests.tools.screenshots http://127.0.0.1:8000

Pages somebody in that demo, so that an alert is there to be seen.
"""

import json
import os
import struct
import sys
import zlib
from typing import NamedTuple
from urllib.request import Request, urlopen

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "irm.settings")

from playwright.sync_api import Browser

from irm.settings import BASE_DIR
from tests.browser import Visit, open_browser

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PICTURES = BASE_DIR / "docs" / "images"
MOST_BYTES = 200_000
SETTLE_MS = 500
LOGIN = {"username": "responder", "password": "demo"}
INTAKE = "/integrations/alertmanager/demo0000000000000000000000000000/"
ALERT = {
    "status": "firing",
    "labels": {"alertname": "CheckoutErrors", "severity": "critical", "service": "checkout-api"},
    "annotations": {"summary": "Half of all checkouts fail"},
}


class Picture(NamedTuple):
    """One file: the page it shows, found from `path` by clicking the first link whose text holds `click`."""

    name: str
    path: str
    click: str = ""
    width: int = 1280
    theme: str = "light"


SHOWN = (
    Picture("now", "/"),
    Picture("alert", "/alerts/", "Half of all checkouts fail"),
    Picture("incident", "/incidents/", "Checkout errors for a third of customers", width=390, theme="dark"),
    Picture("schedule", "/schedules/payments-primary/"),
    Picture("who", "/on-call/"),
    Picture("my-on-call", "/on-call/me/", width=390),
    Picture("postmortem", "/postmortems/?state=published", "Search finds nothing in Europe"),
)


def page_somebody(url: str) -> None:
    body = json.dumps({"version": "4", "alerts": [ALERT]}).encode()
    request = Request(f"{url}{INTAKE}", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=10):
        return


def take(browser: Browser, url: str, picture: Picture) -> bytes:
    with Visit(browser, url, width=picture.width, theme=picture.theme) as visit:
        page = visit.go("/login/")
        for name, value in LOGIN.items():
            page.fill(f"[name={name}]", value)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{url}/")
        page = visit.go(picture.path)
        if picture.click:
            page.get_by_role("link", name=picture.click).first.click()
            page.wait_for_load_state()
        page.wait_for_timeout(SETTLE_MS)
        return page.screenshot()


def shrink(png: bytes) -> bytes:
    """The same picture, packed as tightly as the format allows and without remarks."""
    kept, pixels, at = [], b"", len(SIGNATURE)
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        content = png[at + 8 : at + 8 + length]
        if kind == b"IDAT":
            pixels += content
        elif kind in (b"IHDR", b"PLTE"):
            kept.append((kind, content))
        at += length + 12
    kept += [(b"IDAT", zlib.compress(zlib.decompress(pixels), 9)), (b"IEND", b"")]
    chunks = (kind + content for kind, content in kept)
    return SIGNATURE + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def keep(name: str, png: bytes) -> None:
    path = PICTURES / f"{name}.png"
    if len(png) > MOST_BYTES:
        sys.exit(f"{path.name} would be {len(png) // 1000} kB, more than {MOST_BYTES // 1000}.")
    path.write_bytes(png)
    print(f"{path.relative_to(BASE_DIR)}: {len(png) // 1000} kB")


def main(url: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page_somebody(url)
    with open_browser() as browser:
        for picture in SHOWN:
            png = shrink(take(browser, url, picture))
            keep(picture.name, png)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000")
