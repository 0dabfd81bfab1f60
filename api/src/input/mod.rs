//! What mutations take. An input declared here is three things at once: the input object of the schema with its
//! descriptions and defaults, the Rust value that a rule is given, and the reader between them, which tells
//! **every** fault of a call at its path, before anything is looked up.
//!
//! To add an input: `input! { mutation CreateThing { … } }` in the service's file of its rule, or with `on` the row that
//! it is about, which brings `id` and `expectedVersion`; every mutation has its `idempotencyKey`. Objects within it are
//! `input! { object ThingPart { … } }`. What a field may hold is its type's business ([`types`]): a new kind of value is
//! a type there.

pub mod types;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::domain::{canonical, suggest};
use crate::error::{Error, Message, UserError};
use crate::read::global_id;

/// A field of an input object.
#[derive(Debug, Clone, Copy)]
pub struct InputField {
    /// Name as in Rust; the schema shows it in camel case.
    pub name: &'static str,
    /// Type as written in the schema.
    pub ty: fn() -> String,
    /// Description.
    pub description: &'static str,
    /// Default as written in the schema.
    pub default: Option<&'static str>,
}

/// An input object.
#[derive(Debug, Clone, Copy)]
pub struct InputObject {
    /// Name in the schema.
    pub name: &'static str,
    /// Description.
    pub description: &'static str,
    /// Fields that it begins with, its own, and those that it ends with.
    pub fields: &'static [&'static [InputField]],
}

impl InputObject {
    /// Every field in the order of the schema.
    pub fn fields(&self) -> impl Iterator<Item = &'static InputField> {
        self.fields.iter().copied().flatten()
    }
}

/// What an input, or a field of one, may hold.
pub trait Input: Sized {
    /// Type as written in the schema.
    fn ty() -> String;

    /// Reads a value whose shape the schema has checked; faults are told at their paths, and nothing stops at the
    /// first. What a rule can do without, such as a text that is too long, is read as empty beside its fault, so that the
    /// rule tells what else is wrong; what it cannot do without, such as a date, is not read at all.
    fn read(given: Option<Value>, reading: &mut Reading) -> Option<Self>;

    /// The input objects that it is made of.
    fn objects(_: &mut Vec<&'static InputObject>) {}
}

/// The input of a mutation: what the schema calls it, its payload and its field follows from the name of the type.
pub trait MutationInput: Input {
    /// The mutation's field, which is also the action's name in the audit.
    const FIELD: &'static str;
    /// Name of the payload.
    const PAYLOAD: &'static str;
    /// The input object.
    const OBJECT: &'static InputObject;

    /// The call.
    fn call(&mut self) -> &mut Call;
}

/// A type of rows whose global ids bear a tag.
pub trait Tagged {
    /// The tag.
    const TAG: [u8; 2];
}

/// A reading in progress: where it is, and what was wrong so far.
#[derive(Debug, Default)]
pub struct Reading {
    path: Vec<String>,
    errors: Vec<UserError>,
}

impl Reading {
    /// Goes on at a step of the path.
    pub fn within<T>(&mut self, step: String, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let read = read(self);
        self.path.pop();
        read
    }

    /// Where it is, as it is written in a message.
    pub fn place(&self) -> String {
        self.path.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join(".")
    }

    /// Tells what is wrong here.
    pub fn wrong(&mut self, code: &'static str, message: Message) {
        self.errors.push(UserError { code, path: self.path.clone(), message });
    }
}

/// Reads the whole input of a mutation. What is wrong with it without keeping its rule from being asked stands in its
/// call: nothing of it can be written ([`crate::service::write::Write::commit`]).
///
/// # Errors
/// User errors: everything that is wrong with it.
pub fn read<I: MutationInput>(given: Value) -> Result<I, Error> {
    let mut reading = Reading::default();
    let read = reading.within("input".to_owned(), |reading| I::read(Some(given), reading));
    let Some(mut read) = read else { return Err(Error::User(reading.errors)) };
    read.call().faults = reading.errors;
    Ok(read)
}

/// Reads an object that is no whole input of a mutation.
///
/// # Errors
/// User errors: everything that is wrong with it.
pub fn object<T: Input>(given: Value) -> Result<T, Error> {
    let mut reading = Reading::default();
    let read = reading.within("input".to_owned(), |reading| T::read(Some(given), reading));
    read.filter(|_| reading.errors.is_empty()).ok_or(Error::User(reading.errors))
}

/// Reads one text that did not come in an input, such as an argument of the command line.
///
/// # Errors
/// User error.
pub fn one<T: Input>(field: &str, text: String) -> Result<T, Error> {
    let mut reading = Reading::default();
    let read = reading.within("input".to_owned(), |reading| {
        reading.within(field.to_owned(), |reading| T::read(Some(text.into()), reading))
    });
    let sound = read.filter(|_| reading.errors.is_empty());
    sound.ok_or_else(|| {
        let named = |mut error: UserError| {
            let Message { ko, en } = error.message;
            error.message = Message::new(format!("`{field}`: {ko}"), format!("{field}: {en}"));
            error
        };
        Error::User(reading.errors.into_iter().map(named).collect())
    })
}

/// One call of a mutation: what it is about, the version that the caller saw, and what makes it this very call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The action, by the name of its mutation.
    pub action: &'static str,
    /// The row that it is about; nil where it makes one.
    pub id: Uuid,
    /// Version that the caller saw.
    pub version: i32,
    /// The caller's idempotency key.
    pub key: String,
    /// Hash of what was asked for, without key and version.
    pub digest: String,
    /// What is wrong with how the input is written.
    pub faults: Vec<UserError>,
}

/// Fields of every input that is about a row.
pub const ON: &[InputField] = &[
    InputField {
        name: "id",
        ty: || "ID!".to_owned(),
        description: "식별자. Global id.",
        default: None,
    },
    InputField {
        name: "expected_version",
        ty: || "Int!".to_owned(),
        description: "판. The `version` you read; CONFLICT if somebody has written since.",
        default: None,
    },
];

/// The field of every mutation's input.
pub const KEY: &[InputField] = &[InputField {
    name: "idempotency_key",
    ty: || "String!".to_owned(),
    description: "멱등 키. Your own text, 8 to 100 characters, such as a UUID: a call repeated with it is done once.",
    default: None,
}];

impl Call {
    /// A call of a mutation that is made here, not by a caller's document.
    pub fn of<I: MutationInput>(on: (Uuid, i32), key: impl Into<String>) -> Self {
        Self::made(I::FIELD, on, key, &Value::String(on.0.to_string()))
    }

    /// A call of an action with what was asked for.
    pub fn made(
        action: &'static str,
        on: (Uuid, i32),
        key: impl Into<String>,
        content: &Value,
    ) -> Self {
        let digest = canonical::digest(&canonical::json(&serde_json::json!([action, content])));
        Self { action, id: on.0, version: on.1, key: key.into(), digest, faults: Vec::new() }
    }

    /// Whether anything may be written for the call; what is wrong with it is told where it was read.
    ///
    /// # Errors
    /// User errors, none of them told twice.
    pub fn sound(&self) -> Result<(), Error> {
        if self.faults.is_empty() { Ok(()) } else { Err(Error::User(Vec::new())) }
    }

    /// Takes what every input has out of it.
    pub fn read(
        action: &'static str,
        tag: Option<[u8; 2]>,
        given: &mut Map<String, Value>,
        reading: &mut Reading,
    ) -> Option<Self> {
        let key = given.remove("idempotencyKey");
        // Where the input names no row, the version is a field of its own.
        let version = tag.and_then(|_| given.remove("expectedVersion")?.as_i64());
        let mut content = given.clone();
        content.remove("expectedVersion");
        content.retain(|_, value| !value.is_null());
        let made = Self::made(action, (Uuid::nil(), 0), "", &Value::Object(content));
        let key = reading.within("idempotencyKey".to_owned(), |reading| {
            let key = key.as_ref().and_then(Value::as_str).unwrap_or_default();
            let fits =
                (8..=100).contains(&key.chars().count()) && !key.chars().any(char::is_control);
            if !fits {
                let (ko, en) = (
                    "멱등 키는 8~100자여야 합니다. 예: UUID",
                    "An idempotency key has 8 to 100 characters, e.g. a UUID.",
                );
                reading.wrong("INVALID_KEY", Message::new(ko, en));
            }
            fits.then(|| key.to_owned())
        });
        let id = match tag {
            None => Some(Uuid::nil()),
            Some(tag) => {
                let id = given.remove("id");
                reading.within("id".to_owned(), |reading| row(tag, id.as_ref(), reading))
            }
        };
        let version = i32::try_from(version.unwrap_or_default()).unwrap_or_default();
        Some(Self { id: id?, version, key: key?, ..made })
    }
}

/// The key of a row of the type with the tag, out of its global id.
fn row(tag: [u8; 2], id: Option<&Value>, reading: &mut Reading) -> Option<Uuid> {
    let (found, key) = any_row(id, reading)?;
    if found != tag {
        let message =
            Message::new("이 유형의 식별자가 아닙니다.", "This is not an id of this type.");
        reading.wrong("NOT_AN_ID", message);
        return None;
    }
    Some(key)
}

/// The tag and the key of a row of any type, out of its global id.
fn any_row(id: Option<&Value>, reading: &mut Reading) -> Option<([u8; 2], Uuid)> {
    let found = id.and_then(Value::as_str).and_then(global_id::decode);
    if found.is_none() {
        let at = reading.place();
        let message = Message::new(
            format!("`{at}`: 식별자(id)가 아닙니다. 이 API가 알려 준 id를 그대로 써 주십시오."),
            format!("`{at}` is not an id: use one that this API has told, as it is."),
        );
        reading.wrong("NOT_AN_ID", message);
    }
    found
}

/// A default as the schema writes it; null stands for it as well. Codes are written without quotes there.
pub fn default(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// A name as the schema writes it.
pub fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut starts = false;
    for c in name.chars() {
        match c {
            '_' => starts = true,
            c if starts => {
                camel.push(c.to_ascii_uppercase());
                starts = false;
            }
            c => camel.push(c),
        }
    }
    camel
}

/// The name of a type as that of a field.
pub const fn lowered<const N: usize>(name: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let mut at = 0;
    while at < N {
        bytes[at] = name.as_bytes()[at];
        at += 1;
    }
    bytes[0] = bytes[0].to_ascii_lowercase();
    bytes
}

/// Declares an input: see the module.
#[macro_export]
macro_rules! input {
    (
        $(#[doc = $about:literal])+
        mutation $name:ident $(on $row:ty)? {
            $( $(#[doc = $text:literal])+ $field:ident: $ty:ty $(= $default:literal)?, )*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone)]
        pub struct $name {
            /// The call.
            pub call: $crate::input::Call,
            $( $(#[doc = $text])+ pub $field: $ty, )*
        }

        impl $crate::input::MutationInput for $name {
            const FIELD: &'static str = {
                const BYTES: [u8; stringify!($name).len()] =
                    $crate::input::lowered(stringify!($name));
                match ::std::str::from_utf8(&BYTES) {
                    Ok(text) => text,
                    Err(_) => "",
                }
            };
            const PAYLOAD: &'static str = concat!(stringify!($name), "Payload");

            fn call(&mut self) -> &mut $crate::input::Call {
                &mut self.call
            }

            const OBJECT: &'static $crate::input::InputObject = &$crate::input::InputObject {
                name: concat!(stringify!($name), "Input"),
                description: concat!($($about),+),
                fields: &[
                    $( $crate::input!(@ on $row), )?
                    &[$( $crate::input!(@ field $field, $ty, concat!($($text),+) $(, $default)?), )*],
                    $crate::input::KEY,
                ],
            };
        }

        impl $crate::input::Input for $name {
            fn ty() -> String {
                concat!(stringify!($name), "Input!").to_owned()
            }

            fn read(
                given: Option<::serde_json::Value>,
                reading: &mut $crate::input::Reading,
            ) -> Option<Self> {
                let mut given = match given {
                    Some(::serde_json::Value::Object(given)) => given,
                    _ => ::serde_json::Map::new(),
                };
                #[allow(unused_mut, unused_assignments)]
                let mut tag = None;
                $( tag = Some(<$row as $crate::input::Tagged>::TAG); )?
                let action = <Self as $crate::input::MutationInput>::FIELD;
                let call = $crate::input::Call::read(action, tag, &mut given, reading);
                $( let $field = $crate::input!(@ read $field, $ty, given, reading $(, $default)?); )*
                Some(Self { call: call?, $( $field: $field?, )* })
            }

            fn objects(all: &mut Vec<&'static $crate::input::InputObject>) {
                all.push(<Self as $crate::input::MutationInput>::OBJECT);
                $( <$ty as $crate::input::Input>::objects(all); )*
            }
        }
    };
    (
        $(#[doc = $about:literal])+
        object $name:ident {
            $( $(#[doc = $text:literal])+ $field:ident: $ty:ty $(= $default:literal)?, )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone)]
        pub struct $name {
            $( $(#[doc = $text])+ pub $field: $ty, )+
        }

        impl $crate::input::Input for $name {
            fn ty() -> String {
                concat!(stringify!($name), "Input!").to_owned()
            }

            fn read(
                given: Option<::serde_json::Value>,
                reading: &mut $crate::input::Reading,
            ) -> Option<Self> {
                let mut given = match given {
                    Some(::serde_json::Value::Object(given)) => given,
                    _ => ::serde_json::Map::new(),
                };
                $( let $field = $crate::input!(@ read $field, $ty, given, reading $(, $default)?); )+
                Some(Self { $( $field: $field?, )+ })
            }

            fn objects(all: &mut Vec<&'static $crate::input::InputObject>) {
                const OBJECT: &$crate::input::InputObject = &$crate::input::InputObject {
                    name: concat!(stringify!($name), "Input"),
                    description: concat!($($about),+),
                    fields: &[
                        &[$( $crate::input!(@ field $field, $ty, concat!($($text),+) $(, $default)?), )+],
                    ],
                };
                all.push(OBJECT);
                $( <$ty as $crate::input::Input>::objects(all); )+
            }
        }
    };
    (@ on $row:ty) => { $crate::input::ON };
    (@ field $field:ident, $ty:ty, $text:expr) => {
        $crate::input::InputField {
            name: stringify!($field),
            ty: <$ty as $crate::input::Input>::ty,
            description: $text,
            default: None,
        }
    };
    (@ field $field:ident, $ty:ty, $text:expr, $default:literal) => {
        $crate::input::InputField {
            name: stringify!($field),
            ty: <Option<$ty> as $crate::input::Input>::ty,
            description: $text,
            default: Some($default),
        }
    };
    (@ read $field:ident, $ty:ty, $given:ident, $reading:ident, $default:literal) => {{
        let name = $crate::input::camel(stringify!($field));
        let value = $given.remove(&name).filter(|value| !value.is_null());
        let value = value.or_else(|| Some($crate::input::default($default)));
        $reading.within(name, |reading| <$ty as $crate::input::Input>::read(value, reading))
    }};
    (@ read $field:ident, $ty:ty, $given:ident, $reading:ident) => {{
        let name = $crate::input::camel(stringify!($field));
        let value = $given.remove(&name);
        $reading.within(name, |reading| <$ty as $crate::input::Input>::read(value, reading))
    }};
}

/// What is wrong with an input beside how it is written: found by a rule, one after the other, and told together.
#[derive(Debug, Default)]
pub struct InputErrors(pub Vec<UserError>);

impl InputErrors {
    /// One more, at a field of the input.
    pub fn add(
        &mut self,
        field: &str,
        code: &'static str,
        ko: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.0.push(UserError::at(field, code, ko, en));
    }

    /// A number that must be in a range that depends on other fields.
    pub fn within(&mut self, field: &str, number: i32, range: std::ops::RangeInclusive<i32>) {
        if !range.contains(&number) {
            let message = types::out_of_range(*range.start(), *range.end());
            self.add(field, "OUT_OF_RANGE", message.ko, message.en);
        }
    }

    /// What was kept, if nothing else is wrong either.
    ///
    /// # Errors
    /// User errors.
    pub fn sure<T>(self, kept: Option<T>) -> Result<T, Error> {
        match kept {
            Some(kept) if self.0.is_empty() => Ok(kept),
            _ => Err(Error::User(self.0)),
        }
    }

    /// Goes on if nothing is wrong.
    ///
    /// # Errors
    /// User errors.
    pub fn settle(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::User(self.0)) }
    }

    /// What was read, or what is wrong with it, to be told with the rest.
    ///
    /// # Errors
    /// Those that nobody can put right in the input.
    pub fn keep<T>(&mut self, read: Result<T, Error>) -> Result<Option<T>, Error> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(Error::User(wrong)) => {
                self.0.extend(wrong);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// A code that names nothing, with the ones that do.
pub fn unknown<'c>(
    field: &str,
    text: (&str, &str),
    given: &str,
    known: impl Iterator<Item = &'c str>,
) -> UserError {
    let hint = suggest::among(given, known);
    let [ko, en] =
        [(text.0, hint.ko), (text.1, hint.en)].map(|(text, hint)| format!("{text}{hint}"));
    UserError::at(field, "UNKNOWN", ko, en)
}

/// What is there already.
pub fn taken(field: &str) -> Error {
    Error::User(vec![UserError::at(field, "TAKEN", "이미 있습니다.", "There is one already.")])
}
