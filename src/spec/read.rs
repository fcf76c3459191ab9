//! The tree of a study file → [`StudySpec`].

use super::{StudySpec, points, space};
use crate::config::{Data, Entry, Fields, Node, Problem, did_you_mean, shorten};
use crate::objective::{
    EXTERNAL, ObjectiveSpec, ObjectiveTemplate, Usage, placeholder, unused_message,
};
use crate::sampler::SamplerSettings;
use crate::space::SearchSpace;
use crate::trial::Direction;

const KEYS: [&str; 10] = [
    "study",
    "direction",
    "metric",
    "trials",
    "seed",
    "sampler",
    "space",
    "constraints",
    "enqueue",
    "objective",
];

/// Characters of a name: of a study, a metric.
const LONGEST_NAME: usize = 100;

const MOST_TRIALS: i128 = StudySpec::MOST_TRIALS as i128;

/// Reads a whole study.
pub(super) fn study(root: &Node) -> Result<StudySpec, Problem> {
    let root = Entry::root(root);
    if root.node.data == Data::Null {
        return Err(root
            .problem("the file declares nothing", "")
            .help("a study needs the keys `study`, `direction`, `trials`, `space`, `objective`"));
    }
    let fields = root.fields()?;
    fields.only("a study", &KEYS)?;
    let study = study_name(&fields.require("study", "study: NAME")?)?;
    let direction = fields
        .require("direction", "direction: minimize` or `direction: maximize")?
        .word(&[("minimize", Direction::Minimize), ("maximize", Direction::Maximize)])?;
    let metric = match fields.get("metric") {
        Some(metric) => metric_name(&metric)?,
        None => "value".into(),
    };
    let trials = fields.require("trials", "trials: 50")?.whole(1..=MOST_TRIALS)? as u64;
    let seed = match fields.get("seed") {
        Some(seed) => seed.whole(0..=u64::MAX.into())? as u64,
        None => 0,
    };
    let sampler = match fields.get("sampler") {
        Some(sampler) => SamplerSettings::read(&sampler)?,
        None => SamplerSettings::default(),
    };
    let space_entry =
        fields.require("space", "space: { NAME: { type: float, low: 0, high: 1 } }")?;
    let space = space::read(&space_entry, fields.get("constraints").as_ref())?;
    let enqueue = match fields.get("enqueue") {
        Some(enqueue) => points::read(&enqueue, &space)?,
        None => Vec::new(),
    };
    let objective = fields.require("objective", "objective: { type: command, argv: [PROGRAM] }")?;
    let objective = read_objective(&objective, &space, &space_entry)?;
    let spec =
        StudySpec { study, direction, metric, trials, seed, sampler, space, enqueue, objective };
    check_metric(&spec, &fields)?;
    Ok(spec)
}

fn study_name(entry: &Entry<'_>) -> Result<String, Problem> {
    let name = entry.text()?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let problem = |message: String| {
        Err(entry
            .problem(message, "not a name for a study")
            .help("letters, digits, `-`, `_` and `.`, at most 100, not starting with `.` or `-`"))
    };
    if name.is_empty() {
        problem("the study's name is empty".into())
    } else if name.len() > LONGEST_NAME {
        problem(format!("the study's name has more than {LONGEST_NAME} characters"))
    } else if let Some(c) = name.chars().find(|c| !allowed(*c)) {
        problem(format!("the study's name holds the character {c:?}"))
    } else if name.starts_with(['.', '-']) {
        problem(format!("the study's name starts with `{}`", &name[..1]))
    } else {
        Ok(name.into())
    }
}

fn metric_name(entry: &Entry<'_>) -> Result<String, Problem> {
    let name = entry.text()?;
    let printable = |c: char| !c.is_control() && !c.is_whitespace();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !name.chars().all(printable) {
        return Err(entry
            .problem(format!("`{}` cannot name a metric", shorten(name)), "not a name")
            .help("a word such as `accuracy`, at most 100 characters without spaces"));
    }
    if name == "step" {
        return Err(
            entry.problem("`step` cannot name a metric: reports use it for their step", "taken")
        );
    }
    Ok(name.into())
}

fn read_objective(
    entry: &Entry<'_>,
    space: &SearchSpace,
    space_entry: &Entry<'_>,
) -> Result<ObjectiveSpec, Problem> {
    let fields = entry.fields()?;
    let kind = fields.require("type", "type: command")?;
    if matches!(&kind.node.data, Data::Text(t) if t == EXTERNAL) {
        fields.only("an external objective", &["type"])?;
        return Ok(ObjectiveSpec::External);
    }
    let Usage { template, unused } = ObjectiveTemplate::check(entry.node, space)?;
    if let Some(column) = unused {
        let name = &space.parameters()[column].name;
        let key = space_entry.node.child(name).map(|(key, _)| key.id);
        let place = key.unwrap_or(space_entry.place);
        return Err(Problem::new(place, unused_message(name), "unused")
            .help(format!("write `{}` where its value belongs, or remove it", placeholder(name))));
    }
    Ok(ObjectiveSpec::Template(template))
}

/// An objective may measure only a few things.
fn check_metric(spec: &StudySpec, fields: &Fields<'_>) -> Result<(), Problem> {
    let ObjectiveSpec::Template(template) = &spec.objective else {
        return Ok(());
    };
    let kind = template.kind();
    let Some(known) = kind.metrics().filter(|known| !known.contains(&spec.metric.as_str())) else {
        return Ok(());
    };
    let entry = fields.require("metric", "metric: accuracy")?;
    Err(entry
        .problem(format!("{} has no metric `{}`", kind.noun(), spec.metric), "not measured")
        .help(did_you_mean(&spec.metric, known)))
}
