//! Enums stored as text: one declaration gives the column type, the JSON form and the description
//! that the GraphQL schema shows.

/// An enum as the schema shows it.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// Name of the type.
    pub name: &'static str,
    /// Description: Korean term, then English.
    pub description: &'static str,
    /// Values in their declared order.
    pub values: &'static [ChoiceValue],
}

/// One value of a [`Choice`].
#[derive(Debug, Clone, Copy)]
pub struct ChoiceValue {
    /// Code as stored and as shown.
    pub code: &'static str,
    /// Description: Korean term, then English.
    pub description: &'static str,
}

impl Choice {
    /// The Korean name of a code, for sentences; the code itself if it is none.
    pub fn korean<'a>(&'static self, code: &'a str) -> &'a str {
        let known = self.values.iter().find(|value| value.code == code);
        known.map_or(code, |value| value.korean())
    }
}

impl ChoiceValue {
    /// The Korean name at the head of the description.
    pub fn korean(&self) -> &'static str {
        self.description.split('.').next().unwrap_or_default().trim()
    }
}

/// Declares an enum whose stored text, JSON text and GraphQL name are one and the same code.
#[macro_export]
#[doc(hidden)]
macro_rules! choice {
    (
        #[doc = $about:tt]
        pub enum $name:ident {
            $( #[doc = $text:tt] $variant:ident = $code:tt, )+
        }
    ) => {
        #[doc = $about]
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            sea_orm::EnumIter, sea_orm::DeriveActiveEnum,
            serde::Serialize, serde::Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $(
                #[doc = $text]
                #[sea_orm(string_value = $code)]
                #[serde(rename = $code)]
                $variant,
            )+
        }

        impl $name {
            /// The enum as the schema shows it.
            pub const CHOICE: &'static $crate::Choice = &$crate::Choice {
                name: stringify!($name),
                description: $about,
                values: &[ $( $crate::ChoiceValue { code: $code, description: $text }, )+ ],
            };

            /// Code as stored and as shown.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }
        }
    };
}
