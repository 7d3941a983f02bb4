"""The tables, as an append-only list of steps. A step that has been released is never changed."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from session_app.domain.errors import Conflict
from session_app.domain.record import COLUMNS, START, seal

Step = Callable[[Database], None]


def migrate(database: Database) -> None:
    """Bring a store to the newest step, all of it or nothing of it.

    Raises `Conflict("store.newer")` for one that a later version of the program has written.
    """
    done = database.execute("pragma user_version").fetchone()[0]
    if done > len(STEPS):
        raise Conflict("store.newer", step=done, known=len(STEPS))
    for number, step in enumerate(STEPS[done:], start=done + 1):
        database.execute("begin immediate")
        try:
            step(database)
            database.execute(f"pragma user_version = {number}")
            database.execute("commit")
        except BaseException:
            database.execute("rollback")
            raise


def _create_session(database: Database) -> None:
    for statement in SESSION.strip().split(";\n"):
        database.execute(statement)


SESSION = """
create table session (
    id text primary key, body text not null, ppt text not null, city_es text not null, city_en text not null,
    country text not null, starts text not null, ends text not null, zone text not null, at text not null
) strict;

create table person (id text primary key, name text not null, email text, language text not null, at text not null) strict;

create table accreditation (
    session text not null references session, person text not null references person,
    delegation text not null, capacity text not null, drafting integer not null, audience text not null, since text not null,
    primary key (session, person)
) strict;

create table badge (
    hash text primary key, person text not null references person, at text not null, used text, ended text
) strict;

create table login (
    hash text primary key, person text not null references person, at text not null, ended text
) strict;

create table permission (
    id text primary key, session text not null references session, person text not null references person,
    right text not null, reason text not null, given_by text not null, given_at text not null, withdrawn_at text
) strict;

create table sitting (
    session text not null references session, number integer not null, mode text not null, state text not null,
    epoch integer not null, since text not null, resumes_at text, primary key (session, number)
) strict;

create table agenda_item (
    id text primary key, session text not null references session, position integer not null,
    title_es text not null, title_en text not null, state text not null
) strict;

create table attendance (
    session text not null references session, delegation text not null, present integer not null, at text not null,
    primary key (session, delegation)
) strict;

create table draft (
    id text primary key, session text not null references session, mode text not null, origin text not null,
    version integer not null, working_translation integer not null, at text not null
) strict;

create table section (
    id text primary key, draft text not null references draft, position integer not null,
    key text not null, title_es text not null, title_en text not null
) strict;

create table paragraph (
    id text primary key, draft text not null references draft, section text not null references section,
    position integer, kind text not null, state text not null, source_label text
) strict;
create index paragraph_of_draft on paragraph (draft, position);

create table client_lease (client integer primary key, draft text not null, person text not null, tab text not null, at text not null) strict;

create table text_update (
    seq integer primary key, paragraph text not null references paragraph, client integer not null,
    person text not null, at text not null, bytes blob not null
) strict;
create index text_update_of_paragraph on text_update (paragraph, seq);

create table text_snapshot (paragraph text primary key references paragraph, seq integer not null, bytes blob not null) strict;

create table operation (
    op text primary key, draft text not null references draft, person text not null, at text not null,
    command text not null, result text not null, undone integer not null default 0
) strict;

create table adopted_text (
    paragraph text primary key references paragraph, es text not null, en text not null, digest text not null,
    by text not null, at text not null, present text not null, override text
) strict;

create table adopted_draft (
    draft text primary key references draft, digest text not null, by text not null, at text not null,
    present text not null, override text
) strict;

create table document (
    id text primary key, session text not null references session, draft text not null references draft,
    layout text not null, name text not null, class text not null, at text not null, sha256 text not null, bytes blob not null
) strict;

create table event (seq integer primary key autoincrement, session text not null, name text not null, at text not null, state text not null) strict;
create index event_of_session on event (session, seq);

create table act (
    seq integer primary key autoincrement, session text not null, person text not null, at text not null,
    act text not null, subject text not null, outcome text not null, detail text not null
) strict;

create trigger adopted_text_is_immutable before update on adopted_text begin select raise(abort, 'adopted text is immutable'); end;
create trigger adopted_text_stays before delete on adopted_text begin select raise(abort, 'adopted text is immutable'); end;
create trigger adopted_text_takes_no_update before insert on text_update
    when exists (select 1 from adopted_text where paragraph = new.paragraph)
    begin select raise(abort, 'adopted text is immutable'); end;
create trigger update_log_is_kept before delete on text_update begin select raise(abort, 'the update log is the truth'); end;
create trigger act_is_kept before delete on act begin select raise(abort, 'the record is kept'); end;
create trigger act_is_final before update on act begin select raise(abort, 'the record is kept'); end
"""


def _chain_record(database: Database) -> None:
    for statement in CHAIN.strip().split(";\n"):
        database.execute(statement)
    previous = START
    columns = ", ".join(f"cast({name} as blob)" for name in COLUMNS)
    acts = database.execute(f"select seq, {columns} from act order by seq").fetchall()
    for seq, *values in acts:
        previous = seal(previous, values)
        database.execute("update act set hash = ? where seq = ?", (previous, seq))
    database.execute("insert into record_head values (1, ?, ?)", (len(acts), previous))
    for statement in KEPT.strip().split(";\n"):
        database.execute(statement)


CHAIN = """
alter table act rename to act_before;
create table act (
    seq integer primary key, session text not null, person text not null, capacity text not null,
    delegation text not null, at text not null, act text not null, subject text not null, outcome text not null,
    detail text not null, closed integer not null, hash text not null
) strict;
insert into act select row_number() over (order by seq), session, person,
    coalesce(json_extract(detail, '$.capacity'), ''), coalesce(json_extract(detail, '$.delegation'), ''),
    at, act, subject, outcome, json_remove(detail, '$.capacity', '$.delegation'), 0, '' from act_before;
drop table act_before;
create index act_of_session on act (session, seq);
create table record_head (
    one integer primary key check (one = 1), entries integer not null, hash text not null
) strict
"""
"""The acts a store holds already are numbered without gaps and sealed as they stand."""

KEPT = """
create trigger act_is_kept before delete on act begin select raise(abort, 'the record is kept'); end;
create trigger act_is_final before update on act begin select raise(abort, 'the record is kept'); end;
create trigger record_head_is_kept before delete on record_head
    begin select raise(abort, 'the record is kept'); end
"""


def _close_doors(database: Database) -> None:
    for statement in DOORS.strip().split(";\n"):
        database.execute(statement)


DOORS = """
alter table agenda_item add column mode text not null default 'open';
alter table agenda_item add column slot text;
alter table session add column agenda_issued text;
alter table sitting add column companions integer not null default 1;
alter table sitting add column verified integer not null default 0;
alter table sitting add column opened text not null default '';
update sitting set opened = since;
alter table accreditation add column rank text not null default '';
alter table permission add column until text;
alter table permission add column item text references agenda_item;
alter table permission add column draft text references draft;
alter table draft add column closed integer not null default 0;

create table roster (
    session text not null references session, person text not null references person, place text not null,
    reason text not null, by text not null, at text not null, primary key (session, person)
) strict
"""


def _add_second_factor(database: Database) -> None:
    for statement in SECOND_FACTOR.strip().split(";\n"):
        database.execute(statement)


SECOND_FACTOR = """
alter table badge add column typed text;
alter table badge add column pin blob;
alter table badge add column failures integer not null default 0;
alter table badge add column demonstration integer not null default 0;
create unique index badge_by_typed_code on badge (typed);
create index badge_of_person on badge (person);

alter table login add column id text;
alter table login add column device text not null default '?';
alter table login add column badge text references badge;
alter table login add column newcomer text;
update login set id = lower(hex(randomblob(16)));
create unique index login_by_id on login (id);
create index login_of_person on login (person)
"""


def _give_floor(database: Database) -> None:
    for statement in FLOOR.strip().split(";\n"):
        database.execute(statement)


FLOOR = """
alter table agenda_item add column minutes integer;
create table floor_closed (
    session text not null references session, item text not null, primary key (session, item)
) strict;
create table floor_request (
    id text primary key, session text not null references session, item text not null, position integer not null,
    delegation text not null, person text references person, kind text not null, place text not null,
    asked text not null, seconds integer, spoken real not null, running_since text
) strict;
create index floor_of_item on floor_request (session, item, position)
"""


def _rehearse(database: Database) -> None:
    for statement in REHEARSAL.strip().split(";\n"):
        database.execute(statement)


REHEARSAL = """
alter table session add column rehearsal_of text references session;
create unique index rehearsal_of_session on session (rehearsal_of);
create trigger rehearsal_stays_one before update of rehearsal_of on session
    begin select raise(abort, 'a rehearsal is one from the start'); end;
create view rehearsed_paragraph as select p.id from paragraph p
    join draft d on d.id = p.draft join session s on s.id = d.session where s.rehearsal_of is not null;

drop trigger adopted_text_stays;
create trigger adopted_text_stays before delete on adopted_text
    when old.paragraph not in (select id from rehearsed_paragraph)
    begin select raise(abort, 'adopted text is immutable'); end;
drop trigger update_log_is_kept;
create trigger update_log_is_kept before delete on text_update
    when old.paragraph not in (select id from rehearsed_paragraph)
    begin select raise(abort, 'the update log is the truth'); end
"""
"""What is kept for ever is kept for ever, but of a rehearsal nothing is."""


def _put_before_room(database: Database) -> None:
    for statement in ROOM.strip().split(";\n"):
        database.execute(statement)


ROOM = """
create table room_text (
    session text primary key references session, draft text not null references draft,
    paragraph text not null references paragraph, since text not null
) strict;
create table decision (
    id text primary key, draft text not null references draft, paragraph text not null references paragraph,
    result text not null, digest text not null, delegations text not null, note text not null,
    by text not null, at text not null, present text not null, before text not null, behind integer not null,
    ended text
) strict;
create index decision_of_paragraph on decision (paragraph, at)
"""


def _withdraw_people(database: Database) -> None:
    for statement in WITHDRAWN.strip().split(";\n"):
        database.execute(statement)


WITHDRAWN = """
create table withdrawn (
    session text not null references session, person text not null references person,
    delegation text not null, capacity text not null, drafting integer not null, audience text not null,
    rank text not null, since text not null, ended text not null, by text not null, reason text not null
) strict;
create index withdrawn_of_session on withdrawn (session, person)
"""


def _pass_gavel(database: Database) -> None:
    for statement in GAVEL.strip().split(";\n"):
        database.execute(statement)


GAVEL = """
create table gavel (
    session text primary key references session, holder text not null references person, since text not null
) strict;
create table conduct_delegated (
    session text primary key references session, by text not null references person, since text not null
) strict;
alter table session add column quorum integer;
alter table attendance add column how text not null default 'chair';
alter table attendance add column person text references person;
alter table attendance add column by text not null default ''
"""


def _hand_out_papers(database: Database) -> None:
    for statement in PAPERS.strip().split(";\n"):
        database.execute(statement)


PAPERS = """
create table paper (
    id text primary key, session text not null references session, item text references agenda_item,
    closed integer not null, title_es text not null, title_en text not null, class text not null,
    circles text not null, revision integer not null, by text not null, at text not null, withdrawn text
) strict;
create index paper_of_session on paper (session);
create table paper_file (
    id text primary key, paper text not null references paper, revision integer not null, slot text not null,
    format text not null, name text not null, sha256 text not null, by text not null, at text not null,
    bytes blob not null
) strict;
create index file_of_paper on paper_file (paper, revision);
create table prepared_file (
    id text primary key, draft text not null references draft, revision integer not null, layout text not null,
    name text not null, version integer not null, sha256 text not null, by text not null, at text not null,
    bytes blob not null
) strict;
create index prepared_of_draft on prepared_file (draft, revision);
create table publication (draft text primary key references draft, by text not null, at text not null) strict;
create trigger paper_file_is_final before update on paper_file begin select raise(abort, 'a file is kept as it came'); end;
create trigger paper_file_is_kept before delete on paper_file
    when old.paper not in
        (select p.id from paper p join session s on s.id = p.session where s.rehearsal_of is not null)
    begin select raise(abort, 'a file is kept as it came'); end
"""


def _announce_closing(database: Database) -> None:
    database.execute("alter table sitting add column closes_at text")


def _stage_imports(database: Database) -> None:
    for statement in IMPORTS.strip().split(";\n"):
        database.execute(statement)


IMPORTS = """
create table import_list (
    session text not null references session, person text not null references person,
    file text not null, at text not null, touched text not null, headings text not null,
    columns text not null, fixed text not null, chosen integer not null, primary key (session, person)
) strict;
create table import_row (
    session text not null references session, person text not null references person, line integer not null,
    cells text not null, edits text not null, skipped integer not null, imported text,
    primary key (session, person, line)
) strict;
alter table badge add column form text not null default 'paper'
"""


def _page_screens(database: Database) -> None:
    database.execute("alter table room_text add column page integer not null default 1")


def _note_begun_items(database: Database) -> None:
    for statement in BEGUN.strip().split(";\n"):
        database.execute(statement)


BEGUN = """
alter table agenda_item add column begun integer not null default 0;
update agenda_item set begun = 1 where state <> 'pending'
"""


def _choose_settings(database: Database) -> None:
    database.execute(
        "create table session_setting (session text not null references session, key text not null,"
        " value any not null, primary key (session, key)) strict"
    )


def _adopt_ad_referendum(database: Database) -> None:
    database.execute("alter table adopted_text add column consulting text")


def _remember_screens(database: Database) -> None:
    database.execute(
        "create table screen_seen (person text primary key references person, at text not null) strict"
    )


STEPS: list[Step] = [
    _create_session,
    _chain_record,
    _close_doors,
    _add_second_factor,
    _give_floor,
    _rehearse,
    _put_before_room,
    _withdraw_people,
    _pass_gavel,
    _hand_out_papers,
    _announce_closing,
    _stage_imports,
    _page_screens,
    _note_begun_items,
    _choose_settings,
    _adopt_ad_referendum,
    _remember_screens,
]
