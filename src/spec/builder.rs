//! [`StudyBuilder`]: a study declared in Rust.
//!
//! What it declares is written as the tree that a study file would give, and read by the same reader, so
//! that both are checked alike.

use serde_json::{Map, Value, json};

use super::{SpecError, StudySpec, json, read};
use crate::config::Node;
use crate::sampler::SamplerSettings;
use crate::space::{Condition, Domain, ParamValue, Parameter, SpaceError};
use crate::trial::Direction;

/// Declares a study in Rust: [`StudySpec::builder`] begins, [`build`](Self::build) checks. What is wrong is
/// told by `build`, the first mistake first.
///
/// ```
/// use surmise::StudySpec;
///
/// let spec = StudySpec::builder("digits")
///     .maximize("accuracy")
///     .trials(40)
///     .log_float("lr", 1e-5, 0.1)
///     .guess(1e-3)
///     .categorical("optimizer", ["adam", "sgd"])
///     .float("momentum", 0.0, 0.99)
///     .when("optimizer == 'sgd'")
///     .int("layers", 1, 4)
///     .int("width", 16, 512)
///     .constraint("layers * width <= 1024")
///     .enqueue([("lr", 0.001.into()), ("optimizer", "adam".into()), ("layers", 2.into()), ("width", 64.into())])
///     .build()?;
/// assert_eq!(spec.space.len(), 5);
///
/// let wrong = StudySpec::builder("digits").maximize("accuracy").trials(40).float("lr", 0.1, 1e-5).build();
/// assert_eq!(
///     wrong.unwrap_err().to_string(),
///     "parameter `lr`: `low` must be below `high`, got low 0.1 and high 1e-5",
/// );
/// # Ok::<(), surmise::SpecError>(())
/// ```
#[derive(Clone, Debug)]
pub struct StudyBuilder {
    study: String,
    goal: Option<(Direction, String)>,
    trials: Option<u64>,
    seed: u64,
    sampler: SamplerSettings,
    parameters: Vec<Parameter>,
    constraints: Vec<String>,
    enqueue: Vec<Vec<(String, ParamValue)>>,
    objective: Value,
    /// The first mistake.
    mistake: Option<SpecError>,
}

impl StudySpec {
    /// Begins to declare a study of this name. It needs a [goal](StudyBuilder::minimize), a budget of
    /// [trials](StudyBuilder::trials) and a [parameter](StudyBuilder::float); the rest has defaults.
    pub fn builder(study: impl Into<String>) -> StudyBuilder {
        StudyBuilder {
            study: study.into(),
            goal: None,
            trials: None,
            seed: 0,
            sampler: SamplerSettings::default(),
            parameters: Vec::new(),
            constraints: Vec::new(),
            enqueue: Vec::new(),
            objective: json!({ "type": "external" }),
            mistake: None,
        }
    }
}

impl StudyBuilder {
    /// Makes a metric small.
    pub fn minimize(mut self, metric: impl Into<String>) -> Self {
        self.goal = Some((Direction::Minimize, metric.into()));
        self
    }

    /// Makes a metric large.
    pub fn maximize(mut self, metric: impl Into<String>) -> Self {
        self.goal = Some((Direction::Maximize, metric.into()));
        self
    }

    /// Sets the budget: trials of any outcome, from 1 to [`StudySpec::MOST_TRIALS`].
    pub fn trials(mut self, trials: u64) -> Self {
        self.trials = Some(trials);
        self
    }

    /// Sets the seed of everything random in the study; 0 unless it is set.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets how parameters are proposed; by the Gaussian process unless it is set.
    pub fn sampler(mut self, sampler: SamplerSettings) -> Self {
        self.sampler = sampler;
        self
    }

    /// Adds a real number from `low` to `high`.
    pub fn float(self, name: impl Into<String>, low: f64, high: f64) -> Self {
        self.domain(name, Domain::float(low, high))
    }

    /// Adds a real number from `low` to `high`, both above 0, on a log scale.
    pub fn log_float(self, name: impl Into<String>, low: f64, high: f64) -> Self {
        self.domain(name, Domain::log_float(low, high))
    }

    /// Adds a whole number from `low` to `high`, both included.
    pub fn int(self, name: impl Into<String>, low: i64, high: i64) -> Self {
        self.domain(name, Domain::int(low, high))
    }

    /// Adds a whole number from `low` to `high`, both included and above 0, on a log scale.
    pub fn log_int(self, name: impl Into<String>, low: i64, high: i64) -> Self {
        self.domain(name, Domain::log_int(low, high))
    }

    /// Adds a choice between unordered values, at least two.
    pub fn categorical<V: Into<ParamValue>>(
        self,
        name: impl Into<String>,
        choices: impl IntoIterator<Item = V>,
    ) -> Self {
        self.domain(name, Domain::categorical(choices))
    }

    /// Adds a choice between values in this order, at least two.
    pub fn ordinal<V: Into<ParamValue>>(
        self,
        name: impl Into<String>,
        choices: impl IntoIterator<Item = V>,
    ) -> Self {
        self.domain(name, Domain::ordinal(choices))
    }

    /// Adds a boolean.
    pub fn bool(self, name: impl Into<String>) -> Self {
        self.domain(name, Ok(Domain::Bool))
    }

    /// Adds a parameter made elsewhere, such as one with a step.
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        if self.parameters.iter().any(|p| p.name == parameter.name) {
            let name = parameter.name.clone();
            return self.wrong_parameter(parameter.name, SpaceError::Duplicate { name });
        }
        self.parameters.push(parameter);
        self
    }

    /// Makes the parameter added last active only where a condition holds: an expression over the
    /// parameters before, or [`Condition::is`].
    pub fn when(self, condition: impl Into<Condition>) -> Self {
        self.change_last("when", |parameter| Ok(parameter.when(condition)))
    }

    /// Says where good values of the parameter added last are expected.
    pub fn guess(self, value: impl Into<ParamValue>) -> Self {
        self.change_last("guess", |parameter| parameter.with_guess(value, None))
    }

    /// Says where good values of the parameter added last are expected, and how far around: a factor above
    /// 1 on a log scale, else a standard deviation.
    pub fn guess_within(self, value: impl Into<ParamValue>, spread: f64) -> Self {
        self.change_last("guess", |parameter| parameter.with_guess(value, Some(spread)))
    }

    /// Adds an expression that every point satisfies, such as `layers * width <= 1024`.
    pub fn constraint(mut self, expression: impl Into<String>) -> Self {
        self.constraints.push(expression.into());
        self
    }

    /// Adds a point that one of the first trials evaluates, with all parameters that are active there.
    pub fn enqueue<S: Into<String>>(
        mut self,
        point: impl IntoIterator<Item = (S, ParamValue)>,
    ) -> Self {
        let point: Vec<_> = point.into_iter().map(|(name, v)| (name.into(), v)).collect();
        let twice = |(i, (name, _)): (usize, &(String, ParamValue))| {
            point[..i].iter().any(|(earlier, _)| earlier == name).then(|| name.clone())
        };
        if let Some(name) = point.iter().enumerate().find_map(twice) {
            let setting = format!("enqueue[{}].{name}", self.enqueue.len());
            return self.wrong_setting(setting, "a point has a parameter once, found it twice");
        }
        self.enqueue.push(point);
        self
    }

    /// Runs a program for every trial; `$name` in an argument stands for a parameter's value.
    pub fn command<S: Into<String>>(self, argv: impl IntoIterator<Item = S>) -> Self {
        let argv: Vec<String> = argv.into_iter().map(Into::into).collect();
        self.objective(json!({ "type": "command", "argv": argv }))
    }

    /// Sets what a trial runs, as a study file has it under `objective`. Unless it is set, whoever asks for
    /// trials evaluates them.
    pub fn objective(mut self, settings: Value) -> Self {
        self.objective = settings;
        self
    }

    /// Checks the study and gives it.
    ///
    /// # Errors
    /// [`SpecError::Lacking`] without a goal, a budget or a parameter, [`SpecError::Parameter`] for one
    /// whose values cannot be, [`SpecError::Setting`] for anything else: an unusable name, a condition on
    /// what is not there, constraints that no point satisfies.
    pub fn build(self) -> Result<StudySpec, SpecError> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        let lacking = |what, remedy| SpecError::Lacking { what, remedy };
        let (direction, metric) =
            self.goal.ok_or(lacking("a goal", "call `minimize` or `maximize` with a metric"))?;
        let trials = self.trials.ok_or(lacking("a budget", "call `trials`"))?;
        if self.parameters.is_empty() {
            return Err(lacking("parameters", "call `float`, `int`, `categorical` or `parameter`"));
        }
        let space = self.parameters.iter().map(|p| (p.name.clone(), json::parameter(p)));
        let point = |point: Vec<(String, ParamValue)>| -> Map<String, Value> {
            point.into_iter().map(|(name, value)| (name, value.to_json())).collect()
        };
        let declared = json!({
            "study": self.study,
            "direction": direction.to_string(),
            "metric": metric,
            "trials": trials,
            "seed": self.seed,
            "sampler": self.sampler.to_json(),
            "space": space.collect::<Map<_, _>>(),
            "constraints": self.constraints,
            "enqueue": self.enqueue.into_iter().map(point).collect::<Vec<_>>(),
            "objective": self.objective,
        });
        let root = Node::from_json(&declared);
        read::study(&root).map_err(|problem| SpecError::Setting {
            setting: root.name_of(problem.at).unwrap_or_default(),
            message: problem.message,
            help: problem.details.help,
        })
    }

    fn domain(self, name: impl Into<String>, domain: Result<Domain, SpaceError>) -> Self {
        match domain {
            Ok(domain) => self.parameter(Parameter::new(name, domain)),
            Err(error) => self.wrong_parameter(name.into(), error),
        }
    }

    fn change_last(
        mut self,
        method: &str,
        change: impl FnOnce(Parameter) -> Result<Parameter, SpaceError>,
    ) -> Self {
        // After a mistake, the last parameter may be another one than meant.
        if self.mistake.is_some() {
            return self;
        }
        let Some(parameter) = self.parameters.pop() else {
            return self.wrong_setting(method.to_owned(), "there is no parameter yet to say it of");
        };
        let name = parameter.name.clone();
        match change(parameter) {
            Ok(parameter) => {
                self.parameters.push(parameter);
                self
            }
            Err(error) => self.wrong_parameter(name, error),
        }
    }

    fn wrong_parameter(mut self, name: String, error: SpaceError) -> Self {
        self.mistake.get_or_insert(SpecError::Parameter { name, error: Box::new(error) });
        self
    }

    fn wrong_setting(mut self, setting: String, message: &str) -> Self {
        let message = message.to_owned();
        self.mistake.get_or_insert(SpecError::Setting { setting, message, help: None });
        self
    }
}
