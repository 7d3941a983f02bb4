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

from session_app.services.demo import DEMO_ROLES
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


LIST = """nombre,pais_org,cargo,correo,idioma
J. Tremblay,Canadá,Jefatura,j.tremblay@ircc.example,EN
C. Roy,Canadá,Delegación,c.roy@ircc.example,EN
M. Solano,Costa Rica,Jefatura,m.solano@dgme.example,ES
R. Fuentes,México,Jefatura,r.fuentes@inm.example,ES
S. Castillo,Rep. Dominicana,Jefatura,s.castillo@migracion.example,ES
N. Pineda,RROCM,,n.pineda@rrocm.example,ES
C. Roy,Canadá,Delegación,c.roy@ircc.example,EN
"""


class Visitor(Person):
    """Somebody who stands still for a picture."""

    def wait_still(self) -> None:
        """Wait until the page is on line, where it has a line, and its pictures and fonts are there."""
        if (
            self.page.locator("#connection").count()
            and self.page.locator("html[data-session]").count()
        ):
            self.page.wait_for_timeout(600)
        self.page.wait_for_load_state("networkidle")


class Photographer:
    """Takes pictures of people's screens."""

    def __init__(self, only: str) -> None:
        self._only = only
        self.taken: list[str] = []

    def take(self, person: Visitor, name: str) -> None:
        """A picture of what somebody has before them, once nothing moves."""
        if self._only and not name.startswith(self._only):
            return
        person.page.mouse.move(0, 0)
        person.page.wait_for_timeout(400)
        self._save(person, SCREENS / f"{name}.png")
        self.taken.append(name)
        if name in OF_GUIDES:
            self._save(person, GUIDES / f"{name}.es.png")

    def take_in_english(self, person: Visitor, name: str) -> None:
        """The same for the English guide; afterwards the person's pages are in Spanish again."""
        if name in OF_GUIDES and (not self._only or name.startswith(self._only)):
            self._save(person, GUIDES / f"{name}.en.png")

    def _save(self, person: Visitor, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        person.page.screenshot(path=path, animations="disabled", caret="hide")


class Day:
    """A desk, and the people who come to it."""

    def __init__(self, desk: DeskProcess, browser: Browser, photographer: Photographer) -> None:
        self.desk, self.browser, self.camera = desk, browser, photographer
        self._people: dict[str, Visitor] = {}

    def enter(self, role: str, size: dict[str, int], name: str = "", **context: object) -> Visitor:
        """Somebody at a screen of this size; signed in."""
        key = f"{role} {size} {name}"
        if key not in self._people:
            person = Visitor(
                self.desk, self.browser, role, through=self.desk.port, viewport=size,
                locale="es-SV", color_scheme="light", **context,
            )  # fmt: skip
            self._people[key] = person.sign_in()
        return self._people[key]

    def in_both(self, person: Visitor, name: str, arrive: Callable[[], None]) -> None:
        """A picture in Spanish, and one in English for the guide where it shows one."""
        arrive()
        self.camera.take(person, name)
        if name not in OF_GUIDES:
            return
        for language in ("en", "es"):
            person.press("Escape")  # a dialog would cover the choice
            person.speak(language)
            if language == "en":
                arrive()
                self.camera.take_in_english(person, name)

    def do(self, who: Visitor, command: str, /, **values: object) -> None:
        """Have somebody do an act that is no picture's subject."""
        answer = who.context.request.post(
            f"{who.url}/s/{self.desk.session}/do/{command}",
            form={name: str(value) for name, value in values.items()},
            headers={"Origin": who.url},
            max_redirects=0,
        )
        assert answer.status == 303, f"{command}: {answer.status} {answer.text()[-400:]}"

    def photograph(self, person: Visitor, name: str, place: str) -> None:
        """A page as it is when one comes to it, and in English too where a guide shows it."""
        self.in_both(person, name, lambda: person.go(place).wait_still())

    # The day, in its order

    def come(self) -> None:
        """Before anybody has signed in, and before the first sitting."""
        for name, size in (("signin", LAPTOP), ("signin-phone", PHONE)):
            stranger = Visitor(
                self.desk, self.browser, "", through=self.desk.port, viewport=size, locale="es-SV"
            )
            stranger.page.goto(self.desk.url)
            self.camera.take(stranger, name)
            stranger.leave()
        secretariat = self.enter("secretariat", LAPTOP)
        self.photograph(secretariat, "secretariat-meeting", "desk/meeting")
        self.photograph(secretariat, "secretariat-new", "desk/new")
        self.photograph(secretariat, "secretariat-rehearsal", "rehearsal")
        self.import_people(secretariat)
        self.photograph(secretariat, "secretariat-badges", "desk/badges")
        self.photograph(secretariat, "secretariat-arrivals", "arrivals")
        self.photograph(secretariat, "secretariat-scan", "scan")
        for role in PICTURES:
            secretariat.page.goto(f"{secretariat.url}/guide/{role}?lang=es")
            self.camera.take(secretariat, f"guide-{role}")

    def import_people(self, secretariat: Visitor) -> None:
        def to_the_review() -> None:
            secretariat.go("desk/people/import")
            page = secretariat.page
            if page.locator("input[type=file]").count():
                page.locator("input[type=file]").set_input_files(
                    {"name": "acreditacion.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
                )
                page.locator("#live-import form .btn.primary").first.click()
            page.locator("#live-import").wait_for()
            if page.locator("select[name^=column]").count():
                page.locator("#live-import .btn.primary").last.click()
            page.locator("[aria-invalid=true]").first.wait_for()

        self.in_both(secretariat, "secretariat-import", to_the_review)

    def sit(self) -> None:
        """The room in the morning: a paragraph before it, and a list of speakers."""
        chair = self.enter("chair", TABLET)
        self.paragraphs = self.desk.query(
            "select p.id, p.state from paragraph p join draft d on d.id = p.draft"
            " where not d.closed and p.kind in ('item', 'sub-item') and p.position is not null"
            " order by p.position"
        )
        (self.draft,) = self.desk.query("select id from draft where not closed")[0]
        self.do(chair, "session.quorum", members=6)
        self.put_before_room(chair, "bracketed")
        for code in ("MEX", "CRI"):
            self.do(chair, "floor.add", delegation=code, kind="speech")
        self.do(chair, "floor.recognise")
        self.canada = self.enter("drafting-can", PHONE)
        self.do(self.canada, "floor.ask", kind="speech")
        self.do(chair, "floor.add", delegation="ACNUR", kind="speech")

    def put_before_room(self, chair: Visitor, state: str, number: int = 0) -> str:
        found = [str(id) for id, held in self.paragraphs if held == state][number]
        self.do(chair, "room.put", draft=self.draft, paragraph=found)
        return found

    def preside(self) -> None:
        chair, upright = self.enter("chair", TABLET), self.enter("chair", UPRIGHT)
        self.photograph(chair, "chair", "chair")
        self.photograph(upright, "chair-portrait", "chair")

        def opened(dialog: str) -> Callable[[], None]:
            def arrive() -> None:
                chair.go("chair").wait_still()
                chair.page.locator(dialog).first.click()
                chair.page.locator("dialog[open]").wait_for()

            return arrive

        self.in_both(chair, "chair-objection", opened("[data-opens=objection]"))
        self.in_both(chair, "chair-delegation", opened("#tile-CAN button"))
        self.in_both(chair, "chair-door", opened("#to-close"))
        chair.go("chair").wait_still()
        chair.page.locator("[data-opens=objection]").click()
        chair.page.locator("#objection label", has_text="Canadá").click()
        chair.page.locator("#objection-note").fill("El plazo «antes de la reunión Viceministerial»")
        chair.page.locator("#objection [data-records]").click()
        chair.page.locator("[id^=undo-]").wait_for()
        self.camera.take(chair, "chair-undo")

    def follow(self) -> None:
        """Delegates, the booth, the screens."""
        honduras = self.enter("delegate-hnd", PHONE)
        self.photograph(honduras, "delegate", "")
        self.photograph(self.canada, "delegate-asked", "")
        self.photograph(self.canada, "delegate-badge", "badge")
        self.photograph(self.enter("drafting-can", SMALL_LAPTOP), "delegate-laptop", "")
        self.photograph(self.enter("delegate-hnd", PHONE), "delegate-documents", "documents")
        chair, interpreter = self.enter("chair", TABLET), self.enter("interpreter", LAPTOP)
        self.do(
            chair, "grant.give", right="read_draft", reason="Interpretación",
            person=self.person("interpreter"),
        )  # fmt: skip
        self.photograph(interpreter, "booth", "booth")
        screen, secretariat = self.hang_a_screen(), self.enter("secretariat", LAPTOP)
        self.photograph(screen, "projector", "screen")
        self.photograph(secretariat, "secretariat-screens", "screens")

    def hang_a_screen(self) -> Visitor:
        """The room's computer shows a code, and the Secretariat types it."""
        screen = Visitor(self.desk, self.browser, "", through=self.desk.port, viewport=WALL)
        screen.page.goto(f"{self.desk.url}/screen")
        self.camera.take(screen, "projector-waits")
        secretariat = self.enter("secretariat", LAPTOP).go("screens")
        secretariat.page.locator("#code").fill(screen.page.locator(".typed").inner_text())
        secretariat.page.locator("#name").fill("Sala plenaria")
        secretariat.page.locator(".enrol input[value=members]").check()
        secretariat.page.locator(".enrol button").click()
        screen.page.wait_for_url("**/s/*/screen")
        self._people["screen"] = screen
        return screen

    def person(self, role: str) -> str:
        query = (
            "select b.person from badge b where b.hash in (select badge from login) and b.person in"
            " (select person from accreditation where delegation = ? and capacity = ?)"
        )
        return str(self.desk.query(query, *DEMO_ROLES[role])[0][0])

    def draw_up(self) -> None:
        drafter = self.enter("drafting-mex", LAPTOP)
        self.in_both(drafter, "drafting", lambda: drafter.open_draft().wait_still())
        contrast = self.enter("drafting-slv", LAPTOP, contrast="more")
        self.in_both(contrast, "drafting-contrast", lambda: contrast.open_draft().wait_still())
        drafter.expect_an_outage()
        drafter.context.set_offline(True)
        drafter.page.locator("#offline:visible").wait_for()
        self.camera.take(drafter, "drafting-offline")
        drafter.context.set_offline(False)
        drafter.page.locator("#offline").wait_for(state="hidden")

    def run_the_desk(self) -> None:
        secretariat = self.enter("secretariat", LAPTOP)
        self.photograph(secretariat, "secretariat", "desk")
        self.photograph(secretariat, "secretariat-people", "desk/people")
        secretariat.go("desk/documents")
        self.photograph(secretariat, "secretariat-documents", "desk/documents")
        self.photograph(secretariat, "secretariat-record", "record")
        self.photograph(secretariat, "secretariat-why", "why")

    def lose_the_line(self) -> None:
        chair = self.enter("chair", TABLET)
        chair.go("chair").wait_still()
        chair.expect_an_outage()
        chair.context.set_offline(True)
        chair.page.locator("#offline:visible").wait_for()
        self.camera.take(chair, "chair-offline")
        chair.context.set_offline(False)
        chair.page.locator("#offline").wait_for(state="hidden")

    def close_the_door(self) -> None:
        chair = self.enter("chair", TABLET)
        chair.go("chair").wait_still()
        self.do(chair, "door.announce", seconds=30)
        self.enter("delegate-hnd", PHONE).go("").wait_still()
        self.camera.take(self.enter("delegate-hnd", PHONE), "delegate-notice")
        outside = {
            "closed": self.enter("observer-organisation", LAPTOP),
            "closed-phone": self.enter("observer-organisation", PHONE),
        }
        for person in outside.values():
            person.go("").wait_still()
        chair.page.locator("#to-close").click()
        chair.page.locator("#close-door button.closing").locator("visible=true").click()
        chair.page.locator("#to-open").wait_for()
        self.camera.take(chair, "chair-closed")
        for name, person in outside.items():
            person.page.locator("h1").get_by_text("puerta cerrada").wait_for()
            self.photograph(person, name, "")
        screen = self._people["screen"]
        screen.page.wait_for_timeout(1500)
        self.camera.take(screen, "projector-closed")
        self.do(chair, "door.open")

    def agree_and_suspend(self) -> None:
        chair, screen = self.enter("chair", TABLET), self._people["screen"]
        chair.go("chair").wait_still()
        self.put_before_room(chair, "agreed", 3)
        screen.page.wait_for_timeout(1500)
        self.camera.take(screen, "projector-agreed")
        self.do(chair, "sitting.suspend", resumes_at="15:30")
        screen.page.wait_for_timeout(1500)
        self.camera.take(screen, "projector-suspended")
        self.do(chair, "sitting.resume")

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
        for scene in (
            day.come, day.sit, day.preside, day.follow, day.draw_up, day.run_the_desk,
            day.lose_the_line, day.close_the_door, day.agree_and_suspend,
        ):  # fmt: skip
            scene()
        day.close()
        browser.close()
    print(f"{len(photographer.taken)} pictures in {SCREENS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
