//! Values of parameters, in the user's units.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One value of one parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParamValue {
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A real number; always finite.
    Float(f64),
    /// A string choice.
    Text(String),
}

impl ParamValue {
    /// The value as a real number, if it is a number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(v) => Some(*v as f64),
            Self::Float(v) => Some(*v),
            Self::Bool(_) | Self::Text(_) => None,
        }
    }

    /// The value as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Bool(v) => (*v).into(),
            Self::Int(v) => (*v).into(),
            Self::Float(v) => (*v).into(),
            Self::Text(v) => v.as_str().into(),
        }
    }
}

impl From<bool> for ParamValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for ParamValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for ParamValue {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for ParamValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(v) => write!(f, "{v}"),
            Self::Int(v) => write!(f, "{v}"),
            // Shortest text that reads back to the same number, with an exponent where shorter.
            Self::Float(v) => write!(f, "{v:?}"),
            Self::Text(v) => f.write_str(v),
        }
    }
}

/// A value for every active parameter of a space, in order of declaration. Made by
/// [`SearchSpace::check`](super::SearchSpace::check) and
/// [`SearchSpace::decode`](super::SearchSpace::decode), hence always inside its space.
#[derive(Clone, Debug, PartialEq)]
pub struct Params(Vec<(String, ParamValue)>);

impl Params {
    pub(crate) fn from_pairs(pairs: Vec<(String, ParamValue)>) -> Self {
        Self(pairs)
    }

    /// The value of the parameter called `name`.
    pub fn get(&self, name: &str) -> Option<&ParamValue> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// A parameter's value as a real number: `None` if absent or not a number.
    pub fn f64(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    /// A parameter's value as a whole number: `None` if absent or not one.
    pub fn i64(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            ParamValue::Int(v) => Some(*v),
            _ => None,
        }
    }

    /// A parameter's value as text: `None` if absent or not a string.
    pub fn str(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            ParamValue::Text(v) => Some(v),
            _ => None,
        }
    }

    /// A parameter's value as a boolean: `None` if absent or not one.
    pub fn bool(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            ParamValue::Bool(v) => Some(*v),
            _ => None,
        }
    }

    /// Names and values, in order of declaration.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &ParamValue)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v))
    }
}

impl fmt::Display for Params {
    /// `lr=0.001 beta1=0.9`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            write!(f, "{}{name}={value}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Params {
    /// Reads what [`Serialize`] wrote; only the store does this, with its own rows.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Params;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of parameter names to values")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
                let mut pairs: Vec<(String, ParamValue)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, ParamValue>()? {
                    if pairs.iter().any(|(n, _)| *n == name) {
                        return Err(de::Error::custom(format_args!(
                            "parameter `{name}` appears twice"
                        )));
                    }
                    pairs.push((name, value));
                }
                Ok(Params(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
