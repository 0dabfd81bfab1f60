//! Plays the story through the verbs, each with a key of its own: what was played before is not played again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::common::Origin;
use entity::submission::SubmissionStatus;
use entity::{indicator, programme, reporting_period, submission};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::QUARTERS;
use super::figures::{REPORTERS, cells};
use super::programmes::{PUBLISHED, TRAINING, VOUCHER};
use super::story::{Act, Doer, Event, Step};
use crate::database::Store;
use crate::domain::principal::{Principal, Scope, Standing};
use crate::domain::quarter::Quarter;
use crate::error::Error;
use crate::input::types::Localized;
use crate::input::{Call, MutationInput};
use crate::seed::scenario::{self, client, fault};
use crate::service::indicator::{SetIndicatorPublication, set_publication};
use crate::service::statistics::{self, PublishStatistics};
use crate::service::submission::draft::SaveSubmissionDraft;
use crate::service::submission::extension::GrantExtension;
use crate::service::submission::hand_in::{ReportNilSubmission, SubmitSubmission};
use crate::service::submission::quarter::FinaliseQuarter;
use crate::service::submission::review::{
    AcceptSubmission, RemindSubmission, RestateSubmission, ReturnSubmission, StartSubmissionReview,
    SubmissionComment,
};
use crate::service::submission::{draft, extension, hand_in, quarter, review};
use crate::service::write::Author;

/// The institutions and programmes of the story, and the clients made up for it.
struct Cast {
    institutions: HashMap<&'static str, Uuid>,
    programmes: HashMap<&'static str, Uuid>,
    reporters: HashMap<&'static str, Principal>,
    secretariat: Principal,
    ministry: Principal,
}

impl Cast {
    async fn find(db: &DatabaseConnection) -> Result<Self, Error> {
        let mut institutions = HashMap::new();
        for code in REPORTERS.iter().map(|one| one.code).chain(["MSS"]) {
            institutions.insert(code, scenario::institution(db, code).await?);
        }
        let mut programmes = HashMap::new();
        for code in [VOUCHER, TRAINING] {
            let found = programme::Entity::find()
                .filter(programme::Column::Code.eq(code))
                .one(db)
                .await?
                .ok_or_else(|| Error::internal(format!("there is no programme {code}")))?;
            programmes.insert(code, found.id);
        }
        let acting = |id: String, code, standing, scope| {
            client(id, (code, institutions[code]), standing, &[scope])
        };
        let reporters = REPORTERS.iter().map(|one| {
            let id = format!("demo-{}", one.code.to_lowercase());
            (one.code, acting(id, one.code, Standing::Partner, Scope::ResultsSubmit))
        });
        let reporters = reporters.collect();
        let reviewer =
            |id: &str, code| acting(id.to_owned(), code, Standing::Operator, Scope::ResultsReview);
        let (secretariat, ministry) =
            (reviewer("demo-tipa-review", "TIPA"), reviewer("demo-mss-review", "MSS"));
        Ok(Self { institutions, programmes, reporters, secretariat, ministry })
    }

    /// Who does it: nobody reviews what its own institution reports.
    fn doer(&self, act: Act, institution: &str) -> &Principal {
        match (act.doer(), self.reporters.get(institution)) {
            (Doer::Reporter, Some(reporter)) => reporter,
            (Doer::Reviewer, _) if institution != "TIPA" => &self.secretariat,
            (Doer::Reporter | Doer::Reviewer | Doer::Lead, _) => &self.ministry,
        }
    }
}

/// Plays every step; one whose time has not come yet happens now.
///
/// # Errors
/// Internal.
pub async fn all(
    db: &Store,
    quarters: &[Quarter; QUARTERS],
    steps: &[Step],
    now: DateTime<Utc>,
    progress: &mut impl FnMut(&str, usize),
) -> Result<(), Error> {
    let cast = Cast::find(db).await?;
    for step in steps {
        if step.event == Event::Open {
            let of = steps.iter().filter(|other| other.quarter == step.quarter).count();
            progress(&format!("results of {}", quarters[step.quarter]), of);
        }
        play(db, &cast, quarters, step, now).await.map_err(|error| fault(step, &error))?;
    }
    Ok(())
}

async fn play(
    db: &Store,
    cast: &Cast,
    quarters: &[Quarter; QUARTERS],
    step: &Step,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let of = quarters[step.quarter];
    let author =
        |principal| Author { principal, request_id: "demo", address: None, now: step.at.min(now) };
    match step.event {
        Event::Open => {
            let system = author(&Principal::System);
            quarter::open(db, system, of, Origin::Illustrative, None).await?;
            Ok(())
        }
        Event::Freeze => freeze(db, author(&cast.ministry), of).await,
        Event::Publish => publish(db, author(&cast.ministry), cast.programmes[VOUCHER]).await,
        Event::Done { programme, institution, number, act } => {
            let found = submission::Entity::find()
                .filter(submission::Column::InstitutionId.eq(cast.institutions[institution]))
                .filter(submission::Column::ProgrammeId.eq(cast.programmes[programme]))
                .filter(submission::Column::Quarter.eq(of.to_string()))
                .one(db)
                .await?
                .ok_or(Error::NotFound)?;
            let key = format!("demo:{of}:{programme}:{institution}:{number}");
            let asked = Asked { on: (found.id, found.version), key };
            let scene = Scene { programme, institution, quarter: (of, step.quarter) };
            verb(db, author(cast.doer(act, institution)), asked, &scene, act).await
        }
    }
}

/// A submission with its version, and the key of the call.
struct Asked {
    on: (Uuid, i32),
    key: String,
}

impl Asked {
    fn call<I: MutationInput>(self) -> Call {
        Call::of::<I>(self.on, self.key)
    }
}

/// The submission that a verb is about.
struct Scene {
    programme: &'static str,
    institution: &'static str,
    quarter: (Quarter, usize),
}

async fn verb(
    db: &Store,
    author: Author<'_>,
    asked: Asked,
    scene: &Scene,
    act: Act,
) -> Result<(), Error> {
    match act {
        Act::Save(turn) => {
            let values = cells(scene.programme, scene.institution, scene.quarter, turn).into();
            let call = asked.call::<SaveSubmissionDraft>();
            draft::save(db, author, SaveSubmissionDraft { call, values }).await.map(drop)
        }
        Act::Submit => {
            let call = asked.call::<SubmitSubmission>();
            let input = SubmitSubmission { call, attestation: true };
            hand_in::submit(db, author, input).await.map(drop)
        }
        Act::Nil => {
            let reason = "(예시) 이번 분기에는 교육 과정을 열지 않음".to_owned();
            let call = asked.call::<ReportNilSubmission>();
            hand_in::report_nil(db, author, ReportNilSubmission { call, reason }).await.map(drop)
        }
        Act::Start => {
            let call = asked.call::<StartSubmissionReview>();
            review::start(db, author, StartSubmissionReview { call }).await.map(drop)
        }
        Act::Return(due_on) => {
            let comments = comments(scene.programme).into();
            let call = asked.call::<ReturnSubmission>();
            let input = ReturnSubmission { call, comments, due_on };
            review::return_to(db, author, input).await.map(drop)
        }
        Act::Accept => {
            let call = asked.call::<AcceptSubmission>();
            review::accept(db, author, AcceptSubmission { call }).await.map(drop)
        }
        Act::Extend(expires_on) => {
            let reason = "(예시) 기관 전산망 이전으로 자료 집계가 늦어짐".into();
            let call = asked.call::<GrantExtension>();
            let input = GrantExtension { call, reason, expires_on };
            extension::grant(db, author, input).await.map(drop)
        }
        Act::Remind => {
            let call = asked.call::<RemindSubmission>();
            review::remind(db, author, RemindSubmission { call }).await.map(drop)
        }
        Act::Restate => {
            let input = RestateSubmission {
                call: asked.call::<RestateSubmission>(),
                reason: "(예시) 감사에서 이중 지급이 확인됨".into(),
                public_note: Localized {
                    ko: "(예시) 이중으로 지급된 바우처를 환수하여 집행 예산을 바로잡음".into(),
                    en: Some(
                        "(Illustration) Vouchers paid twice were recovered; the budget executed is corrected"
                            .into(),
                    ),
                },
            };
            review::restate(db, author, input).await.map(drop)
        }
    }
}

/// What a return asks to be put right.
fn comments(programme: &str) -> Vec<SubmissionComment> {
    let asked: &[(Option<&str>, &str)] = match programme {
        VOUCHER => &[
            (None, "(예시) 집행 예산이 증빙과 다릅니다. 아래 셀을 확인해 주십시오."),
            (Some("BUDGET_EXECUTED"), "(예시) 집행 내역서의 합계와 다릅니다."),
            (Some("BUDGET_EXECUTED/KR-11//"), "(예시) 9월 지급분이 빠진 것으로 보입니다."),
        ],
        _ => &[
            (None, "(예시) 수료 인원을 다시 세어 주십시오."),
            (Some("TRAINEES"), "(예시) 수료증 발급 건수와 다릅니다."),
        ],
    };
    let comment = |(cell, message): &(Option<&str>, &str)| SubmissionComment {
        cell: cell.map(str::to_owned),
        message: (*message).into(),
    };
    asked.iter().map(comment).collect()
}

/// Decides which indicators of a programme are published, and publishes.
async fn publish(db: &Store, author: Author<'_>, programme: Uuid) -> Result<(), Error> {
    let decided = indicator::Entity::find()
        .filter(indicator::Column::ProgrammeId.eq(programme))
        .filter(indicator::Column::Code.is_in(PUBLISHED))
        .all(db)
        .await?;
    for row in decided {
        let key = format!("demo:publish:{}:{}", row.code, row.revision);
        let call = Call::of::<SetIndicatorPublication>((row.id, row.version), key);
        let input = SetIndicatorPublication { call, is_published: true };
        set_publication(db, author, input).await?;
    }
    let key = "demo:publish".to_owned();
    let input = PublishStatistics {
        call: Call::of::<PublishStatistics>((Uuid::nil(), 0), key),
        note: Some(Localized {
            ko: "(예시) 기관 셋 미만의 값은 감춤".into(),
            en: Some("(Illustration) Figures of fewer than three institutions are withheld".into()),
        }),
        is_illustrative: true,
    };
    statistics::publish(db, author, input).await.map(drop)
}

async fn freeze(db: &Store, author: Author<'_>, of: Quarter) -> Result<(), Error> {
    let period = reporting_period::Entity::find()
        .filter(reporting_period::Column::Quarter.eq(of.to_string()))
        .one(db)
        .await?
        .ok_or(Error::NotFound)?;
    let missing = submission::Entity::find()
        .filter(submission::Column::PeriodId.eq(period.id))
        .filter(submission::Column::Status.eq(SubmissionStatus::NotStarted))
        .order_by_asc(submission::Column::Id)
        .all(db)
        .await?;
    let missing: Vec<_> = missing.into_iter().map(|row| row.id.into()).collect();
    let key = format!("demo:{of}:finalise");
    let input = FinaliseQuarter {
        call: Call::of::<FinaliseQuarter>((Uuid::nil(), 0), key),
        quarter: of,
        expected_version: period.version,
        missing: Some(missing.into()),
        closes_early: true,
    };
    quarter::finalise(db, author, input).await.map(drop)
}
