//! Plays the story through the verbs, each with a key of its own: what was played before is not played again.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::api_client::RateTier;
use entity::common::Origin;
use entity::submission::SubmissionStatus;
use entity::{institution, programme, reporting_period, submission};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::QUARTERS;
use super::figures::{REPORTERS, cells};
use super::programmes::{TRAINING, VOUCHER};
use super::story::{Act, Doer, Event, Step};
use crate::database::Store;
use crate::domain::principal::{Client, Institution, Principal, Scope, Scopes, Standing, Token};
use crate::domain::quarter::Quarter;
use crate::error::Error;
use crate::service::submission::review::{Comment, Restatement};
use crate::service::submission::{Asked, draft, hand_in, quarter, review};
use crate::service::write::Author;

/// The institutions and programmes of the story, and the clients made up for it.
struct Cast {
    institutions: HashMap<&'static str, Uuid>,
    programmes: HashMap<&'static str, Uuid>,
    reporters: HashMap<&'static str, Principal>,
    secretariat: Principal,
    ministry: Principal,
}

fn client(id: &str, code: &str, key: Uuid, standing: Standing, scope: Scope) -> Principal {
    Principal::Client(Arc::new(Client {
        id: None,
        client_id: id.to_owned(),
        institution: Institution {
            id: key,
            code: code.to_owned(),
            standing,
            leads: standing == Standing::Operator && code == "MSS",
        },
        scopes: [Scope::ProgramRead, scope].into_iter().collect::<Scopes>(),
        tier: RateTier::Standard,
        // It never comes in over the wire.
        token: Token {
            issuer: "demo".to_owned(),
            id: String::new(),
            expires_at: DateTime::UNIX_EPOCH,
            generation: 0,
        },
    }))
}

impl Cast {
    async fn find(db: &DatabaseConnection) -> Result<Self, Error> {
        let mut institutions = HashMap::new();
        for code in REPORTERS.iter().map(|one| one.code).chain(["MSS"]) {
            let found = institution::Entity::find()
                .filter(institution::Column::Code.eq(code))
                .one(db)
                .await?
                .ok_or_else(|| Error::internal(format!("there is no institution {code}")))?;
            institutions.insert(code, found.id);
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
        let reporters = REPORTERS.iter().map(|one| {
            let id = format!("demo-{}", one.code.to_lowercase());
            let key = institutions[one.code];
            (one.code, client(&id, one.code, key, Standing::Partner, Scope::ResultsSubmit))
        });
        let reporters = reporters.collect();
        let reviewer = |id, code| {
            client(id, code, institutions[code], Standing::Operator, Scope::ResultsReview)
        };
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
        play(db, &cast, quarters, step, now).await.map_err(|error| match error {
            // What a service tells a caller is a fault of the story here.
            Error::User(errors) => Error::internal(format!("{step:?}: {errors:?}")),
            Error::Internal(cause) => Error::internal(format!("{step:?}: {cause}")),
            other => Error::internal(format!("{step:?}: {other}")),
        })?;
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
            quarter::open(db, author(&Principal::System), of, Origin::Illustrative).await?;
            Ok(())
        }
        Event::Freeze => freeze(db, author(&cast.ministry), of).await,
        Event::Done { programme, institution, number, act } => {
            let found = submission::Entity::find()
                .filter(submission::Column::InstitutionId.eq(cast.institutions[institution]))
                .filter(submission::Column::ProgrammeId.eq(cast.programmes[programme]))
                .filter(submission::Column::Quarter.eq(of.to_string()))
                .one(db)
                .await?
                .ok_or(Error::NotFound)?;
            let asked = Asked {
                id: found.id,
                version: found.version,
                key: format!("demo:{of}:{programme}:{institution}:{number}"),
            };
            let scene = Scene { programme, institution, quarter: (of, step.quarter) };
            verb(db, author(cast.doer(act, institution)), &asked, &scene, act).await
        }
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
    asked: &Asked,
    scene: &Scene,
    act: Act,
) -> Result<(), Error> {
    match act {
        Act::Save(turn) => {
            let given = cells(scene.programme, scene.institution, scene.quarter, turn);
            draft::save(db, author, asked, &given).await.map(drop)
        }
        Act::Submit => hand_in::submit(db, author, asked, true).await.map(drop),
        Act::Nil => {
            let reason = "(예시) 이번 분기에는 교육 과정을 열지 않음";
            hand_in::report_nil(db, author, asked, reason).await.map(drop)
        }
        Act::Start => review::start(db, author, asked).await.map(drop),
        Act::Return(due_on) => {
            let comments = comments(scene.programme);
            review::return_to(db, author, asked, &comments, due_on).await.map(drop)
        }
        Act::Accept => review::accept(db, author, asked).await.map(drop),
        Act::Extend(expires_on) => {
            let reason = "(예시) 기관 전산망 이전으로 자료 집계가 늦어짐";
            review::extend(db, author, asked, reason, expires_on).await.map(drop)
        }
        Act::Remind => review::remind(db, author, asked).await.map(drop),
        Act::Restate => {
            let restatement = Restatement {
                reason: "(예시) 감사에서 이중 지급이 확인됨".to_owned(),
                note_ko: "(예시) 이중으로 지급된 바우처를 환수하여 집행 예산을 바로잡음".to_owned(),
                note_en: Some(
                    "(Illustration) Vouchers paid twice were taken back; the budget executed is put right"
                        .to_owned(),
                ),
            };
            review::restate(db, author, asked, &restatement).await.map(drop)
        }
    }
}

/// What a return asks to be put right.
fn comments(programme: &str) -> Vec<Comment> {
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
    let comment = |(cell, message): &(Option<&str>, &str)| Comment {
        cell: cell.map(str::to_owned),
        message: (*message).to_owned(),
    };
    asked.iter().map(comment).collect()
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
    let missing: Vec<Uuid> = missing.into_iter().map(|row| row.id).collect();
    let key = format!("demo:{of}:freeze");
    let version = period.version;
    let decision = quarter::Decision { quarter: of, version, missing, closes_early: true, key };
    quarter::freeze(db, author, &decision).await.map(drop)
}
