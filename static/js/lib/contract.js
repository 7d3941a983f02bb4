// Made from session_app/domain/contract.py by `make docs`; do not edit it here.

/**
 * Each command and its values.
 * @typedef {{
 *   "sitting.open": { mode?: "open" | "members" | "closed" };
 *   "sitting.suspend": { resumes_at?: string | null };
 *   "sitting.resume": {};
 *   "sitting.close": {};
 *   "door.close": { mode: "members" | "closed", seen: string, companions?: "1" | "2" | null };
 *   "door.open": {};
 *   "door.announce": { seconds: "30" | "60" | "120" };
 *   "door.recall": {};
 *   "roster.verify": {};
 *   "roster.admit": { person: string, reason?: string | null };
 *   "roster.remove": { person: string };
 *   "roster.ask": {};
 *   "agenda.advance": { item?: string | null };
 *   "agenda.add": { title_es: string, title_en: string, after?: string | null, mode?: "open" | "members" | "closed", slot?: string | null, minutes?: number | null };
 *   "session.amend": { city_es: string, city_en: string, country: string, starts: string, ends: string, ppt: string, zone: string, seen: string };
 *   "session.settings": { seen: string, minutes_members?: number | null, minutes_others?: number | null, companions?: number | null, order?: string | null };
 *   "agenda.retitle": { item: string, title_es: string, title_en: string };
 *   "agenda.reserve": { item: string, mode: "open" | "members" | "closed", slot?: string | null, minutes?: number | null };
 *   "agenda.issue": {};
 *   "agenda.move": { item: string, direction?: "up" | "down" | "first" | "last" | null, after?: string | null, before?: string | null };
 *   "agenda.amend": { item: string, title_es: string, title_en: string, mode: "open" | "members" | "closed", seen: string, slot?: string | null, minutes?: number | null };
 *   "agenda.remove": { item: string };
 *   "agenda.copy": { source: string };
 *   "agenda.finish": { item: string };
 *   "agenda.reopen": { item: string };
 *   "attendance.mark": { delegation: string, present: boolean };
 *   "attendance.arrive": { code: string };
 *   "attendance.leave": {};
 *   "attendance.scan": { code: string, present?: boolean };
 *   "session.quorum": { members?: number | null };
 *   "gavel.take": { seen: string };
 *   "gavel.hand": { person: string };
 *   "gavel.lay_down": {};
 *   "gavel.delegate": { on: boolean };
 *   "floor.ask": { kind?: "speech" | "reply" | "order" };
 *   "floor.withdraw": { request: string };
 *   "floor.recognise": { request?: string | null, delegation?: string | null };
 *   "floor.pause": {};
 *   "floor.resume": {};
 *   "floor.extend": { seconds?: number };
 *   "floor.end": {};
 *   "floor.add": { delegation: string, kind?: "speech" | "reply" | "order" };
 *   "floor.line_up": {};
 *   "floor.move_up": { request: string };
 *   "floor.close_list": {};
 *   "floor.open_list": {};
 *   "room.put": { draft: string, paragraph: string };
 *   "screen.page": { paragraph: string, page: number };
 *   "room.withdraw": {};
 *   "people.add": { full_name: string, delegation: string, capacity: string, email?: string | null, language?: "es" | "en", drafting?: boolean, rank?: string | null };
 *   "people.change": { person: string, full_name: string, delegation: string, capacity: string, email?: string | null, language?: "es" | "en", drafting?: boolean, rank?: string | null };
 *   "people.withdraw": { person: string, reason: string };
 *   "grant.give": { person: string, right: "attend" | "speak" | "table" | "see_agenda" | "see_documents" | "read_draft" | "edit_draft", reason: string, item?: string | null, draft?: string | null, until?: string | null };
 *   "grant.withdraw": { grant: string };
 *   "person.language": { language: "es" | "en" };
 *   "screen.rename": { screen: string, called: string };
 *   "screen.serve": { screen: string, audience: "members" | "observers" };
 *   "screen.withdraw": { screen: string };
 *   "document.prepare": { draft: string };
 *   "document.cancel": { draft: string };
 *   "document.publish": { draft: string };
 *   "paper.describe": { paper: string, title_es: string, title_en: string, document_class?: "private" | "public", circles?: string[] };
 *   "paper.withdraw": { paper: string };
 *   "draft.start_closed": {};
 *   "paragraph.add": { draft: string, op: string, section: string, after?: string | null, kind?: "heading" | "item" | "sub-item" | "continuation" };
 *   "paragraph.paste": { draft: string, op: string, section: string, language: "es" | "en", paragraphs: ({ kind: "heading" | "item" | "sub-item" | "continuation", text: string, label?: string | null })[], after?: string | null };
 *   "paragraph.indent": { draft: string, op: string, paragraph: string };
 *   "paragraph.outdent": { draft: string, op: string, paragraph: string };
 *   "paragraph.move": { draft: string, op: string, paragraph: string, direction: "up" | "down" };
 *   "paragraph.delete": { draft: string, op: string, paragraph: string, with_block?: boolean };
 *   "paragraph.split": { draft: string, op: string, paragraph: string, language: "es" | "en", at: number };
 *   "paragraph.undo": { draft: string, op: string, undoes: string };
 *   "paragraph.mark": { draft: string, paragraph: string, state: "proposed" | "bracketed" | "agreed" | "ad_referendum", digest?: string | null };
 *   "paragraph.decide": { draft: string, paragraph: string, digest: string, result: "consensus" | "ad_referendum" | "bracketed" | "objection", delegations?: string[], note?: string | null };
 *   "decision.undo": { decision: string };
 *   "paragraph.adopt": { draft: string, paragraph: string, digest: string, override?: string | null };
 *   "draft.adopt": { draft: string, digest: string, override?: string | null };
 * }} Commands
 */

/**
 * Each event and the state it carries.
 * @typedef {{
 *   "sitting.changed": { number: number, state: string, mode: string, since: string, resumes_at: string | null };
 *   "door.announced": { until: string | null };
 *   "roster.changed": { named: number, admitted: number, waiting: number };
 *   "agenda.changed": { items: ({ id: string, number: string, title_es: string, title_en: string, state: string, mode: string, slot: string | null })[] };
 *   "floor.changed": { item: string, speaker: string | null, closed: boolean };
 *   "room.changed": { draft: string | null, paragraph: string | null };
 *   "decision.recorded": { draft: string, paragraph: string };
 *   "screen.turned": { paragraph: string, page: number };
 *   "attendance.changed": { present: string[] };
 *   "gavel.changed": { holder: string | null, delegated: boolean };
 *   "people.changed": { accredited: number };
 *   "session.chosen": {};
 *   "session.amended": {};
 *   "rehearsal.changed": { rehearsal: string | null };
 *   "draft.changed": { draft: string, version: number, adopted: boolean, sections: ({ id: string, key: string, title_es: string, title_en: string })[], rows: ({ id: string, section: string, kind: string, state: string, label_es: string, label_en: string })[] };
 *   "documents.changed": {};
 *   "assembly.changed": { draft: string, state: string, step: number, done: number, of: number };
 *   "closed_text.changed": { draft: string };
 *   "paragraph.edited": { draft: string, paragraphs: string[] };
 * }} Events
 */

/** @type {readonly (keyof Commands)[]} */
export const COMMANDS = Object.freeze([
  "sitting.open",
  "sitting.suspend",
  "sitting.resume",
  "sitting.close",
  "door.close",
  "door.open",
  "door.announce",
  "door.recall",
  "roster.verify",
  "roster.admit",
  "roster.remove",
  "roster.ask",
  "agenda.advance",
  "agenda.add",
  "session.amend",
  "session.settings",
  "agenda.retitle",
  "agenda.reserve",
  "agenda.issue",
  "agenda.move",
  "agenda.amend",
  "agenda.remove",
  "agenda.copy",
  "agenda.finish",
  "agenda.reopen",
  "attendance.mark",
  "attendance.arrive",
  "attendance.leave",
  "attendance.scan",
  "session.quorum",
  "gavel.take",
  "gavel.hand",
  "gavel.lay_down",
  "gavel.delegate",
  "floor.ask",
  "floor.withdraw",
  "floor.recognise",
  "floor.pause",
  "floor.resume",
  "floor.extend",
  "floor.end",
  "floor.add",
  "floor.line_up",
  "floor.move_up",
  "floor.close_list",
  "floor.open_list",
  "room.put",
  "screen.page",
  "room.withdraw",
  "people.add",
  "people.change",
  "people.withdraw",
  "grant.give",
  "grant.withdraw",
  "person.language",
  "screen.rename",
  "screen.serve",
  "screen.withdraw",
  "document.prepare",
  "document.cancel",
  "document.publish",
  "paper.describe",
  "paper.withdraw",
  "draft.start_closed",
  "paragraph.add",
  "paragraph.paste",
  "paragraph.indent",
  "paragraph.outdent",
  "paragraph.move",
  "paragraph.delete",
  "paragraph.split",
  "paragraph.undo",
  "paragraph.mark",
  "paragraph.decide",
  "decision.undo",
  "paragraph.adopt",
  "draft.adopt",
]);

/** Those that conduct the session: for whoever holds the gavel.
 * @type {readonly (keyof Commands)[]} */
export const CONDUCT = Object.freeze([
  "sitting.open",
  "sitting.suspend",
  "sitting.resume",
  "sitting.close",
  "door.close",
  "door.open",
  "door.announce",
  "door.recall",
  "roster.verify",
  "roster.admit",
  "roster.remove",
  "agenda.advance",
  "agenda.finish",
  "agenda.reopen",
  "floor.recognise",
  "floor.pause",
  "floor.resume",
  "floor.extend",
  "floor.end",
  "floor.add",
  "floor.line_up",
  "floor.move_up",
  "floor.close_list",
  "floor.open_list",
  "room.put",
  "screen.page",
  "room.withdraw",
  "paragraph.decide",
  "decision.undo",
  "paragraph.adopt",
  "draft.adopt",
]);

/** @type {readonly (keyof Events)[]} */
export const EVENTS = Object.freeze([
  "sitting.changed",
  "door.announced",
  "roster.changed",
  "agenda.changed",
  "floor.changed",
  "room.changed",
  "decision.recorded",
  "screen.turned",
  "attendance.changed",
  "gavel.changed",
  "people.changed",
  "session.chosen",
  "session.amended",
  "rehearsal.changed",
  "draft.changed",
  "documents.changed",
  "assembly.changed",
  "closed_text.changed",
  "paragraph.edited",
]);
