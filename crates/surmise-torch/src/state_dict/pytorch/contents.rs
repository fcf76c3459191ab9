//! The state dict in what a pickle holds.

use super::global::Global;
use super::value::{Id, Value, Values, View};
use crate::state_dict::error::Fault;
use crate::state_dict::names::quoted;

/// Where checkpoints keep the state dict, beside the optimizer's and the like.
const NESTED: [&str; 3] = ["state_dict", "model_state_dict", "model"];

/// The tensors by name of a state dict, or of the one in a checkpoint.
pub(super) fn state_dict(values: &Values, whole: Id) -> Result<Vec<(&str, &View)>, Fault> {
    let Value::Dict(entries) = values.get(whole) else {
        return Err(Fault::NoStateDict(format!("it is {}", described(values.get(whole)))));
    };
    let nested = NESTED.iter().find_map(|&wanted| {
        let is_wanted = |key: &Id| matches!(values.get(*key), Value::Text(key) if **key == *wanted);
        match values.get(entries.iter().rfind(|(key, _)| is_wanted(key))?.1) {
            Value::Dict(entries) => Some(entries),
            _ => None,
        }
    });
    let mut tensors = Vec::new();
    for &(key, value) in nested.unwrap_or(entries) {
        let Value::Text(name) = values.get(key) else {
            let found = described(values.get(key));
            return Err(Fault::NoStateDict(format!("a key is {found}")));
        };
        match values.get(value) {
            Value::Tensor(view) => tensors.push((&**name, &**view)),
            // What a module of its own making keeps besides tensors.
            _ if name.ends_with("_extra_state") => {}
            other => {
                let (name, found) = (quoted(name), described(other));
                let places = NESTED.map(quoted).join(", ");
                return Err(Fault::NoStateDict(format!(
                    "{name} is {found}, and there is no dict under {places}"
                )));
            }
        }
    }
    Ok(tensors)
}

fn described(value: &Value) -> &'static str {
    match value {
        Value::Int(_) => "a number",
        Value::Text(_) => "text",
        Value::Tuple(_) => "a tuple",
        Value::Dict(_) => "a dict",
        Value::Global(Global::Dtype(_)) => "a kind of numbers",
        Value::Global(_) => "a class or function",
        Value::Storage(_) => "a storage",
        Value::Tensor(_) => "a tensor",
        Value::Other(what) => what,
    }
}
