"""The icons of the installed application, drawn from static/mark.svg: `python -m docs.icons`.

Two sizes, plain and maskable (the mark within the safe zone, on its own ground: W3C, Web Application
Manifest, "Icon masks and safe zone").
"""

import base64
import shutil

from playwright.sync_api import sync_playwright

from session_app.config import ROOT

GROUND = "#17263c"
SAFE = 0.72
"""Share of a maskable icon's side that the mark takes: its corners stay in the circle of 80 %."""


def main() -> None:
    mark = base64.b64encode((ROOT / "static" / "mark.svg").read_bytes()).decode()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for kind, share in (("mark", 1.0), ("maskable", SAFE)):
            for size in (192, 512):
                page = browser.new_page(viewport={"width": size, "height": size})
                ground = "transparent" if kind == "mark" else GROUND
                page.set_content(
                    f"<body style='margin:0;height:100vh;display:grid;place-items:center;background:{ground}'>"
                    f"<img width={size * share} src='data:image/svg+xml;base64,{mark}'>"
                )
                target = ROOT / "static" / "icons" / f"{kind}-{size}.png"
                page.screenshot(path=target, omit_background=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
