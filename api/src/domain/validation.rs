//! 검증 규칙. Rules that are data: a condition over the values of a submission, true where all is well.
//!
//! `EXECUTED <= ALLOCATED`; `abs(change(SUPPORTED, prev_SUPPORTED)) <= 50`. Names are the indicators' codes,
//! `prev_CODE` is the accepted total of the last quarter. Parsing and evaluating is the crate rhai's, with all
//! but expressions left out of it, and bounded; what is not on the short list of [`tokens`] never reaches it.
//! Every number is a decimal of 28 digits, so that won beyond 2^53 and tenths are exact. To add a function:
//! its registration in [`ENGINE`], and its name in [`FUNCTIONS`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use entity::validation_rule::{MissingStrategy, Severity};
use rhai::{AST, Dynamic, Engine, EvalAltResult, Position, Scope};
use rust_decimal::Decimal;

use super::text::Text;

/// Longest expression, in bytes.
const MAX_EXPRESSION: usize = 500;
/// Deepest nesting.
const MAX_DEPTH: usize = 32;
/// Most steps of one evaluation.
const MAX_OPERATIONS: u64 = 10_000;
/// Values of which a new rule is asked, by the place of the name: alike, rising, falling, and on either side
/// of zero, so that each side of an `&&` and an `||` is reached.
const SAMPLES: [fn(i64) -> i64; 6] =
    [|_| 0, |_| 1, |_| -1, |at| (at + 2) * (at + 3), |at| 1000 - at * at, |at| -7 - 5 * at];
/// Functions that an expression may call.
const FUNCTIONS: [&str; 4] = ["abs", "min", "max", "change"];
/// What an expression says of itself when it cannot be asked: a change from zero has no percentage.
const SKIP: &str = "skip";
/// What an expression says of itself when there is no room for a change.
const OVERFLOW: &str = "overflow";
/// What comes before the code of an indicator to mean its value of the last quarter.
pub const PREVIOUS: &str = "prev_";

type Outcome<T> = Result<T, Box<EvalAltResult>>;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = Engine::new_raw();
    engine.set_max_operations(MAX_OPERATIONS);
    engine.set_max_expr_depths(MAX_DEPTH);
    engine.set_max_string_size(16);
    // The engine calls a number and a truth value unequal, and neither the less, without a word; so that
    // `0 <= A <= 100` is no condition that nothing meets, their comparison is an error.
    engine.set_fast_operators(false);
    for comparison in ["<", "<=", ">", ">=", "==", "!="] {
        engine.register_fn(comparison, |_: Decimal, _: bool| mismatch());
        engine.register_fn(comparison, |_: bool, _: Decimal| mismatch());
    }
    engine.register_fn("-", |x: Decimal| -x);
    engine.register_fn("!", |x: bool| !x);
    engine.register_fn("abs", |x: Decimal| x.abs());
    engine.register_fn("min", |x: Decimal, y: Decimal| x.min(y));
    engine.register_fn("max", |x: Decimal, y: Decimal| x.max(y));
    engine.register_fn("change", |now: Decimal, before: Decimal| -> Outcome<Decimal> {
        if before.is_zero() {
            return Err(SKIP.into());
        }
        let part = now.checked_sub(before).and_then(|less| less.checked_div(before.abs()));
        part.and_then(|part| part.checked_mul(Decimal::ONE_HUNDRED)).ok_or_else(|| OVERFLOW.into())
    });
    engine
});

/// A number and a truth value cannot be compared.
fn mismatch() -> Outcome<bool> {
    let names = ["number", "condition"].map(str::to_owned);
    let [number, condition] = names;
    Err(EvalAltResult::ErrorMismatchDataType(condition, number, Position::NONE).into())
}

/// A rule, ready to be asked.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Code.
    pub code: String,
    /// Indicator at whose cell a breach is shown.
    pub indicator: String,
    /// What a breach does.
    pub severity: Severity,
    /// What to put right.
    pub message: Text,
    missing: MissingStrategy,
    condition: AST,
    names: Vec<String>,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadExpression {
    /// It is empty or too long.
    Length,
    /// It holds a character that no expression has.
    Character {
        /// The character.
        found: char,
        /// Its place, from 1.
        at: usize,
    },
    /// It names something that is no indicator of the quarter and no function.
    UnknownName(String),
    /// It names no indicator at all.
    NoName,
    /// The indicator at which a breach is to be shown is none of the quarter.
    UnknownIndicator(String),
    /// It is no condition, or nested too deeply.
    NoCondition {
        /// Place where it ceases to be one, from 1; none if that is not known.
        at: Option<usize>,
    },
}

impl BadExpression {
    /// What to tell.
    pub fn message(&self) -> Text {
        match self {
            Self::Length => Text::new(
                format!("식은 1~{MAX_EXPRESSION}자여야 합니다."),
                format!("An expression has 1 to {MAX_EXPRESSION} characters."),
            ),
            Self::Character { found, at } => Text::new(
                format!("식에 쓸 수 없는 글자가 있습니다({at}번째 `{found}`)."),
                format!("Character {at}, {found}, is none that an expression has."),
            ),
            Self::UnknownName(name) => Text::new(
                format!("{name}: 이 분기의 지표 코드나 함수(abs, min, max, change)가 아닙니다."),
                format!(
                    "{name} is no indicator of the quarter and no function (abs, min, max, change)."
                ),
            ),
            Self::NoName => {
                Text::new("식에 지표 코드가 없습니다.", "The expression names no indicator.")
            }
            Self::UnknownIndicator(code) => Text::new(
                format!("{code}: 이 분기에 없는 지표 코드입니다."),
                format!("{code} is no indicator of the quarter."),
            ),
            Self::NoCondition { at } => {
                let (ko, en) = match at {
                    None => (String::new(), String::new()),
                    Some(at) => (format!("{at}번째 글자 부근: "), format!("Near character {at}: ")),
                };
                Text::new(
                    format!("{ko}참·거짓이 되는 식이 아닙니다. 예: EXECUTED <= ALLOCATED"),
                    format!("{en}this is no condition. Write one like EXECUTED <= ALLOCATED."),
                )
            }
        }
    }
}

/// What a rule says of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Holds,
    /// It is not.
    Broken,
    /// Values are missing, so that it was not asked.
    Skipped,
    /// It could not be evaluated.
    Failed,
}

impl Rule {
    /// A rule out of its parts, against the codes of the quarter's indicators.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn compile(
        code: &str,
        expression: &str,
        indicator: &str,
        severity: Severity,
        missing: MissingStrategy,
        message: Text,
        known: &[&str],
    ) -> Result<Self, BadExpression> {
        if !known.contains(&indicator) {
            return Err(BadExpression::UnknownIndicator(indicator.to_owned()));
        }
        let Tokens { text, places, names } = tokens(expression, known)?;
        let condition = ENGINE.compile_expression(&text).map_err(|error| {
            let written = error.position().position().and_then(|at| at.checked_sub(1));
            BadExpression::NoCondition { at: written.and_then(|at| places.get(at).copied()) }
        })?;
        let rule = Self {
            code: code.to_owned(),
            indicator: indicator.to_owned(),
            severity,
            message,
            missing,
            condition,
            names,
        };
        rule.is_condition().then_some(rule).ok_or(BadExpression::NoCondition { at: None })
    }

    /// Whether it gives a truth value: an expression may also be a number, or mix the two up.
    ///
    /// The types do not hang on the values, but what is reached does, so it is asked of several. Some of them
    /// may divide by zero; a rule that does for all of them has no value to be asked of.
    fn is_condition(&self) -> bool {
        let mut is_one = false;
        for sample in SAMPLES {
            let mut scope = Scope::new();
            for (at, name) in (0_i64..).zip(&self.names) {
                scope.push_constant(name.as_str(), Decimal::from(sample(at)));
            }
            match ENGINE.eval_ast_with_scope::<Dynamic>(&mut scope, &self.condition) {
                Ok(value) if value.is_bool() => is_one = true,
                Err(error) if is_skip(&error) || is_arithmetic(&error) => {}
                Ok(_) | Err(_) => return false,
            }
        }
        is_one
    }

    /// Whether it reads a total of one of these indicators.
    pub fn reads(&self, indicators: &BTreeSet<String>) -> bool {
        self.names.iter().any(|name| indicators.contains(name))
    }

    /// Asks it of the totals of a quarter and of the one before.
    pub fn holds(
        &self,
        values: &BTreeMap<String, Decimal>,
        previous: &BTreeMap<String, Decimal>,
    ) -> Verdict {
        let mut scope = Scope::new();
        let mut missing = 0;
        for name in &self.names {
            let found = match name.strip_prefix(PREVIOUS) {
                // An indicator's own code may begin so.
                Some(code) if !values.contains_key(name) => previous.get(code),
                _ => values.get(name),
            };
            missing += usize::from(found.is_none());
            scope.push_constant(name.as_str(), found.copied().unwrap_or_default());
        }
        let skips = match self.missing {
            MissingStrategy::SkipIfAny => missing > 0,
            MissingStrategy::SkipIfAll => missing == self.names.len(),
            MissingStrategy::NeverSkip => false,
        };
        if skips {
            return Verdict::Skipped;
        }
        match ENGINE.eval_ast_with_scope::<bool>(&mut scope, &self.condition) {
            Ok(true) => Verdict::Holds,
            Ok(false) => Verdict::Broken,
            Err(error) if is_skip(&error) => Verdict::Skipped,
            Err(_) => Verdict::Failed,
        }
    }
}

fn is_skip(error: &EvalAltResult) -> bool {
    match error {
        EvalAltResult::ErrorRuntime(value, _) => {
            value.clone().into_string().is_ok_and(|text| text == SKIP)
        }
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => is_skip(inner),
        _ => false,
    }
}

fn is_arithmetic(error: &EvalAltResult) -> bool {
    match error {
        EvalAltResult::ErrorArithmetic(..) => true,
        EvalAltResult::ErrorRuntime(value, _) => {
            value.clone().into_string().is_ok_and(|text| text == OVERFLOW)
        }
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => is_arithmetic(inner),
        _ => false,
    }
}

/// An expression that was read.
#[derive(Debug, Default)]
struct Tokens {
    /// As the engine reads it.
    text: String,
    /// For each byte of that, the place from 1 at which it stood as written.
    places: Vec<usize>,
    /// Names of values in it.
    names: Vec<String>,
}

impl Tokens {
    /// Writes what stood at the byte `at`, and a space: two signs in a row could mean something else to the
    /// engine, a comment or an arrow.
    fn write(&mut self, token: &str, at: usize) {
        self.text.push_str(token);
        self.text.push(' ');
        self.places.resize(self.text.len(), at + 1);
    }
}

/// Reads an expression piece by piece: names that are known, numbers, operators, brackets and commas, and
/// nothing else. Gives it with each whole number written as a decimal, so that a half is a half, and the
/// names of values in it.
fn tokens(text: &str, known: &[&str]) -> Result<Tokens, BadExpression> {
    if text.trim().is_empty() || text.len() > MAX_EXPRESSION {
        return Err(BadExpression::Length);
    }
    let bytes = text.as_bytes();
    let mut read = Tokens::default();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let run = |fits: fn(u8) -> bool| rest.bytes().take_while(|byte| fits(*byte)).count();
        let byte = bytes[at];
        let length = if byte.is_ascii_alphabetic() || byte == b'_' {
            let length = run(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let name = &rest[..length];
            let is_called = rest[length..].trim_start().starts_with('(');
            let is_value = known.contains(&name)
                || name.strip_prefix(PREVIOUS).is_some_and(|code| known.contains(&code));
            if is_called && !FUNCTIONS.contains(&name) || !is_called && !is_value {
                return Err(BadExpression::UnknownName(name.to_owned()));
            }
            if !is_called && !read.names.iter().any(|known| known == name) {
                read.names.push(name.to_owned());
            }
            read.write(name, at);
            length
        } else if byte.is_ascii_digit() {
            let whole = run(|byte| byte.is_ascii_digit());
            let part = match rest[whole..].strip_prefix('.') {
                None => 0,
                Some(part) => part.bytes().take_while(u8::is_ascii_digit).count(),
            };
            if whole + part > 20 {
                return Err(BadExpression::NoCondition { at: Some(at + 1) });
            }
            let length = if part == 0 { whole } else { whole + 1 + part };
            let written = &rest[..length];
            read.write(&if part == 0 { format!("{written}.0") } else { written.to_owned() }, at);
            length
        } else {
            let two =
                rest.get(..2).filter(|two| matches!(*two, "<=" | ">=" | "==" | "!=" | "&&" | "||"));
            let one = matches!(
                byte,
                b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'(' | b')' | b',' | b'!' | b' '
            );
            let length = match (two, one) {
                (Some(_), _) => 2,
                (None, true) => 1,
                (None, false) => {
                    let found = rest.chars().next().unwrap_or_default();
                    return Err(BadExpression::Character {
                        found,
                        at: text[..at].chars().count() + 1,
                    });
                }
            };
            if byte != b' ' {
                read.write(&rest[..length], at);
            }
            length
        };
        at += length;
    }
    if read.names.is_empty() {
        return Err(BadExpression::NoName);
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: [&str; 4] = ["A", "B", "EXECUTED", "ALLOCATED"];

    fn compile(expression: &str, missing: MissingStrategy) -> Result<Rule, BadExpression> {
        let message = Text::new("고치십시오.", "Put it right.");
        Rule::compile("R1", expression, "A", Severity::Error, missing, message, &KNOWN)
    }

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, Decimal> {
        pairs.iter().map(|(code, value)| ((*code).to_owned(), value.parse().unwrap())).collect()
    }

    fn verdict(expression: &str, now: &[(&str, &str)], before: &[(&str, &str)]) -> Verdict {
        let rule = compile(expression, MissingStrategy::SkipIfAny).unwrap();
        rule.holds(&values(now), &values(before))
    }

    #[test]
    fn conditions_are_evaluated_exactly() {
        use Verdict as V;
        let table = [
            ("EXECUTED <= ALLOCATED", "9007199254740993", "9007199254740992", V::Broken),
            ("EXECUTED <= ALLOCATED", "9007199254740992", "9007199254740993", V::Holds),
            ("EXECUTED * 1 / 2 == ALLOCATED", "1", "0.5", V::Holds),
            ("EXECUTED == 0.1 + 0.2", "0.3", "0", V::Holds),
            ("EXECUTED > 1 && !(ALLOCATED < 5)", "2", "5", V::Holds),
            ("EXECUTED > 1 || ALLOCATED < 5", "1", "5", V::Broken),
            ("-EXECUTED < 0 - 1", "2", "0", V::Holds),
            ("max(EXECUTED, ALLOCATED) - min(EXECUTED, ALLOCATED) == 3", "2", "5", V::Holds),
            ("EXECUTED--ALLOCATED == 7", "2", "5", V::Holds),
        ];
        for (expression, executed, allocated, expected) in table {
            let now = [("EXECUTED", executed), ("ALLOCATED", allocated)];
            assert_eq!(verdict(expression, &now, &[]), expected, "{expression}");
        }
    }

    #[test]
    fn a_number_is_no_condition_wherever_it_stands() {
        for expression in [
            "0 <= A <= 100",
            "A <= B <= EXECUTED",
            "A == (B > 1)",
            "A != (B > 1)",
            "(A > 1) + 1 == 2",
            "A > 1 || B",
            "A < 1 || B",
            "A > 1 && B",
            "!A",
            "max(A) > 1",
            "max(A, B, A) > 1",
            "A!(1) > 1",
        ] {
            let refused = compile(expression, MissingStrategy::NeverSkip).unwrap_err();
            assert!(
                matches!(refused, BadExpression::NoCondition { .. }),
                "{expression} {refused:?}"
            );
        }
    }

    #[test]
    fn what_some_values_cannot_answer_is_a_condition_all_the_same() {
        let table = [
            ("A / (B - A) <= 1", Verdict::Holds),
            ("A / (B - EXECUTED) > 1", Verdict::Broken),
            ("change(A, B - A) <= 50", Verdict::Holds),
            ("B == 0 || A / B < 1", Verdict::Holds),
            ("A <-5 || A>-5", Verdict::Holds),
            ("(A > 1) == (B > 1)", Verdict::Holds),
            ("A>1 != B>1", Verdict::Broken),
        ];
        for (expression, expected) in table {
            let now = [("A", "3"), ("B", "7"), ("EXECUTED", "2")];
            assert_eq!(verdict(expression, &now, &[]), expected, "{expression}");
        }
    }

    #[test]
    fn the_place_of_a_mistake_is_that_of_the_text_as_written() {
        for (expression, place) in
            [("A + 10 > > B", Some(10)), ("A B", Some(3)), ("A > 1)", Some(6))]
        {
            let refused = compile(expression, MissingStrategy::NeverSkip).unwrap_err();
            assert_eq!(refused, BadExpression::NoCondition { at: place }, "{expression}");
        }
    }

    #[test]
    fn the_last_quarter_can_be_asked_about() {
        let rule = "abs(change(A, prev_A)) <= 50";
        for (now, before, expected) in [
            ("150", "100", Verdict::Holds),
            ("151", "100", Verdict::Broken),
            ("49", "100", Verdict::Broken),
            ("-150", "-100", Verdict::Holds),
            ("5", "0", Verdict::Skipped),
        ] {
            assert_eq!(verdict(rule, &[("A", now)], &[("A", before)]), expected, "{now} {before}");
        }
        assert_eq!(verdict(rule, &[("A", "1")], &[]), Verdict::Skipped);
    }

    #[test]
    fn missing_values_are_handled_as_the_rule_says() {
        use MissingStrategy as M;
        let rows = [
            (M::SkipIfAny, [Verdict::Skipped, Verdict::Skipped]),
            (M::SkipIfAll, [Verdict::Broken, Verdict::Skipped]),
            (M::NeverSkip, [Verdict::Broken, Verdict::Holds]),
        ];
        for (missing, expected) in rows {
            let rule = compile("A <= B", missing).unwrap();
            let seen =
                [values(&[("A", "1")]), values(&[])].map(|now| rule.holds(&now, &BTreeMap::new()));
            assert_eq!(seen, expected, "{missing:?}");
        }
    }

    #[test]
    fn what_cannot_be_evaluated_fails_and_does_not_panic() {
        let huge = "79228162514264337593543950335";
        assert_eq!(verdict("A / B == 1", &[("A", "1"), ("B", "0")], &[]), Verdict::Failed);
        assert_eq!(verdict("A * B > 1", &[("A", huge), ("B", huge)], &[]), Verdict::Failed);
        assert_eq!(
            verdict("change(A, B) > 1", &[("A", huge), ("B", "0.0000001")], &[]),
            Verdict::Failed
        );
    }

    #[test]
    fn hostile_expressions_are_refused() {
        let deep = format!("{}A{} > 1", "(".repeat(200), ")".repeat(200));
        let long = format!("A > {}", "1 + ".repeat(300));
        for expression in [
            "",
            "   ",
            "1 < 2",
            "A",
            "A + B",
            "A <",
            "A B",
            "(A > 1",
            "A > 1)",
            "A > 1; B > 1",
            "while true {}",
            "loop { }",
            "let x = 1; x > A",
            "eval(\"A\") > 1",
            "print(A)",
            "A > \"x\"",
            "A > 'x'",
            "A.to_string() > 1",
            "A[0] > 1",
            "fn f() { }",
            "import \"x\"",
            "A > X",
            "prev_X > A",
            "debug(A) > 1",
            "A ** 1000 > 1",
            "A > 1 // x",
            "A > /* x */ 1",
            "#{}",
            "`A`",
            "A > 1e9",
            "A => 1",
            "A = 1",
            "A < 999999999999999999999999999999",
            "abs(A, B) > 1",
            "abs > 1",
            "\0",
            "가 > 1",
            &deep,
            &long,
        ] {
            assert!(compile(expression, MissingStrategy::SkipIfAny).is_err(), "{expression}");
        }
        let named = compile("A > FOO", MissingStrategy::SkipIfAny).unwrap_err();
        assert_eq!(named, BadExpression::UnknownName("FOO".to_owned()));
        assert!(named.message().en.starts_with("FOO is no indicator"));
    }

    proptest! {
        #[test]
        fn any_text_is_compiled_or_refused(text in "[AB0-9 ()<>=!&|+*/,.-]{0,80}|\\PC{0,80}") {
            if let Ok(rule) = compile(&text, MissingStrategy::NeverSkip) {
                rule.holds(&values(&[("A", "3"), ("B", "-7.5")]), &BTreeMap::new());
            }
        }

        #[test]
        fn sums_of_won_are_exact(a in -(1_i64 << 62)..(1_i64 << 62), b in -(1_i64 << 62)..(1_i64 << 62)) {
            let now = BTreeMap::from([("A".to_owned(), Decimal::from(a)), ("B".to_owned(), Decimal::from(b))]);
            let rule = compile("A <= B", MissingStrategy::SkipIfAny).unwrap();
            let expected = if a <= b { Verdict::Holds } else { Verdict::Broken };
            prop_assert_eq!(rule.holds(&now, &BTreeMap::new()), expected);
        }
    }
}
