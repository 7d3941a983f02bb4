"""Which verb does which command: the whole list, and nothing but the list."""

from __future__ import annotations

from collections.abc import Mapping

from session_app.domain import contract
from session_app.domain.contract import Command

from . import adoption, agenda, door, drafting, floor, gavel, people, room, screens, sitting
from .desk import Handler
from .drafting import structural

HANDLERS: Mapping[type[Command], Handler] = {
    contract.OpenSitting: door.open_sitting,
    contract.SuspendSitting: sitting.suspend_sitting,
    contract.ResumeSitting: sitting.resume_sitting,
    contract.CloseSitting: sitting.close_sitting,
    contract.CloseDoor: door.close_door,
    contract.OpenDoor: door.open_door,
    contract.VerifyRoom: door.verify_room,
    contract.AdmitPerson: door.admit_person,
    contract.RemovePerson: door.remove_person,
    contract.AskToEnter: door.ask_to_enter,
    contract.AdvanceAgenda: agenda.advance_agenda,
    contract.AddItem: agenda.add_item,
    contract.RetitleItem: agenda.retitle_item,
    contract.MoveItem: agenda.move_item,
    contract.FinishItem: agenda.finish_item,
    contract.ReopenItem: agenda.reopen_item,
    contract.ReserveItem: agenda.reserve_item,
    contract.IssueAgenda: agenda.issue_agenda,
    contract.AskForFloor: floor.ask_for_floor,
    contract.WithdrawRequest: floor.withdraw_request,
    contract.RecogniseSpeaker: floor.recognise_speaker,
    contract.PauseSpeech: floor.pause_speech,
    contract.ResumeSpeech: floor.resume_speech,
    contract.ExtendSpeech: floor.extend_speech,
    contract.EndSpeech: floor.end_speech,
    contract.AddSpeaker: floor.add_speaker,
    contract.LineUpMembers: floor.line_up_members,
    contract.MoveSpeakerUp: floor.move_speaker_up,
    contract.CloseSpeakersList: floor.close_speakers_list,
    contract.OpenSpeakersList: floor.open_speakers_list,
    contract.PutBeforeRoom: room.put_before_room,
    contract.WithdrawFromRoom: room.withdraw_from_room,
    contract.MarkAttendance: agenda.mark_attendance,
    contract.AddPerson: people.add_person,
    contract.ChangePerson: people.change_person,
    contract.WithdrawPerson: people.withdraw_person,
    contract.TakeGavel: gavel.take,
    contract.HandGavel: gavel.hand,
    contract.LayDownGavel: gavel.lay_down,
    contract.DelegateConduct: gavel.delegate,
    contract.GiveGrant: agenda.give_grant,
    contract.WithdrawGrant: agenda.withdraw_grant,
    contract.ChooseLanguage: agenda.choose_language,
    contract.RenameScreen: screens.rename_screen,
    contract.ServeAudience: screens.serve_audience,
    contract.WithdrawScreen: screens.withdraw_screen,
    contract.StartClosedDraft: drafting.start_closed_draft,
    contract.AddParagraph: structural(drafting.add_paragraph),
    contract.PasteParagraphs: structural(drafting.paste_paragraphs),
    contract.IndentParagraph: structural(drafting.indent_paragraph),
    contract.OutdentParagraph: structural(drafting.outdent_paragraph),
    contract.MoveParagraph: structural(drafting.move_paragraph),
    contract.DeleteParagraph: structural(drafting.delete_paragraph),
    contract.SplitParagraph: structural(drafting.split_paragraph),
    contract.UndoOperation: structural(drafting.undo_operation),
    contract.MarkParagraph: adoption.mark_paragraph,
    contract.AdoptParagraph: adoption.adopt_paragraph,
    contract.AdoptDraft: adoption.adopt_draft,
}
