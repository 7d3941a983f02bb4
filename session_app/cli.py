"""The command line. Errors are one sentence that names the remedy; exit code 2 for bad input.

Imports stand inside the commands: `serve` and `demo` must make sockets and locks cooperative before
anything else is imported, and the others should start quickly.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import re
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from session_app.domain.errors import ActError, Conflict

if TYPE_CHECKING:
    from session_app.config import Settings

DATA = click.option(
    "--data", type=click.Path(path_type=Path), help="Folder of the conference's data."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="session-app")
def main() -> None:
    """The toolkit a session of the Regional Conference on Migration runs on.

    The data folder is ./data unless --data or SESSION_APP_DATA names another.
    """


@main.command()
@DATA
@click.option("--host", help="Address to listen on.", show_default="127.0.0.1")
@click.option(
    "--port", type=click.IntRange(1, 65_535), help="Port to listen on.", show_default="8000"
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path),
    help="Certificate with its chain (PEM): the desk speaks HTTPS itself.",
)
@click.option("--tls-key", type=click.Path(path_type=Path), help="The certificate's key (PEM).")
def serve(
    data: Path | None,
    host: str | None,
    port: int | None,
    tls_cert: Path | None,
    tls_key: Path | None,
) -> None:
    """Serve the conference.

    By HTTPS everywhere but on this machine itself.

    \b
    Example: session-app serve --data /srv/crm --host 0.0.0.0 --port 443
             --tls-cert fullchain.pem --tls-key privkey.pem
    """
    _make_cooperative()
    from session_app.config import read_settings, require_privacy

    with _refusals():
        settings = read_settings(
            data=data, host=host, port=port, tls_cert=tls_cert, tls_key=tls_key
        )
        require_privacy(settings)
        app = _start(settings)
        click.echo(_address(app.settings))
        sys.stdout.flush()
        _run_until_ended(app)


@main.command()
@DATA
@click.option(
    "--port", type=click.IntRange(1, 65_535), help="Port to listen on.", show_default="8000"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line for another program.")
def demo(data: Path | None, port: int | None, as_json: bool) -> None:
    """Serve the demonstration, with a link per role.

    It is the GRCM of San Salvador, June 2017. Its links ask for no PIN and work on any number of devices at once; `session-app serve` ends them.

    \b
    Example: session-app demo --data /tmp/demo --port 8000
    """
    _make_cooperative()
    from session_app.config import read_settings
    from session_app.services.console import call_demo

    with _refusals():
        settings = read_settings(data=data, port=port)
        app = _start(settings, logging.WARNING, demonstration=True)
        made = call_demo(app.desk, folder=str(settings.agendas / settings.forum / "demo"))
        base = _address(app.settings)
        for role in made["roles"]:
            role["link"] = f"{base}/in/{role['code']}"
        if as_json:
            click.echo(json.dumps({"url": base, **made}, ensure_ascii=False))
        else:
            click.echo(f"{base}\n")
            for role in made["roles"]:
                click.echo(
                    f"{role['role']:22} {role['delegation']:6} {role['name']:28} {role['link']}"
                )
            click.echo(
                "\nEach link signs one browser in; use another browser profile for another role."
            )
        sys.stdout.flush()
        _run_until_ended(app)


@main.command()
@DATA
def init(data: Path | None) -> None:
    """Create an empty store.

    \b
    Example: session-app init --data /srv/crm
    """
    click.echo(f"ready: {len(_call(data, 'sessions'))} sessions")


@main.command()
@DATA
@click.argument("session")
@click.option("--body", required=True, help="Body that meets, as in forum.toml, e.g. grcm.")
@click.option("--ppt", required=True, help="Country that presides, ISO 3166-1 alpha-3.")
@click.option("--city", required=True, help="City in Spanish.")
@click.option("--city-en", help="City in English, if it differs.")
@click.option("--country", help="Country where it meets, if not the PPT's.")
@click.option("--starts", required=True, help="First day, YYYY-MM-DD.")
@click.option("--ends", required=True, help="Last day, YYYY-MM-DD.")
@click.option("--zone", required=True, help="Time zone of the room, e.g. America/El_Salvador.")
def session(data: Path | None, session: str, **facts: str | None) -> None:
    """Create a session from the agenda template of its body.

    \b
    Example: session-app session grcm-panama-2027 --body grcm --ppt PAN --city Panamá
             --starts 2027-06-02 --ends 2027-06-04 --zone America/Panama
    """
    given = {name: value for name, value in facts.items() if value is not None}
    settings = _settings(data)
    folder = str(settings.agendas / settings.forum)
    made = _call(data, "session", folder=folder, id=session, **given)
    click.echo(f"{made['session']}: {made['items']} agenda items")


@main.command()
@DATA
@click.argument("session")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def accredit(data: Path | None, session: str, file: Path) -> None:
    """Enter a list of accreditations.

    It is a CSV file with name, delegation and capacity, and if wanted email, language and drafting; its
    headings and words may be Spanish (nombre, delegacion, calidad: jefatura). People are added and updated, never deleted; a list with an error changes nothing.

    \b
    Example: session-app accredit grcm-panama-2027 people.csv
    """
    made = _call(data, "accredit", session=session, content=_read(file))
    click.echo(f"{made['added']} added, {made['updated']} updated")


@main.command()
@DATA
@click.argument("session")
@click.option("--anew", is_flag=True, help="End the earlier codes and logins at once.")
@click.option(
    "--base",
    default="http://127.0.0.1:8000",
    callback=lambda _context, _option, base: _read_base(base),
    help="Address people reach the desk at.",
    show_default=True,
)
def badges(data: Path | None, session: str, anew: bool, base: str) -> None:
    """Issue a badge for everybody accredited.

    It is a link, a code to type and, for who chairs, drafts or is of the Secretariat, a PIN. None of
    them can be shown again.

    \b
    Example: session-app badges grcm-panama-2027 --base https://sala.example.org
    """
    for each in _call(data, "badges", session=session, anew=anew):
        pin = f"  PIN {each['pin']}" if each["pin"] else ""
        click.echo(
            f"{each['delegation']:8} {each['name']:32} {base}/in/{each['code']}  {each['typed']}{pin}"
        )


@main.command("import-draft")
@DATA
@click.argument("session")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["es", "en"]), default="es", show_default=True)
def import_draft(data: Path | None, session: str, file: Path, language: str) -> None:
    """Bring a text into the session's draft.

    It is a .txt, .md or .docx file; what was unsure is printed.

    \b
    Example: session-app import-draft grcm-panama-2027 conclusiones.docx --language es
    """
    from session_app.i18n import translate

    made = _call(
        data, "import", session=session, name=file.name, content=_read(file), language=language
    )
    for section in made["sections"]:
        kinds = section["kinds"]
        counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
        click.echo(f"{section['title']}: {counts}")
    for doubt in made["doubts"]:
        click.echo(f"line {doubt['line']}: {translate(doubt['code'], 'en', **doubt['params'])}")


@main.command()
@DATA
@click.argument("session")
@click.option(
    "--layout", type=click.Choice(["es", "en", "bilingual"]), default="bilingual", show_default=True
)
@click.option(
    "--version",
    type=click.Choice(["clean", "bracketed", "tracked"]),
    default="bracketed",
    show_default=True,
    help="clean: no mark on brackets; tracked: not before drafts hold proposals.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File."
)
def assemble(data: Path | None, session: str, layout: str, version: str, output: Path) -> None:
    """Write the session's document as a Word file.

    \b
    Example: session-app assemble grcm-panama-2027 --layout bilingual -o conclusiones.docx
    """
    content = _call(data, "assemble", session=session, layout=layout, version=version)
    # Whole or not at all: a file half written must not replace a good one.
    part = output.with_name(output.name + ".part")
    try:
        part.write_bytes(content)
        part.replace(output)
    except OSError as failure:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        _exit_with(Conflict("file.unwritable", file=str(output), why=failure.strerror))
    click.echo(f"{output}: {len(content)} bytes")


@main.command()
@DATA
@click.option("--head", help="A head printed earlier: check that the record still holds it.")
def verify(data: Path | None, head: str | None) -> None:
    """Check the store and the record of acts.

    Exit code 1 if they are not sound. Prints the record's head: put it into the signed minutes, and --head tells later whether the
    record is still the one the minutes speak of (docs/record.md).

    \b
    Example: session-app verify --data /srv/crm
    """
    from session_app.i18n import translate

    found = _call(data, "verify", head=head)
    for problem in found["problems"]:
        click.echo(problem)
    if not found["problems"]:
        click.echo("the store is sound")
    if found["flaw"]:
        click.echo(translate(found["flaw"]["code"], "en", **found["flaw"]["params"]))
    else:
        click.echo(f"the record is whole: {found['entries']} entries, head {found['head']}")
    if found["problems"] or found["flaw"]:
        sys.exit(1)


def _read_base(base: str) -> str:
    """The address before a badge's link: looked at first, since badges end those issued before."""
    if not re.fullmatch(r"https?://[^\s/?#]+/?", base):
        raise click.BadParameter(f"“{base}” is not an address such as https://sala.example.org.")
    return base.removesuffix("/")


def _settings(data: Path | None) -> Settings:
    from session_app.config import read_settings

    with _refusals():
        return read_settings(data=data)
    raise AssertionError


def _call(data: Path | None, name: str, /, **arguments: Any) -> Any:
    """Do a call here, or in the desk that is serving this data folder."""
    from session_app import local
    from session_app.app import open_conference
    from session_app.services.console import CALLS

    settings = _settings(data)
    with _refusals():
        try:
            desk = open_conference(settings)
        except Conflict as held:
            if held.code != "store.in_use":
                raise
            return local.call(settings.data / "desk.sock", name, arguments)
        try:
            return CALLS[name](desk, **arguments)
        finally:
            desk.store.close()
    raise AssertionError


def _start(settings: Settings, level: int = logging.INFO, *, demonstration: bool = False) -> Any:
    from session_app import local
    from session_app.app import create_app, open_conference, serve
    from session_app.i18n import translate
    from session_app.realtime.tls import open_certificate
    from session_app.services.console import CALLS
    from session_app.services.desk import clock
    from session_app.services.signing import end_demonstration

    logging.basicConfig(level=level, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    for noisy in ("engineio", "socketio", "geventwebsocket"):
        logging.getLogger(noisy).setLevel(logging.ERROR)  # their INFO lines hold payloads
    certificate = None
    if settings.tls is not None:
        certificate = open_certificate(*settings.tls)
        if not settings.hosts and certificate.names:
            settings = replace(settings, hosts=certificate.hosts(settings.port))
        if not certificate.is_good(clock()):
            days = f"{certificate.begins:%Y-%m-%d} – {certificate.ends:%Y-%m-%d}"
            click.echo(translate("tls.not_today", "en", days=days), err=True)
    desk = open_conference(settings)
    if not demonstration:
        end_demonstration(desk, clock())
    app = create_app(settings, desk)
    try:
        serve(app, certificate)
    except OSError as failure:
        desk.store.close()
        raise Conflict("serve.address_taken", port=settings.port, why=str(failure)) from None
    local.listen(desk, CALLS, settings.data / "desk.sock")
    return app


def _address(settings: Settings) -> str:
    """Where people find a desk that serves with these settings."""
    here = f"{settings.host}:{settings.port}"
    if settings.tls is None:
        return f"http://{here}"
    return f"https://{settings.hosts[0] if settings.hosts else here}"


def _run_until_ended(app: Any) -> None:
    import gevent.event

    ended = gevent.event.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    # What start-up has made stays: looking through it for garbage would stop the room for a tenth of a
    # second, again and again.
    gc.collect()
    gc.freeze()
    ended.wait()
    (app.settings.data / "desk.sock").unlink(missing_ok=True)
    # Every acknowledged edit is on disk already, so there is nothing to wait for.
    os._exit(0)


def _make_cooperative() -> None:
    from gevent import monkey

    monkey.patch_all()


def _read(file: Path) -> bytes:
    from session_app.domain.reading import check_size

    with _refusals():
        check_size(file.stat().st_size)
    return file.read_bytes()


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ActError as refusal:
        _exit_with(refusal)


def _exit_with(refusal: ActError) -> NoReturn:
    from session_app.i18n import translate, translate_error

    problems = refusal.params.get("problems")
    click.echo(f"session-app: {translate_error(refusal, 'en')}", err=True)
    if isinstance(problems, tuple | list):
        for problem in problems:
            sentence = translate(problem.code, "en", **problem.params)
            click.echo(
                f"  line {problem.line}, {problem.column or 'whole line'}: {sentence}", err=True
            )
    sys.exit(2)


if __name__ == "__main__":
    main()
