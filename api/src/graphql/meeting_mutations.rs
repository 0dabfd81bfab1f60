//! What the secretariat does with meetings: planned, changed, held, recorded.

use serde_json::{Map, Value};

use super::mutation::{ERRORS, Fields, Mutation, row};
use crate::error::Error;
use crate::mutation;
use crate::service::meeting::NEEDS;
use crate::service::meeting::agenda::{self, SetAgenda};
use crate::service::meeting::attendance::{self, InviteParticipants, RecordAttendance};
use crate::service::meeting::change::{
    self, AmendMeeting, CancelMeeting, PostponeMeeting, ReopenMeeting,
};
use crate::service::meeting::close::{self, CloseMeeting};
use crate::service::meeting::minutes::{self, ApproveMinutes, DraftMinutes};
use crate::service::meeting::plan::{self, PlanMeeting, PlanSeries, Planned, RecordNotHeld};
use crate::service::meeting::statement::{self, RecordStatement, Recorded};

const MEETING: Fields =
    &[("meeting", "Meeting", "회의. The meeting; null if nothing was done."), ERRORS];
const PLANNED: Fields = &[
    ("series", "MeetingSeries", "회의 계열. The series; null if nothing was done."),
    (
        "plannedPeriods",
        "[Period!]",
        "등록된 기간. Periods for which a meeting was planned by this call.",
    ),
    ERRORS,
];
const STATEMENT: Fields = &[
    ("statement", "Statement", "발언. The statement; null if nothing was done."),
    ("meeting", "Meeting", "회의. Its meeting."),
    ERRORS,
];
const MISSED: Fields = &[
    ("missedMeeting", "MissedMeeting", "미개최 기록. The record; null if nothing was done."),
    ERRORS,
];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(PlanMeeting, NEEDS, MEETING, "회의 등록. Plans a meeting.", |act, input| row(
            "meeting",
            plan::plan(act, input).await
        )),
        mutation!(
            PlanSeries,
            NEEDS,
            PLANNED,
            "연간 회의 등록. Plans the meetings of a year that a series lacks.",
            |act, input| planned(plan::plan_series(act, input).await)
        ),
        mutation!(
            AmendMeeting,
            NEEDS,
            MEETING,
            "회의 변경. Changes what was planned, or corrects what was recorded.",
            |act, input| row("meeting", change::amend(act, input).await)
        ),
        mutation!(
            PostponeMeeting,
            NEEDS,
            MEETING,
            "회의 연기. Puts a meeting off, to a new day or until one is known.",
            |act, input| row("meeting", change::postpone(act, input).await)
        ),
        mutation!(
            CancelMeeting,
            NEEDS,
            MEETING,
            "회의 취소. Calls a meeting off; nothing of it changes any more.",
            |act, input| row("meeting", change::cancel(act, input).await)
        ),
        mutation!(
            ReopenMeeting,
            NEEDS,
            MEETING,
            "개최 기록 취소. Takes back that a meeting was held; not once its minutes are approved.",
            |act, input| row("meeting", change::reopen(act, input).await)
        ),
        mutation!(
            SetAgenda,
            NEEDS,
            MEETING,
            "안건 편성. Sets the agenda of a meeting as a whole.",
            |act, input| row("meeting", agenda::set(act, input).await)
        ),
        mutation!(
            InviteParticipants,
            NEEDS,
            MEETING,
            "초청. Invites participants to a meeting that is to come.",
            |act, input| row("meeting", attendance::invite(act, input).await)
        ),
        mutation!(
            RecordAttendance,
            NEEDS,
            MEETING,
            "참석 기록. Records who came to a meeting and who did not.",
            |act, input| row("meeting", attendance::record(act, input).await)
        ),
        mutation!(
            RecordStatement,
            NEEDS,
            STATEMENT,
            "발언 기록. Records what somebody said in a meeting.",
            |act, input| recorded(statement::record(act, input).await)
        ),
        mutation!(
            DraftMinutes,
            NEEDS,
            MEETING,
            "회의록 작성. Drafts the minutes of a meeting; drafts are internal.",
            |act, input| row("meeting", minutes::draft(act, input).await)
        ),
        mutation!(
            CloseMeeting,
            NEEDS,
            MEETING,
            "회의 종료. Records that a meeting was held, with attendance, outcomes, statements, recommendations and minutes.",
            |act, input| row("meeting", close::close(act, input).await)
        ),
        mutation!(
            ApproveMinutes,
            NEEDS,
            MEETING,
            "회의록 확정. Approves the draft of a meeting's minutes.",
            |act, input| row("meeting", minutes::approve(act, input).await)
        ),
        mutation!(
            RecordNotHeld,
            NEEDS,
            MISSED,
            "미개최 기록. Records that a series had no meeting in a period.",
            |act, input| row("missedMeeting", plan::record_not_held(act, input).await)
        ),
    ]
}

fn recorded(recorded: Result<Recorded, Error>) -> Result<Map<String, Value>, Error> {
    let Recorded { meeting, statement } = recorded?;
    let mut payload = row("statement", Ok(statement))?;
    payload.insert("meeting".to_owned(), meeting.to_string().into());
    Ok(payload)
}

fn planned(planned: Result<Planned, Error>) -> Result<Map<String, Value>, Error> {
    let Planned { series, periods } = planned?;
    let mut payload = row("series", Ok(series))?;
    payload.insert("plannedPeriods".to_owned(), periods.into());
    Ok(payload)
}
