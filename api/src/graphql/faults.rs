//! What is wrong with a document or its variables, in Korean and in English, with what could have been meant.
//!
//! The validator finds the faults of documents and tells them in English, names in backticks; here each kind
//! has its Korean sentence. Variables are looked at here, before they are coerced.

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use serde_json::Value;

use crate::domain::suggest;
use crate::domain::text::Text;
use crate::error::{Error, Message};

/// Names that stand in backticks.
fn names(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The schema as it is told to a caller: who is not told it learns nothing of it from hints.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// Whether names that could have been meant are told.
    pub hints: bool,
}

impl Told<'_> {
    fn among<'n>(self, given: &str, names: impl Iterator<Item = &'n str>) -> Text {
        if self.hints { suggest::among(given, names) } else { Text::new("", "") }
    }
}

/// The sentence of a fault of the kind that the validator names.
pub fn message(told: Told<'_>, kind: Option<&str>, text: &str) -> Message {
    let names = names(text);
    let name = |at: usize| names.get(at).copied().unwrap_or_default();
    let (a, b) = (name(0), name(1));
    let kind = kind.unwrap_or_default();
    let hint = hint(told, kind, &names, text);
    let ko = match kind {
        "UndefinedField" => format!("`{a}` 유형에 `{b}` 필드가 없습니다."),
        "UndefinedArgument" => format!("`{b}`에 `{a}` 인수가 없습니다."),
        "UndefinedInputValue" => format!("입력 유형 `{b}`에 `{a}` 항목이 없습니다."),
        "UndefinedEnumValue" => format!("열거형 `{b}`에 `{a}` 값이 없습니다."),
        "UndefinedDefinition" => format!("`{a}` 유형이 없습니다."),
        "UndefinedDirective" => format!("`{a}` 지시어가 없습니다."),
        "UndefinedVariable" => format!("변수 `{a}` 선언이 없습니다."),
        "UndefinedFragment" => format!("`{a}` 프래그먼트가 없습니다."),
        "UndefinedRootOperation" => format!("스키마에 `{a}` 작업이 없습니다."),
        "UndefinedTypeInNamedFragmentTypeCondition" => {
            format!("`{b}` 프래그먼트의 조건인 `{a}` 유형이 없습니다.")
        }
        "UndefinedTypeInInlineFragmentTypeCondition" => {
            format!("인라인 프래그먼트의 조건인 `{a}` 유형이 없습니다.")
        }
        "RequiredArgument" => format!("필수 인수 `{a}` 값이 없습니다."),
        "RequiredField" => format!("필수 항목 `{a}` 값이 없습니다."),
        "UniqueVariable" => format!("변수 `{a}` 선언이 두 번 있습니다."),
        "UniqueArgument" => format!("`{a}` 인수가 두 번 있습니다."),
        "UniqueInputValue" => format!("`{a}` 항목이 두 번 있습니다."),
        "UniqueDirective" => "같은 자리에 같은 지시어가 두 번 있습니다.".to_owned(),
        "UnsupportedLocation" => "이 자리에 쓸 수 없는 지시어가 있습니다.".to_owned(),
        "UnsupportedValueType" => {
            let (ty, found) = expected(text);
            format!("`{ty}` 유형의 값이 와야 하는 자리에 {} 있습니다.", korean(found))
        }
        "IntCoercionError" => "Int 값은 32비트 정수여야 합니다.".to_owned(),
        "FloatCoercionError" => "Float 값은 유한한 64비트 실수여야 합니다.".to_owned(),
        "MissingSubselection" => "객체 유형의 필드에는 하위 필드를 { }로 골라야 합니다.".to_owned(),
        "SubselectionOnScalarType" | "SubselectionOnEnumType" => {
            format!("`{a}` 유형의 필드에는 하위 필드가 없습니다.")
        }
        "InvalidFragmentTarget" => {
            "프래그먼트의 조건은 객체, 인터페이스, 유니언 유형이어야 합니다.".to_owned()
        }
        "InvalidFragmentSpread" => format!(
            "조건이 `{}` 유형인 프래그먼트는 `{}` 유형에 쓸 수 없습니다.",
            names.iter().rev().nth(1).unwrap_or(&""),
            names.last().unwrap_or(&"")
        ),
        "UnusedFragment" => format!("`{a}` 프래그먼트가 쓰이지 않았습니다."),
        "UnusedVariable" => format!("변수 `{a}` 선언이 쓰이지 않았습니다."),
        "VariableInputType" => format!("변수 `{a}`의 유형은 입력 유형이어야 합니다."),
        "DisallowedVariableUsage" => format!(
            "`{b}` 유형의 변수 `{a}` 값은 `{}` 유형의 인수 `{}` 자리에 쓸 수 없습니다.",
            name(3),
            name(2)
        ),
        "RecursiveFragmentDefinition" => {
            format!("`{a}` 프래그먼트가 자기 자신을 가리킵니다.")
        }
        "RecursionError" | "RecursionLimitError" => "질의가 너무 깊습니다.".to_owned(),
        "OperationNameCollision" => format!("`{a}` 작업이 두 번 있습니다."),
        "FragmentNameCollision" => format!("`{a}` 프래그먼트가 두 번 있습니다."),
        "AmbiguousAnonymousOperation" => {
            "작업이 여러 개이면 이름 없는 작업을 둘 수 없습니다.".to_owned()
        }
        "TypeSystemDefinition" => "질의에는 유형 정의를 둘 수 없습니다.".to_owned(),
        "SubscriptionUsesMultipleFields" => "구독은 최상위 필드를 하나만 고릅니다.".to_owned(),
        "SubscriptionUsesIntrospection" => {
            "구독의 최상위에서는 인트로스펙션 필드를 고를 수 없습니다.".to_owned()
        }
        "SubscriptionUsesConditionalSelection" => {
            "구독의 최상위 필드에는 @skip과 @include를 쓸 수 없습니다.".to_owned()
        }
        "ConflictingFieldType" | "ConflictingFieldName" | "ConflictingFieldArgument" => {
            format!(
                "응답 이름 `{a}` 하나로 서로 다른 필드나 인수를 고를 수 없습니다. 별칭을 붙여 주십시오."
            )
        }
        _ => "질의가 스키마와 맞지 않습니다.".to_owned(),
    };
    let en = sentence(text);
    Message::new(format!("{ko}{}", hint.ko), format!("{en}{}", hint.en))
}

/// A sentence begins with a capital and ends with a full stop.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// Type and value out of "expected value of type T, found V".
fn expected(text: &str) -> (&str, &str) {
    text.strip_prefix("expected value of type ")
        .and_then(|rest| rest.split_once(", found "))
        .unwrap_or_default()
}

/// What a value is, as the subject of a sentence.
fn korean(found: &str) -> &'static str {
    match found {
        "null" => "null이",
        "an enum" => "열거형 값이",
        "a variable" => "변수가",
        "a string" => "문자열이",
        "a float" => "실수가",
        "an integer" => "정수가",
        "a boolean" => "참·거짓 값이",
        "a list" => "목록이",
        "an input object" => "입력 객체가",
        _ => "다른 값이",
    }
}

/// What could have been meant.
fn hint(told: Told<'_>, kind: &str, names: &[&str], text: &str) -> Text {
    let schema = told.schema;
    let name = |at: usize| names.get(at).copied().unwrap_or_default();
    match kind {
        "UndefinedField" => told.among(name(1), fields(schema, name(0)).into_iter()),
        "UndefinedArgument" => told.among(name(0), arguments(schema, name(1)).into_iter()),
        "UndefinedInputValue" | "UndefinedEnumValue" => {
            told.among(name(0), fields(schema, name(1)).into_iter())
        }
        "UndefinedDefinition"
        | "UndefinedTypeInNamedFragmentTypeCondition"
        | "UndefinedTypeInInlineFragmentTypeCondition" => {
            told.among(name(0), schema.types.keys().map(|name| name.as_str()))
        }
        "UndefinedDirective" => told.among(
            name(0).trim_start_matches('@'),
            schema.directive_definitions.keys().map(|name| name.as_str()),
        ),
        // A text in the place of a code.
        "UnsupportedValueType" => match expected(text).0.trim_matches(['[', ']', '!']) {
            ty if matches!(schema.types.get(ty), Some(ExtendedType::Enum(_))) => {
                told.among("", fields(schema, ty).into_iter())
            }
            _ => Text::new("", ""),
        },
        _ => Text::new("", ""),
    }
}

/// Names of the fields of an object or input type, or of the values of an enum.
fn fields<'a>(schema: &'a Schema, ty: &str) -> Vec<&'a str> {
    match schema.types.get(ty) {
        Some(ExtendedType::Object(of)) => of.fields.keys().map(|name| name.as_str()).collect(),
        Some(ExtendedType::Interface(of)) => of.fields.keys().map(|name| name.as_str()).collect(),
        Some(ExtendedType::InputObject(of)) => of.fields.keys().map(|name| name.as_str()).collect(),
        Some(ExtendedType::Enum(of)) => of.values.keys().map(|name| name.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// Names of the arguments of `Type.field`.
fn arguments<'a>(schema: &'a Schema, coordinate: &str) -> Vec<&'a str> {
    let Some((ty, field)) = coordinate.split_once('.') else { return Vec::new() };
    let field = match schema.types.get(ty) {
        Some(ExtendedType::Object(of)) => of.fields.get(field),
        Some(ExtendedType::Interface(of)) => of.fields.get(field),
        _ => None,
    };
    field.into_iter().flat_map(|field| &field.arguments).map(|of| of.name.as_str()).collect()
}

/// Looks at the value of a variable.
///
/// # Errors
/// Input, with the path of the first value that cannot stand.
pub fn variable(told: Told<'_>, name: &str, ty: &Type, value: &Value) -> Result<(), Error> {
    look(told, ty, value, &mut vec![format!("${name}")])
}

/// The error of a variable that has no value and no default.
pub fn missing_variable(name: &str, ty: &Type) -> Error {
    fault(
        &[format!("${name}")],
        &format!("값이 필요합니다(유형 `{ty}`)."),
        &format!("a value of type `{ty}` is required."),
    )
}

fn fault(path: &[String], ko: &str, en: &str) -> Error {
    let at = path.join(".");
    let message = Message::new(format!("변수 `{at}`: {ko}"), format!("The variable `{at}`: {en}"));
    Error::at(path.to_vec(), message)
}

fn look(told: Told<'_>, ty: &Type, value: &Value, path: &mut Vec<String>) -> Result<(), Error> {
    if value.is_null() {
        if !ty.is_non_null() {
            return Ok(());
        }
        return Err(fault(
            path,
            &format!("null을 쓸 수 없습니다(유형 `{ty}`)."),
            &format!("must not be null, as its type is `{ty}`."),
        ));
    }
    if ty.is_list() {
        let Value::Array(items) = value else {
            return look(told, ty.item_type(), value, path);
        };
        for (at, item) in items.iter().enumerate() {
            path.push(at.to_string());
            look(told, ty.item_type(), item, path)?;
            path.pop();
        }
        return Ok(());
    }
    let name = ty.inner_named_type();
    let wrong = |ko: &str, en: &str| {
        Err(fault(path, &format!("값은 {ko} 합니다."), &format!("must be {en}.")))
    };
    match told.schema.types.get(name) {
        Some(ExtendedType::Scalar(_)) => match (name.as_str(), value) {
            ("Int", value) if value.as_i64().is_none_or(|it| i32::try_from(it).is_err()) => {
                wrong("32비트 정수(Int)여야", "a 32-bit integer (Int)")
            }
            ("Float", value) if !value.is_number() => wrong("수(Float)여야", "a number (Float)"),
            ("String", value) if !value.is_string() => {
                wrong("문자열(String)이어야", "a text (String)")
            }
            ("Boolean", value) if !value.is_boolean() => {
                wrong("true나 false(Boolean)여야", "true or false (Boolean)")
            }
            ("ID", value) if !value.is_string() && !value.is_i64() => {
                wrong("식별자(ID)여야", "an id (ID)")
            }
            _ => Ok(()),
        },
        Some(ExtendedType::Enum(of)) => {
            let given = value.as_str().unwrap_or_default();
            if of.values.contains_key(given) {
                return Ok(());
            }
            let hint = told.among(given, of.values.keys().map(|name| name.as_str()));
            let shown: String = given.chars().filter(|c| !c.is_control()).take(40).collect();
            Err(fault(
                path,
                &format!("열거형 `{name}`에 `{shown}` 값이 없습니다.{}", hint.ko),
                &format!("the enum `{name}` has no value `{shown}`.{}", hint.en),
            ))
        }
        Some(ExtendedType::InputObject(of)) => {
            let Value::Object(object) = value else {
                return wrong(
                    &format!("입력 객체(`{name}`)여야"),
                    &format!("an input object (`{name}`)"),
                );
            };
            let known = || of.fields.keys().map(|name| name.as_str());
            if let Some(unknown) = object.keys().find(|key| !of.fields.contains_key(key.as_str())) {
                let hint = told.among(unknown, known());
                let shown: String = unknown.chars().filter(|c| !c.is_control()).take(40).collect();
                return Err(fault(
                    path,
                    &format!("입력 유형 `{name}`에 `{shown}` 항목이 없습니다.{}", hint.ko),
                    &format!("the input type `{name}` has no field `{shown}`.{}", hint.en),
                ));
            }
            for (field, definition) in &of.fields {
                path.push(field.to_string());
                match object.get(field.as_str()) {
                    Some(value) => look(told, &definition.ty, value, path)?,
                    None if definition.is_required() => {
                        let ty = &definition.ty;
                        return Err(fault(
                            path,
                            &format!("값이 필요합니다(유형 `{ty}`)."),
                            &format!("a value of type `{ty}` is required."),
                        ));
                    }
                    None => {}
                }
                path.pop();
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
