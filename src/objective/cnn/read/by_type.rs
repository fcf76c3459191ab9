//! Maps whose `type` says which other keys they have.

use crate::config::{Fields, Problem};

/// A key and the types that it is a setting of.
pub(super) type KeyOf = (&'static str, &'static [&'static str]);

/// Refuses keys that no type has, and keys that `chosen` has not; `of` says what they belong to.
pub(super) fn only(
    fields: &Fields<'_>,
    of: &str,
    keys: &[KeyOf],
    chosen: &str,
) -> Result<(), Problem> {
    let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
    fields.only(of, &names)?;
    for (key, _) in fields.iter() {
        let Some((name, types)) = keys.iter().find(|(name, _)| *name == key.name) else {
            continue;
        };
        if !types.contains(&chosen) {
            let message = format!("`{name}` is a setting of {}, not of {chosen}", listed(types));
            let help = format!(
                "leave it out, or bind it to a parameter that is active only `when` the type is {}",
                types.join(" or ")
            );
            return Err(Problem::new(key.id, message, format!("not a key of {chosen}")).help(help));
        }
    }
    Ok(())
}

/// Whether `chosen` has the key.
pub(super) fn has(keys: &[KeyOf], chosen: &str, key: &str) -> bool {
    keys.iter().any(|(name, types)| *name == key && types.contains(&chosen))
}

/// "a, b and c".
fn listed(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => words.concat(),
    }
}
