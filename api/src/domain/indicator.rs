//! What the type of an indicator's values implies: how they become one, and what they may be.

use entity::indicator::{Aggregation, ValueType};

use super::fold;

/// How values of this type may become one figure; the first is the default.
pub const fn aggregations(value_type: ValueType) -> &'static [Aggregation] {
    match value_type {
        ValueType::Integer | ValueType::Krw | ValueType::Decimal => {
            &[Aggregation::Sum, Aggregation::Average, Aggregation::None]
        }
        // Percentages of different wholes have no sum.
        ValueType::Percent => &[Aggregation::Average, Aggregation::None],
        ValueType::Boolean => &[Aggregation::None, Aggregation::Sum],
        ValueType::Text => &[Aggregation::None],
    }
}

/// Whether values of this type are numbers, which have a range and a mean.
pub const fn is_number(value_type: ValueType) -> bool {
    !matches!(value_type, ValueType::Boolean | ValueType::Text)
}

/// Whether figures of an indicator can be published: numbers that become one.
pub const fn is_publishable(value_type: ValueType, aggregation: Aggregation) -> bool {
    is_number(value_type) && !matches!(aggregation, Aggregation::None)
}

/// Smallest and greatest value of this type unless the indicator says otherwise.
pub const fn usual_range(value_type: ValueType) -> (Option<&'static str>, Option<&'static str>) {
    match value_type {
        ValueType::Percent => (Some("0"), Some("100")),
        ValueType::Integer | ValueType::Krw => (Some("0"), None),
        ValueType::Decimal | ValueType::Boolean | ValueType::Text => (None, None),
    }
}

/// Whether a unit says that values are percentages, whatever their type.
pub fn is_percentage(unit: &str) -> bool {
    let unit = fold::clean(unit).to_lowercase();
    ["%", "퍼센트", "백분율", "percent"].iter().any(|word| unit.contains(word))
        && !unit.contains("%p")
}
