"""The command line: what it does, and one clear sentence and exit code 2 for what it cannot do."""

import contextlib
import json
import sqlite3
import stat
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from session_app.cli import main
from session_app.config import ROOT

DEMO = ROOT / "agendas" / "crm" / "demo"
SESSION = "grcm-prueba-2017"


@pytest.fixture
def run(tmp_path):
    runner = CliRunner()

    def call(*arguments):
        command, *rest = [str(each) for each in arguments]
        return runner.invoke(main, [command, "--data", str(tmp_path / "data"), *rest])

    return call


@pytest.fixture
def session(run):
    done = run("session", SESSION, "--body", "grcm", "--ppt", "SLV", "--city", "San Salvador", "--starts", "2017-06-20", "--ends", "2017-06-22", "--zone", "America/El_Salvador")  # fmt: skip
    assert done.exit_code == 0, done.output
    return SESSION


def test_a_session_goes_from_nothing_to_its_word_file(run, session, tmp_path):
    assert run("accredit", session, DEMO / "people.csv").output.startswith("40 added, 0 updated")
    assert run("accredit", session, DEMO / "people.csv").output.startswith("0 added, 40 updated")
    read = run("import-draft", session, DEMO / "san-salvador-2017.es.txt")
    assert "CONCLUSIONES: 29 item, 13 sub-item, 1 continuation" in read.output
    assert "RECOMENDACIONES: 3 item" in read.output
    assert read.output.count("line ") == 7
    assert (
        run("import-draft", session, DEMO / "san-salvador-2017.en.md", "--language", "en").exit_code
        == 0
    )
    target = tmp_path / "out.docx"
    assert run("assemble", session, "--layout", "bilingual", "-o", target).exit_code == 0
    with zipfile.ZipFile(target) as package:
        words = package.read("word/document.xml").decode()
    assert "Agradecer al Gobierno de El Salvador por su hospitalidad" in words
    assert "hospitality" in words
    assert run("verify").output.startswith(
        "the store is sound\nthe record is whole: 6 entries, head "
    )


def test_the_same_draft_gives_the_same_bytes(run, session, tmp_path):
    run("import-draft", session, DEMO / "san-salvador-2017.es.txt")
    files = [tmp_path / "a.docx", tmp_path / "b.docx"]
    for file in files:
        run("assemble", session, "--layout", "es", "-o", file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_everybody_accredited_gets_a_link(run, session):
    run("accredit", session, DEMO / "people.csv")
    lines = run("badges", session, "--base", "https://sala.example.org").output.splitlines()
    assert len(lines) == 40
    assert all("https://sala.example.org/in/" in line for line in lines)


def test_badges_with_links_that_lead_nowhere_are_not_issued(run, session):
    run("accredit", session, DEMO / "people.csv")
    before = run("verify").output
    refused = run("badges", session, "--base", "sala.example.org")
    assert refused.exit_code == 2
    assert "“sala.example.org” is not an address such as https://" in refused.output
    assert run("verify").output == before


@pytest.mark.parametrize(("arguments", "sentence"), [
    (("--body", "senado"), "senado"),
    (("--ppt", "COL"), "COL"),
    (("--zone", "Luna/Mar"), "Luna/Mar"),
    (("--zone", "America"), "“America”"),
    (("--city", ""), "city"),
    (("--city", "San\x01Salvador"), "city"),
    (("--city", "X" * 81), "city"),
    (("--ends", "2017-06-01"), "end"),
    (("--starts", "ayer"), "date"),
])  # fmt: skip
def test_a_session_the_forum_cannot_hold_is_refused_in_one_sentence(run, arguments, sentence):
    facts = {"--body": "grcm", "--ppt": "SLV", "--city": "X", "--starts": "2017-06-20", "--ends": "2017-06-22", "--zone": "America/Panama"}  # fmt: skip
    facts.update(dict([arguments]))
    done = run("session", SESSION, *(part for pair in facts.items() for part in pair))
    assert done.exit_code == 2
    assert sentence in done.output
    assert done.output.count("\n") == 1


def test_a_session_is_not_created_twice(run, session):
    done = run("session", session, "--body", "grcm", "--ppt", "SLV", "--city", "X", "--starts", "2017-06-20", "--ends", "2017-06-22", "--zone", "America/Panama")  # fmt: skip
    assert (done.exit_code, done.output.count("\n")) == (2, 1)


def test_a_list_with_errors_changes_nothing_and_names_each_line(run, session, tmp_path):
    wrong = tmp_path / "people.csv"
    wrong.write_text("name,delegation,capacity\nAna,CAN,head\nLuis,XXX,head\nEva,CAN,king\n")
    done = run("accredit", session, wrong)
    assert done.exit_code == 2
    assert "line 3, delegation" in done.output
    assert "line 4, capacity" in done.output
    assert "0 updated" in run("accredit", session, DEMO / "people.csv").output


def bad_files(folder: Path):
    folder.mkdir()
    bomb = folder / "bomb.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<x/>")
        package.writestr("word/document.xml", b"0" * 80_000_000)
    doctype = folder / "doctype.docx"
    with zipfile.ZipFile(doctype, "w") as package:
        package.writestr("word/document.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    huge = folder / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(1_000_000_000)
    files = {"bomb": bomb, "doctype": doctype, "huge": huge}
    for name, content in {"rubbish.docx": b"not a zip", "binary.txt": b"\x00\x01\xff", "empty.txt": b"", "text.odt": b"x"}.items():  # fmt: skip
        files[name] = folder / name
        files[name].write_bytes(content)
    return files


def test_a_file_that_cannot_be_read_gets_one_sentence_and_changes_nothing(run, session, tmp_path):
    for name, file in bad_files(tmp_path / "bad").items():
        done = run("import-draft", session, file)
        assert (done.exit_code, done.output.count("\n")) == (2, 1), (name, done.output)
        assert "Traceback" not in done.output
    wrong = run("import-draft", session, DEMO / "san-salvador-2017.en.md", "--language", "es")
    assert (wrong.exit_code, wrong.output.count("\n")) == (2, 1)
    good = run("import-draft", session, DEMO / "san-salvador-2017.es.txt")
    assert good.exit_code == 0, good.output


def test_a_second_text_in_the_same_language_is_refused(run, session):
    run("import-draft", session, DEMO / "san-salvador-2017.es.txt")
    done = run("import-draft", session, DEMO / "san-salvador-2017.es.txt")
    assert (done.exit_code, done.output.count("\n")) == (2, 1)


def test_a_session_that_is_not_there_is_named(run):
    done = run("import-draft", "nada", DEMO / "san-salvador-2017.es.txt")
    assert (done.exit_code, done.output.count("\n")) == (2, 1)


def test_tracked_changes_are_refused_with_their_reason(run, session, tmp_path):
    run("import-draft", session, DEMO / "san-salvador-2017.es.txt")
    done = run("assemble", session, "--version", "tracked", "-o", tmp_path / "x.docx")
    assert done.exit_code == 2
    assert "tracked" in done.output
    assert not (tmp_path / "x.docx").exists()


def test_every_command_explains_itself_with_an_example():
    runner = CliRunner()
    for name, command in main.commands.items():
        help_text = runner.invoke(main, [name, "--help"]).output
        assert "Example: session-app" in help_text, name
        assert command.help


def test_the_demonstrations_data_is_whole():
    assert json.dumps(sorted(path.name for path in DEMO.iterdir())) == json.dumps(
        ["people.csv", "san-salvador-2017.en.md", "san-salvador-2017.es.txt", "session.toml"]
    )


def one_sentence(done):
    return (done.exit_code, done.output.count("\n")) == (2, 1) and "Traceback" not in done.output


def test_a_data_folder_that_cannot_be_one_is_one_sentence(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    rubbish = tmp_path / "rubbish"
    rubbish.mkdir()
    (rubbish / "session.db").write_text("this was never a database, whatever its name says")
    for folder in (file, file / "below", Path("/proc/nowhere"), rubbish):
        done = CliRunner().invoke(main, ["init", "--data", str(folder)])
        assert one_sentence(done), (folder, done.output)


def test_data_of_a_later_version_is_not_touched(run, tmp_path):
    run("init")
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "session.db")) as store:
        store.execute("pragma user_version = 99")
    done = run("verify")
    assert one_sentence(done)
    assert "later version" in done.output


def test_the_store_is_its_owners_alone_in_any_folder(run, tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)
    run("init")
    for file in (tmp_path / "data").glob("session.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_word_file_that_cannot_be_written_is_one_sentence(run, session, tmp_path):
    for target in (tmp_path / "no" / "where.docx", Path("/proc/x.docx")):
        assert one_sentence(run("assemble", session, "-o", target))


def test_a_port_that_is_none_is_one_sentence(run, monkeypatch):
    for port in ("99999", "-1"):
        done = run("serve", "--port", port)
        assert done.exit_code == 2
        assert "Traceback" not in done.output
    monkeypatch.setenv("SESSION_APP_PORT", "ocho mil")
    assert one_sentence(run("verify"))


def test_who_says_https_in_other_words_is_not_served_by_plain_http(run, monkeypatch):
    for word in ("true", "yes", "https"):
        monkeypatch.setenv("SESSION_APP_SECURE", word)
        assert one_sentence(run("verify"))
    for word in ("", "0", "1"):
        monkeypatch.setenv("SESSION_APP_SECURE", word)
        assert run("verify").exit_code == 0


# The record ----------------------------------------------------------------------------------


def printed_head(run):
    return run("verify").output.split()[-1]


def test_a_head_from_the_minutes_is_found_again_in_the_record_that_has_grown(run, session):
    head = printed_head(run)
    run("accredit", session, DEMO / "people.csv")
    assert printed_head(run) != head
    for written in (head, head.upper(), f" {head[:32]} {head[32:]}\n"):
        assert run("verify", "--head", written).exit_code == 0
    other = run("verify", "--head", "a" * 64)
    assert (other.exit_code, other.output.count("\n")) == (1, 2)
    assert "it is not the record that head was printed from" in other.output


@pytest.mark.parametrize("head", ["", "ayer", "a" * 63, "g" * 64])
def test_what_cannot_be_a_head_is_refused_in_one_sentence(run, session, head):
    done = run("verify", "--head", head)
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "64" in done.output


def test_the_first_bad_entry_of_the_record_is_named_in_one_sentence(run, session, tmp_path):
    run("accredit", session, DEMO / "people.csv")
    run("accredit", session, DEMO / "people.csv")
    store = sqlite3.connect(tmp_path / "data" / "session.db")
    store.execute("drop trigger act_is_final")
    store.execute("update act set person = 'somebody' where seq >= 2")
    store.commit()
    store.close()
    done = run("verify")
    assert done.exit_code == 1
    assert done.output.splitlines()[1].startswith("Entry 2 of the record is not as it was written.")
    assert done.output.count("\n") == 2
