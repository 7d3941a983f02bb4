"""`make screenshots`: pictures of every screen and state, taken from the program as it runs.

One demonstration on a throw-away store goes through a small day, and each screen is photographed in its
real size where the day has brought it. `docs/screens/` gets all of them in Spanish; what the guides show is
taken in both languages and put into `static/guides/`.

The people are those of the browser tests: run it with their folder on the path, as the Makefile does.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from browser.conftest import QUIET
from browser.people import Person
from desk_process import DeskProcess
from playwright.sync_api import Browser, sync_playwright

from session_app.web.guides import PICTURES

ROOT = Path(__file__).resolve().parent.parent
SCREENS = ROOT / "docs" / "screens"
GUIDES = ROOT / "static" / "guides"

TABLET = {"width": 1180, "height": 820}
UPRIGHT = {"width": 820, "height": 1180}
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1440, "height": 900}
SMALL_LAPTOP = {"width": 1366, "height": 768}
WALL = {"width": 1920, "height": 1080}
OF_GUIDES = {name for names in PICTURES.values() for name in names}


class Photographer:
    """Takes pictures of people's screens."""

    def __init__(self, only: str) -> None:
        self._only = only
        self.taken: list[str] = []

    def take(self, person: Person, name: str) -> None:
        """A picture of what somebody has before them, once nothing moves."""
        if self._only and not name.startswith(self._only):
            return
        person.page.mouse.move(0, 0)
        person.page.wait_for_timeout(400)
        self._save(person, SCREENS / f"{name}.png")
        self.taken.append(name)
        if name in OF_GUIDES:
            self._save(person, GUIDES / f"{name}.es.png")

    def take_in_english(self, person: Person, name: str) -> None:
        """The same for the English guide; afterwards the person's pages are in Spanish again."""
        if name in OF_GUIDES and (not self._only or name.startswith(self._only)):
            self._save(person, GUIDES / f"{name}.en.png")

    def _save(self, person: Person, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        person.page.screenshot(path=path, animations="disabled", caret="hide")


class Day:
    """A desk, and the people who come to it."""

    def __init__(self, desk: DeskProcess, browser: Browser, photographer: Photographer) -> None:
        self.desk, self.browser, self.camera = desk, browser, photographer
        self._people: dict[str, Person] = {}

    def enter(self, role: str, size: dict[str, int], name: str = "", **context: object) -> Person:
        """Somebody at a screen of this size; signed in."""
        key = f"{role} {size} {name}"
        if key not in self._people:
            person = Person(
                self.desk, self.browser, role, through=self.desk.port, viewport=size,
                locale="es-SV", color_scheme="light", **context,
            )  # fmt: skip
            self._people[key] = person.sign_in()
        return self._people[key]

    def in_both(self, person: Person, name: str, arrive: Callable[[], None]) -> None:
        """A picture in Spanish, and one in English for the guide where it shows one."""
        arrive()
        self.camera.take(person, name)
        if name not in OF_GUIDES:
            return
        person.speak("en")
        arrive()
        self.camera.take_in_english(person, name)
        person.speak("es")

    def do(self, person: Person, command: str, **values: object) -> None:
        """Have somebody do an act that is no picture's subject."""
        answer = person.context.request.post(
            f"{person.url}/s/{self.desk.session}/do/{command}",
            form={name: str(value) for name, value in values.items()},
            headers={"Origin": person.url},
            max_redirects=0,
        )
        assert answer.status == 303, f"{command}: {answer.status} {answer.text()[-400:]}"

    # The day, in its order

    def sign_in(self) -> None:
        for name, size in (("signin", LAPTOP), ("signin-phone", PHONE)):
            context = self.browser.new_context(viewport=size, locale="es-SV")
            page = context.new_page()
            page.goto(self.desk.url)
            page.screenshot(path=SCREENS / f"{name}.png", animations="disabled")
            context.close()

    def sit(self) -> None:
        chair = self.enter("chair", TABLET)
        self.draft = str(chair.go("chair").page.locator("[name=draft]").first.input_value())
        for code in ("HND", "MEX", "CAN"):
            self.do(chair, "floor.add", delegation=code, kind="speech")
        self.do(chair, "floor.recognise")

    def show_chair(self) -> None:
        chair = self.enter("chair", TABLET)
        upright = self.enter("chair", UPRIGHT)
        self.in_both(chair, "chair", lambda: chair.go("chair").wait_online())
        upright.go("chair").wait_online()
        self.camera.take(upright, "chair-portrait")

    def draw_up(self) -> None:
        drafter = self.enter("drafting-mex", LAPTOP)
        self.in_both(drafter, "drafting", lambda: drafter.open_draft().wait_online())

    def close(self) -> None:
        for person in self._people.values():
            person.leave()


@contextmanager
def at_desk() -> Iterator[DeskProcess]:
    folder = Path(tempfile.mkdtemp(prefix="screens"))
    desk = DeskProcess(folder).start()
    try:
        yield desk
    finally:
        desk.stop()
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="only pictures whose name begins so")
    photographer = Photographer(parser.parse_args().only)
    with sync_playwright() as playwright, at_desk() as desk:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        day = Day(desk, browser, photographer)
        for scene in (day.sign_in, day.sit, day.show_chair, day.draw_up):
            scene()
        day.close()
        browser.close()
    print(f"{len(photographer.taken)} pictures in {SCREENS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
