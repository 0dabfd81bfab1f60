//! What a field of an input may hold: each type says how it is written in the schema and what is wrong with a value
//! that it cannot take. To add a kind of value: a type and its `Input`.

use std::marker::PhantomData;
use std::ops::Deref;

use chrono::{DateTime, NaiveDate, Utc};
use entity::Choice;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Input, InputField, InputObject, Reading, Tagged, any_row, row};
use crate::domain::admit;
use crate::domain::api_client::is_name;
use crate::domain::period::Period;
use crate::domain::quarter::Quarter;
use crate::domain::suggest;
use crate::error::Message;
use crate::read::forms::misfit;
use crate::read::model::Scalar;

/// Enums that stand in inputs.
macro_rules! enums {
    ($($ty:path),+ $(,)?) => {$(
        impl Input for $ty {
            fn ty() -> String {
                format!("{}!", Self::CHOICE.name)
            }

            fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self> {
                let given = given.unwrap_or_default();
                let read = serde_json::from_value(given.clone()).ok();
                if read.is_none() {
                    let message = misfit(Scalar::Choice(Self::CHOICE), &reading.place(), &given)
                        .filter(|_| !given.is_null());
                    reading.wrong("INVALID_CODE", message.unwrap_or_else(|| no_choice(Self::CHOICE, &given)));
                }
                read
            }
        }
    )+};
}

enums!(
    entity::api_client::RateTier,
    entity::effect::DeliveryStatus,
    entity::effect::EffectKind,
    entity::holiday::HolidayKind,
    entity::indicator::Aggregation,
    entity::indicator::Direction,
    entity::indicator::ValueType,
    entity::opinion_response::OpinionStance,
    entity::programme::RollRule,
    entity::recommendation::RecommendationSource,
    entity::recommendation_answer::Disposition,
    entity::recommendation_relation::RecommendationRelationKind,
    entity::submission_value::ValueState,
    entity::validation_rule::MissingStrategy,
    entity::validation_rule::Severity,
    entity::adoption_case::AdoptionStage,
    entity::adoption_case::ApplicationArea,
    entity::adoption_case::BusinessSize,
    entity::adoption_case::CaseStatus,
    entity::attendance::AttendanceStatus,
    entity::meeting::MeetingStatus,
    entity::adoption_case::Disclosure,
    entity::adoption_case::Technology,
    entity::adoption_case::Verification,
    entity::barrier::BarrierKind,
    entity::bill::BillResult,
    entity::bill::ProposerKind,
    entity::bill_event::BillStage,
    entity::outcome::OutcomeFamily,
    entity::agenda_item::AgendaOutcome,
    entity::appointment::AppointmentRole,
    entity::attendance::AttendanceRole,
    entity::attendance::AttendanceVisibility,
    entity::common::Basis,
    entity::common::Sector,
    entity::document::DocumentKind,
    entity::document::Licence,
    entity::contact_point::ContactHolder,
    entity::contact_point::ContactKind,
    entity::institution::InstitutionKind,
    entity::institution_identifier::IdentifierScheme,
    entity::institution_name::NameKind,
    entity::consideration::ConsiderationRole,
    entity::meeting::MeetingKind,
    entity::meeting::PressAccess,
    entity::policy_plan::PlanKind,
    entity::policy_plan::PlanStatus,
    entity::policy_task::TaskKind,
    entity::observation::ObservationKind,
);

/// Types of rows that inputs name, by the tag of their ids.
macro_rules! tagged {
    ($($entity:ident $tag:literal),+ $(,)?) => {$(
        impl Tagged for entity::$entity::Entity {
            const TAG: [u8; 2] = *$tag;
        }
    )+};
}

tagged!(
    adoption_case b"CA",
    agenda_item b"AI",
    api_client b"KL",
    appointment b"AP",
    bill b"BI",
    bill_event b"BE",
    citation b"CI",
    claim b"CL",
    conflict b"CF",
    contact_point b"CP",
    document b"DO",
    document_file b"DF",
    holiday b"HD",
    indicator b"IC",
    institution b"IN",
    meeting b"ME",
    membership b"MB",
    milestone b"ML",
    legislative_initiative b"LI",
    obligation b"OG",
    observation b"OB",
    opinion_invitation b"OV",
    opinion_round b"OR",
    person b"PE",
    policy_plan b"PP",
    policy_task b"PT",
    programme b"PG",
    provision b"PV",
    recommendation b"RE",
    recommendation_answer b"AN",
    statement b"ST",
    statistics_release b"SL",
    submission b"SB",
    submission_file b"SF",
    target b"TG",
    validation_rule b"VR",
    webhook b"WH",
);

/// What to say of a value that is none of an enum's; the schema tells of most before it comes here.
fn no_choice(choice: &Choice, given: &Value) -> Message {
    let codes = choice.values.iter().map(|value| value.code);
    let hint = suggest::among(given.as_str().unwrap_or_default(), codes);
    let (ko, en) = match given.is_null() {
        true => ("목록에 있는 코드여야 합니다.", "This must be a code of its list."),
        false => ("받을 수 없는 값입니다.", "This value cannot be taken."),
    };
    Message::new(format!("{ko}{}", hint.ko), format!("{en}{}", hint.en))
}

fn unreadable() -> Message {
    Message::new("받을 수 없는 값입니다.", "This value cannot be taken.")
}

/// Values that a function of their JSON gives.
macro_rules! leaf {
    ($ty:ty, $name:literal, $read:expr, $code:literal, $wrong:expr) => {
        impl Input for $ty {
            fn ty() -> String {
                concat!($name, "!").to_owned()
            }

            fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self> {
                let given = given.unwrap_or_default();
                let read: fn(&Value) -> Option<Self> = $read;
                let read = read(&given);
                if read.is_none() {
                    let wrong: fn(&str, &Value) -> Message = $wrong;
                    reading.wrong($code, wrong(&reading.place(), &given));
                }
                read
            }
        }
    };
}

fn scalar(scalar: Scalar, at: &str, given: &Value) -> Message {
    misfit(scalar, at, given).unwrap_or_else(unreadable)
}

leaf!(bool, "Boolean", Value::as_bool, "INVALID_VALUE", |at, given| {
    scalar(Scalar::Boolean, at, given)
});
leaf!(i32, "Int", |given| i32::try_from(given.as_i64()?).ok(), "INVALID_VALUE", |at, given| {
    scalar(Scalar::Int, at, given)
});
leaf!(String, "String", |given| given.as_str().map(str::to_owned), "INVALID_TEXT", |at, given| {
    scalar(Scalar::Text, at, given)
});
leaf!(
    NaiveDate,
    "Date",
    |given| match misfit(Scalar::Date, "", given) {
        None => given.as_str()?.parse().ok(),
        Some(_) => None,
    },
    "INVALID_DATE",
    |at, given| scalar(Scalar::Date, at, given)
);
leaf!(
    Quarter,
    "Quarter",
    |given| Quarter::written(given.as_str()?),
    "INVALID_QUARTER",
    |at, given| { scalar(Scalar::Quarter, at, given) }
);

leaf!(
    DateTime<Utc>,
    "DateTime",
    |given| admit::instant(given.as_str()?),
    "INVALID_DATE",
    |at, given| scalar(Scalar::DateTime, at, given)
);
leaf!(Period, "Period", |given| Period::written(given.as_str()?), "INVALID_PERIOD", |at, given| {
    scalar(Scalar::Period, at, given)
});

/// A file that came with the request, by its place among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upload(pub usize);

impl Upload {
    /// How a request refers to a file that came with it: its content is part of what makes the call this very one.
    pub fn reference(at: usize, sha256: &str, name: &str) -> Value {
        format!("{at}:{sha256}:{name}").into()
    }
}

leaf!(
    Upload,
    "Upload",
    // Where none came, none has that place either.
    |given| Some(Self(given.as_str()?.split(':').next()?.parse().unwrap_or(usize::MAX))),
    "UPLOAD_REQUIRED",
    |_, _| unreadable()
);

/// A day, a month or a year, as columns of such dates hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialDate(pub String);

leaf!(
    PartialDate,
    "PartialDate",
    |given| match misfit(Scalar::PartialDate, "", given) {
        None => given.as_str().map(|text| Self(text.to_owned())),
        Some(_) => None,
    },
    "INVALID_DATE",
    |at, given| scalar(Scalar::PartialDate, at, given)
);

/// An amount of won, 0 or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Won(pub i64);

leaf!(
    Won,
    "KRW",
    |given| {
        let won = given.as_i64().or_else(|| given.as_str()?.parse().ok())?;
        (won >= 0).then_some(Self(won))
    },
    "INVALID_VALUE",
    |at, given| {
        misfit(Scalar::Krw, at, given).unwrap_or_else(|| {
            Message::new("금액은 0원 이상이어야 합니다.", "An amount is 0 or more won.")
        })
    }
);

leaf!(f64, "Float", Value::as_f64, "INVALID_VALUE", |at, given| {
    scalar(Scalar::Float, at, given)
});

/// Texts of a kind.
macro_rules! text {
    ($(#[doc = $about:literal])+ $ty:ident, $code:literal, $take:expr, $ko:literal, $en:literal) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $ty(pub String);

        impl Input for $ty {
            fn ty() -> String {
                "String!".to_owned()
            }

            fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self> {
                let take: fn(&str) -> Option<&str> = $take;
                let taken = given.as_ref().and_then(Value::as_str).and_then(take);
                if taken.is_none() {
                    reading.wrong($code, Message::new($ko, $en));
                }
                Some(Self(taken.unwrap_or_default().to_owned()))
            }
        }

        impl Deref for $ty {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl From<$ty> for String {
            fn from(text: $ty) -> Self {
                text.0
            }
        }

        impl From<&str> for $ty {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

text! {
    /// A code that is made: 2 to 30 capital letters, digits and underscores, a letter first.
    Code, "INVALID_CODE",
    |text| {
        let fits = (2..=30).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        fits.then_some(text)
    },
    "코드는 영문 대문자로 시작하는 2~30자의 대문자·숫자·밑줄이어야 합니다.",
    "A code has 2 to 30 capital letters, digits and underscores, a letter first."
}

text! {
    /// A code under which something is on record: 2 to 40 capital letters, digits, `_` and `-`, a letter or digit first.
    RecordCode, "INVALID_CODE",
    |text| {
        let fits = (2..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_-".contains(&b));
        fits.then_some(text)
    },
    "코드는 2~40자의 영문 대문자·숫자·밑줄·붙임표이고 영문이나 숫자로 시작해야 합니다.",
    "A code has 2 to 40 capital letters, digits, underscores and hyphens, a letter or digit first."
}

text! {
    /// A name: one line of 1 to 100 characters.
    OneLine, "INVALID_NAME",
    |text| is_name(text).then_some(text.trim()),
    "1~100자의 한 줄이어야 합니다.",
    "One line of 1 to 100 characters."
}

text! {
    /// A title: one line of 1 to 300 characters.
    Title, "INVALID_NAME",
    |text| {
        let text = text.trim();
        let fits = (1..=300).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        fits.then_some(text)
    },
    "1~300자의 한 줄이어야 합니다.",
    "One line of 1 to 300 characters."
}

text! {
    /// The number of a bill: 2 to 40 capital letters, digits, `_` and `-`, a letter or digit first.
    BillNumber, "INVALID_CODE",
    |text| {
        let fits = (2..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_-".contains(&b));
        fits.then_some(text)
    },
    "의안번호는 2~40자의 영문 대문자·숫자·밑줄·붙임표이고 영문이나 숫자로 시작해야 합니다.",
    "A number has 2 to 40 capital letters, digits, underscores and hyphens, a letter or digit first."
}

text! {
    /// The name of a file: one line of 1 to 150 characters with an extension, without a folder.
    FileName, "INVALID_NAME",
    |text| {
        let text = text.trim();
        // Neither a folder nor a sign that is not seen, turns the reading direction and so hides the extension.
        let is_odd = |c: char| {
            c.is_control()
                || matches!(c, '/' | '\\' | '\u{ad}' | '\u{61c}' | '\u{feff}')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        };
        let fits = (1..=150).contains(&text.chars().count())
            && !text.starts_with('.')
            && !text.chars().any(is_odd);
        fits.then_some(text)
    },
    "파일 이름은 확장자를 포함해 한 줄 150자까지입니다. 점으로 시작하거나 /, \\, 보이지 않는 글자를 쓸 수 없습니다.",
    "The name of a file is one line of at most 150 characters with its extension; it does not begin with a point and holds no /, \\ or sign that is not seen."
}

text! {
    /// Languages by their tags (BCP 47), separated by spaces, such as `ko en`.
    Languages, "INVALID_LANGUAGE",
    |text| {
        let text = text.trim();
        let is_tag = |tag: &str| {
            let mut parts = tag.split('-');
            let first = parts.next().unwrap_or_default();
            (2..=3).contains(&first.len())
                && first.bytes().all(|b| b.is_ascii_lowercase())
                && parts.all(|part| {
                    (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
                })
        };
        (text.len() <= 60 && text.split(' ').all(is_tag)).then_some(text)
    },
    "언어는 BCP 47 표기로 적고 여럿이면 빈칸으로 나눕니다(예: ko en).",
    "Languages are tags of BCP 47, separated by spaces, such as `ko en`."
}

text! {
    /// A free text of 1 to 2,000 characters.
    Prose, "INVALID_TEXT",
    |text| {
        let text = text.trim();
        let fits = (1..=2000).contains(&text.chars().count())
            && !text.chars().any(|c| c.is_control() && c != '\n');
        fits.then_some(text)
    },
    "1~2,000자로 적어 주십시오.",
    "Write 1 to 2,000 characters."
}

text! {
    /// The address of a page: `http://` or `https://`, 300 characters at most.
    WebAddress, "INVALID_ADDRESS",
    |text| {
        let text = text.trim();
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let host = rest.split(['/', '?', '#', ':']).next()?;
        let fits = text.chars().count() <= 300
            && host.contains('.')
            && !host.starts_with('.')
            && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"`".contains(c));
        fits.then_some(text)
    },
    "https://로 시작하는 300자 이하의 누리집 주소여야 합니다.",
    "The address of a page begins with https:// and has 300 characters at most."
}

text! {
    /// A long text of 1 to 20,000 characters.
    Page, "INVALID_TEXT",
    |text| {
        let text = text.trim();
        let fits = (1..=20_000).contains(&text.chars().count())
            && !text.chars().any(|c| c.is_control() && c != '\n');
        fits.then_some(text)
    },
    "1~20,000자로 적어 주십시오.",
    "Write 1 to 20,000 characters."
}

/// A text in Korean, and in English if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Localized<T> {
    /// Korean.
    pub ko: T,
    /// English.
    pub en: Option<T>,
}

impl<T: Into<String>> Localized<T> {
    /// Both texts, as columns hold them.
    pub fn texts(self) -> (String, Option<String>) {
        (self.ko.into(), self.en.map(Into::into))
    }
}

/// Both texts of what may be left out, as columns hold them.
pub fn texts<T: Into<String>>(text: Option<Localized<T>>) -> (Option<String>, Option<String>) {
    text.map_or((None, None), |text| {
        let (ko, en) = text.texts();
        (Some(ko), en)
    })
}

const LOCALIZED: &InputObject = &InputObject {
    name: "LocalizedTextInput",
    description: "다국어 문자열. A text in Korean, and in English if there is one.",
    fields: &[&[
        InputField {
            name: "ko", ty: String::ty, description: "국문. Korean text.", default: None
        },
        InputField {
            name: "en",
            ty: Option::<String>::ty,
            description: "영문. English text.",
            default: None,
        },
    ]],
};

impl<T: Input> Input for Localized<T> {
    fn ty() -> String {
        "LocalizedTextInput!".to_owned()
    }

    fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self> {
        let mut given = match given {
            Some(Value::Object(given)) => given,
            _ => Map::new(),
        };
        let ko = given.remove("ko");
        let ko = reading.within("ko".to_owned(), |reading| T::read(ko, reading));
        let en = given.remove("en");
        let en = reading.within("en".to_owned(), |reading| Option::<T>::read(en, reading));
        Some(Self { ko: ko?, en: en? })
    }

    fn objects(all: &mut Vec<&'static InputObject>) {
        all.push(LOCALIZED);
    }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within<const MIN: i32, const MAX: i32>(pub i32);

/// What to say of a number that is not from `min` to `max`.
pub fn out_of_range(min: i32, max: i32) -> Message {
    Message::new(format!("{min}~{max} 사이여야 합니다."), format!("It must be {min} to {max}."))
}

impl<const MIN: i32, const MAX: i32> Input for Within<MIN, MAX> {
    fn ty() -> String {
        i32::ty()
    }

    fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self> {
        let number = i32::read(given, reading)?;
        if !(MIN..=MAX).contains(&number) {
            reading.wrong("OUT_OF_RANGE", out_of_range(MIN, MAX));
        }
        Some(Self(number))
    }
}

/// The row of a type.
#[derive(Debug, Clone, Copy)]
pub struct Id<R>(pub Uuid, PhantomData<fn() -> R>);

impl<R> From<Uuid> for Id<R> {
    fn from(key: Uuid) -> Self {
        Self(key, PhantomData)
    }
}

impl<R: Tagged> Input for Id<R> {
    fn ty() -> String {
        "ID!".to_owned()
    }

    fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self> {
        row(R::TAG, given.as_ref(), reading).map(Self::from)
    }
}

/// The row of any type: the tag of its type, and its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyId(pub [u8; 2], pub Uuid);

impl Input for AnyId {
    fn ty() -> String {
        "ID!".to_owned()
    }

    fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self> {
        any_row(given.as_ref(), reading).map(|(tag, key)| Self(tag, key))
    }
}

impl<T: Input> Input for Option<T> {
    fn ty() -> String {
        T::ty().trim_end_matches('!').to_owned()
    }

    fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self> {
        match given {
            None | Some(Value::Null) => Some(None),
            given => T::read(given, reading).map(Some),
        }
    }

    fn objects(all: &mut Vec<&'static InputObject>) {
        T::objects(all);
    }
}

/// What becomes of something that is there and may be none: it stays if it is left out, null clears it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T> {
    /// Leave it.
    Keep,
    /// Clear it.
    Clear,
    /// Replace it.
    Set(T),
}

impl<T> Change<T> {
    /// What is there after it: none to leave it as it is.
    pub fn into_new(self) -> Option<Option<T>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(None),
            Self::Set(new) => Some(Some(new)),
        }
    }

    /// What is there after it, where `known` is now.
    pub fn over(self, known: Option<T>) -> Option<T> {
        self.into_new().unwrap_or(known)
    }
}

/// What a new row is told is set; the rest is as it would be.
impl<T> From<Option<T>> for Change<T> {
    fn from(given: Option<T>) -> Self {
        given.map_or(Self::Keep, Self::Set)
    }
}

impl<T: Input> Input for Change<T> {
    fn ty() -> String {
        Option::<T>::ty()
    }

    fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self> {
        match given {
            None => Some(Self::Keep),
            Some(Value::Null) => Some(Self::Clear),
            given => T::read(given, reading).map(Self::Set),
        }
    }

    fn objects(all: &mut Vec<&'static InputObject>) {
        T::objects(all);
    }
}

/// `MIN` to `MAX` items.
#[derive(Debug, Clone)]
pub struct List<T, const MIN: usize, const MAX: usize>(pub Vec<T>);

impl<T, const MIN: usize, const MAX: usize> Deref for List<T, MIN, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> From<Vec<T>> for List<T, MIN, MAX> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T, const MIN: usize, const MAX: usize> Default for List<T, MIN, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Input, const MIN: usize, const MAX: usize> Input for List<T, MIN, MAX> {
    fn ty() -> String {
        format!("[{}]!", T::ty())
    }

    fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self> {
        let items = match given {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        if !(MIN..=MAX).contains(&items.len()) {
            let message = match MIN {
                0 => Message::new(format!("{MAX}건까지입니다."), format!("At most {MAX}.")),
                _ => Message::new(
                    format!("{MIN}~{MAX}건이어야 합니다."),
                    format!("Give {MIN} to {MAX}."),
                ),
            };
            // What is in a list that is too long is not looked at.
            reading.wrong("WRONG_NUMBER", message);
            return Some(Self(Vec::new()));
        }
        let mut read = Some(Vec::with_capacity(items.len()));
        for (at, item) in items.into_iter().enumerate() {
            let item = reading.within(at.to_string(), |reading| T::read(Some(item), reading));
            read = read.zip(item).map(|(mut read, item)| {
                read.push(item);
                read
            });
        }
        read.map(Self)
    }

    fn objects(all: &mut Vec<&'static InputObject>) {
        T::objects(all);
    }
}
