//! The nearest right spelling.

/// A word of elsewhere, and ours for it.
pub(crate) type Synonym = (&'static str, &'static str);

/// Synonyms of keys and of words in general; those of samplers and objectives stand in their lists.
const SYNONYMS: &[Synonym] = &[
    ("min", "low"),
    ("lower", "low"),
    ("max", "high"),
    ("upper", "high"),
    ("values", "choices"),
    ("options", "choices"),
    ("categories", "choices"),
    ("scale", "log"),
    ("q", "step"),
    ("name", "study"),
    ("n_trials", "trials"),
    ("budget", "trials"),
    ("parameters", "space"),
    ("search_space", "space"),
    ("goal", "direction"),
    ("objective_metric", "metric"),
    ("min", "minimize"),
    ("max", "maximize"),
    ("minimise", "minimize"),
    ("maximise", "maximize"),
    ("double", "float"),
    ("real", "float"),
    ("uniform", "float"),
    ("integer", "int"),
    ("choice", "categorical"),
    ("enum", "categorical"),
    ("boolean", "bool"),
    ("command", "argv"),
    ("args", "argv"),
    ("n_sobol", "sobol"),
    ("initial", "sobol"),
    ("learning_rate", "lr"),
    ("scheduler", "schedule"),
    ("lr_scheduler", "schedule"),
    ("clip_grad_norm", "clip_norm"),
    ("validation", "valid"),
    ("val", "valid"),
    ("training", "train"),
];

/// The candidate a user most likely meant by `found`: a known synonym, or the one the fewest typing
/// errors away (Damerau–Levenshtein), if that is at most a third of its length.
pub(crate) fn nearest<'c>(
    found: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    nearest_by(found, candidates, SYNONYMS)
}

fn nearest_by<'c>(
    found: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    synonyms: &[Synonym],
) -> Option<&'c str> {
    let found = found.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let synonym = synonyms.contains(&(found.as_str(), candidate));
        let distance = if synonym {
            0
        } else {
            strsim::damerau_levenshtein(&found, &candidate.to_lowercase())
        };
        let allowed = (candidate.chars().count().max(found.chars().count()) / 3).max(1);
        if distance <= allowed && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// ``did you mean `low`?``, or the list of what there is.
pub(crate) fn did_you_mean(found: &str, candidates: &[&str]) -> String {
    did_you_mean_by(found, candidates, SYNONYMS)
}

/// [`did_you_mean`] for the names of a list that has its own synonyms.
pub(crate) fn did_you_mean_by(found: &str, candidates: &[&str], synonyms: &[Synonym]) -> String {
    const MOST: usize = 20;
    if let Some(candidate) = nearest_by(found, candidates.iter().copied(), synonyms) {
        return format!("did you mean `{candidate}`?");
    }
    let shown: Vec<String> = candidates.iter().take(MOST).map(|c| format!("`{c}`")).collect();
    let more = if candidates.len() > MOST { ", …" } else { "" };
    match shown.as_slice() {
        [] => "nothing is expected here".into(),
        [only] => format!("only {only} is known here"),
        _ => format!("expected one of {}{more}", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_synonyms_and_strangers() {
        let keys = ["low", "high", "log", "step"];
        assert_eq!(nearest("hgih", keys), Some("high"));
        assert_eq!(nearest("LOW", keys), Some("low"));
        assert_eq!(nearest("min", keys), Some("low"));
        assert_eq!(nearest("banana", keys), None);
        assert_eq!(did_you_mean("banana", &keys), "expected one of `low`, `high`, `log`, `step`");
    }
}
