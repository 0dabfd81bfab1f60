//! Whether what was submitted is as it was submitted: each revision as the audit told of it, its values as its hash
//! has them, each value where its address says and worth what its text says.

use std::collections::{BTreeMap, HashMap};

use entity::indicator::ValueType;
use entity::{indicator, industry, region, submission_file, submission_revision, submission_value};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::submission::values::{address, entry};
use super::write::as_json;
use crate::domain::cell::Cell;
use crate::domain::decimal;
use crate::domain::form::{Cells, Evidence, content_hash};
use crate::error::Error;

/// What is wrong with what was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// The revision of that receipt is not as it was submitted, accepted and superseded.
    Revision(String),
    /// The revision of that receipt is not there any more.
    Gone(String),
    /// The values or files of the revision of that receipt are not those that were submitted.
    Values(String),
    /// A value of that receipt, at that cell, is not worth what its text says, or counts elsewhere.
    Value(String, String),
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Revision(receipt) => {
                write!(f, "revision {receipt} is not as the audit has it")
            }
            Self::Gone(receipt) => write!(f, "revision {receipt} is missing"),
            Self::Values(receipt) => {
                write!(f, "the values of revision {receipt} are not those that were submitted")
            }
            Self::Value(receipt, cell) => {
                write!(f, "value {cell} of revision {receipt} does not count as what it says")
            }
        }
    }
}

/// Columns of a revision that stay as the audit told them last.
const TOLD: [&str; 12] = [
    "submission_id",
    "institution_id",
    "number",
    "receipt",
    "content_hash",
    "cell_count",
    "is_nil",
    "nil_reason",
    "submitted_at",
    "submitted_by",
    "accepted_at",
    "superseded_at",
];

/// Revisions looked at by one statement.
const PAGE: u64 = 200;

/// What the audit tells of revisions.
#[derive(Debug, Default)]
pub struct Told(HashMap<Uuid, Map<String, Value>>);

impl Told {
    /// Takes in an event: what was made, and what was changed of it since.
    pub fn read(&mut self, event: &entity::audit_event::Model) {
        if event.subject_type != "SubmissionRevision" {
            return;
        }
        let (Some(id), Some(after)) = (event.subject_id, event.after.as_deref()) else { return };
        if let Ok(Value::Object(after)) = serde_json::from_str(after) {
            self.0.entry(id).or_default().extend(after);
        }
    }
}

/// Codes by key, and what the values of indicators are.
struct Codes {
    regions: HashMap<Uuid, String>,
    industries: HashMap<Uuid, String>,
    indicators: HashMap<Uuid, (String, ValueType, u32)>,
}

impl Codes {
    async fn load(db: &impl ConnectionTrait) -> Result<Self, Error> {
        let regions = region::Entity::find().all(db).await?;
        let industries = industry::Entity::find().all(db).await?;
        let indicators = indicator::Entity::find().all(db).await?;
        Ok(Self {
            regions: regions.into_iter().map(|row| (row.id, row.code)).collect(),
            industries: industries.into_iter().map(|row| (row.id, row.code)).collect(),
            indicators: indicators
                .into_iter()
                .map(|row| {
                    let decimals = u32::try_from(row.decimals).unwrap_or_default();
                    (row.id, (row.code, row.value_type, decimals))
                })
                .collect(),
        })
    }

    /// Whether a value stands where its address says, and is worth what its text says.
    fn fits(&self, row: &submission_value::Model, cell: &Cell) -> bool {
        let of = |codes: &HashMap<Uuid, String>, key: Option<Uuid>| {
            key.map(|key| codes.get(&key).cloned().unwrap_or_default())
        };
        let Some((code, value_type, decimals)) = self.indicators.get(&row.indicator_id) else {
            return false;
        };
        let scaled = row.value.as_deref().and_then(|text| {
            decimal::parse(text, *value_type, *decimals).ok().map(|parsed| parsed.scaled)
        });
        *code == cell.indicator
            && of(&self.regions, row.region_id) == cell.region
            && of(&self.industries, row.industry_id) == cell.industry
            && row.size == cell.size
            && row.scaled == scaled
    }
}

/// An instant as databases keep it, or any other value as it is.
fn settled(value: Option<&Value>) -> Value {
    let value = value.cloned().unwrap_or_default();
    let instant =
        value.as_str().and_then(|text| text.parse::<chrono::DateTime<chrono::Utc>>().ok());
    instant.map_or(value, |at| at.timestamp_micros().into())
}

/// Looks over every revision; gives up once so much is wrong.
///
/// # Errors
/// Internal.
pub async fn look(
    db: &impl ConnectionTrait,
    mut told: Told,
    most: usize,
) -> Result<Vec<Wrong>, Error> {
    let mut faults = Vec::new();
    let codes = Codes::load(db).await?;
    let mut page = 0;
    loop {
        let found = submission_revision::Entity::find()
            .order_by_asc(submission_revision::Column::SubmissionId)
            .order_by_asc(submission_revision::Column::Number)
            .paginate(db, PAGE)
            .fetch_page(page)
            .await?;
        if found.is_empty() {
            break;
        }
        page += 1;
        let mut values: BTreeMap<Uuid, Vec<submission_value::Model>> = BTreeMap::new();
        let mut files: BTreeMap<Uuid, Vec<submission_file::Model>> = BTreeMap::new();
        let of: Vec<Uuid> = found.iter().map(|row| row.submission_id).collect();
        for row in submission_file::Entity::find()
            .filter(submission_file::Column::SubmissionId.is_in(of.iter().copied()))
            .all(db)
            .await?
        {
            files.entry(row.submission_id).or_default().push(row);
        }
        for row in submission_value::Entity::find()
            .filter(submission_value::Column::SubmissionId.is_in(of))
            .all(db)
            .await?
        {
            values.entry(row.submission_id).or_default().push(row);
        }
        for revision in found {
            let is_told = told.0.remove(&revision.id).is_some_and(|told| {
                let row = as_json(&revision).unwrap_or_default();
                TOLD.iter().all(|column| {
                    !told.contains_key(*column)
                        || settled(told.get(*column)) == settled(row.get(*column))
                }) && told.contains_key("receipt")
            });
            if !is_told {
                faults.push(Wrong::Revision(revision.receipt.clone()));
            }
            let of = values.get(&revision.submission_id).map_or(&[][..], Vec::as_slice);
            let files = files.get(&revision.submission_id).map_or(&[][..], Vec::as_slice);
            faults.extend(values_of(&revision, (of, files), &codes)?);
            if faults.len() >= most {
                return Ok(faults);
            }
        }
    }
    let gone =
        told.0.into_values().filter_map(|told| Some(told.get("receipt")?.as_str()?.to_owned()));
    faults.extend(gone.map(Wrong::Gone));
    Ok(faults)
}

/// What is wrong with the values and files of a revision.
fn values_of(
    revision: &submission_revision::Model,
    (rows, files): (&[submission_value::Model], &[submission_file::Model]),
    codes: &Codes,
) -> Result<Vec<Wrong>, Error> {
    let mut faults = Vec::new();
    let mut cells = Cells::new();
    let number = revision.number;
    let holds =
        |first: i32, last: Option<i32>| first <= number && last.is_none_or(|last| last >= number);
    for row in rows.iter().filter(|row| holds(row.first_revision, row.last_revision)) {
        let cell = address(&row.cell)?;
        if !codes.fits(row, &cell) {
            faults.push(Wrong::Value(revision.receipt.clone(), row.cell.clone()));
        }
        cells.insert(cell, entry(row.clone()));
    }
    let files = files.iter().filter(|row| holds(row.first_revision, row.last_revision));
    let files = files.map(|row| {
        let code =
            |id: Uuid| codes.indicators.get(&id).map(|(code, ..)| code.clone()).unwrap_or_default();
        ((row.indicator_id.map(code), row.name.clone()), row.sha256.clone())
    });
    if content_hash(&cells, &files.collect::<Evidence>()) != revision.content_hash {
        faults.push(Wrong::Values(revision.receipt.clone()));
    }
    Ok(faults)
}
