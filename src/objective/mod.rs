//! What a trial runs and measures: a command, a CNN, or a Rust closure.
//!
//! A new kind of objective is a folder here, a `mod` line and a line in the list of objectives below: its
//! type in YAML, its variant of [`ObjectiveSettings`], its settings, `also` what others call it if that is
//! worth a hint, and what it does. The settings are a plain struct that implements `Declared`; what
//! evaluates trials implements [`Objective`].

pub mod cnn;

mod bind;
mod build;
mod closure;
mod command;
mod evaluate;
mod placeholder;
mod probe;
mod stop;
mod template;

pub use build::{Unavailable, worker_environment};
pub use closure::{Closure, EndEarly, Measured, RunningTrial};
pub use command::{CommandObjective, CommandSettings};
pub use evaluate::{Objective, ObjectiveError, Outcome, Reporter, TrialContext};
pub(crate) use placeholder::{placeholder, plain_text};
pub use stop::StopFlag;
pub use template::{ObjectiveSpec, ObjectiveTemplate, TemplateError};
pub(crate) use template::{Usage, unused_message};

use serde_json::Value;

use crate::config::{Entry, Problem, Synonym, did_you_mean_by};
use cnn::CnnSettings;

/// The type, in YAML, of an objective that the library's user evaluates.
pub(crate) const EXTERNAL: &str = "external";

/// A file or folder that an objective's settings name, and that must be there.
pub(crate) struct NamedFile {
    /// Dotted key in the study.
    pub(crate) key: &'static str,
    /// JSON pointer in the settings.
    pub(crate) pointer: &'static str,
    /// What must be there.
    pub(crate) kind: FileKind,
}

/// What must be at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A program, which a bare name has on the PATH.
    Program,
}

/// Settings of a kind of objective, as a study declares them.
trait Declared: Sized {
    /// What an error calls an objective of this kind: `a command`.
    const NOUN: &'static str;

    /// The keys under `objective`.
    const KEYS: &'static [&'static str];

    /// The files and folders that the settings name.
    const FILES: &'static [NamedFile];

    /// The metrics that a study of this kind may optimise; `None` if that is for the user to know.
    const METRICS: Option<&'static [&'static str]> = None;

    /// Whether trials are evaluated by libtorch, hence by `surmise-torch`.
    const NEEDS_TORCH: bool = false;

    /// Reads settings, every placeholder bound.
    fn read(objective: &Entry<'_>) -> Result<Self, Problem>;

    /// The settings as declared in full, every default written out.
    fn to_json(&self) -> Value;

    /// The objective of a template, where it needs no libtorch.
    ///
    /// # Errors
    /// [`Unavailable`] where it does.
    fn objective(template: &ObjectiveTemplate) -> Result<Box<dyn Objective>, Unavailable>;

    /// Variables for the environment of a worker that evaluates the template.
    fn environment(_template: &ObjectiveTemplate) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// Makes [`ObjectiveKind`] and [`ObjectiveSettings`] of a line an objective: type, variant, settings, what
/// it does.
macro_rules! objectives {
    ($($name:ident: $Variant:ident($Held:ty) of $Settings:ident $(also [$($other:literal),+])?,
        $about:literal;)+) => {
        /// The kinds of objective that run by themselves.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ObjectiveKind {
            $(#[doc = $about] $Variant,)+
        }

        /// Settings of one trial's objective, every placeholder bound.
        #[derive(Clone, Debug, PartialEq)]
        pub enum ObjectiveSettings {
            $(#[doc = $about] $Variant($Held),)+
        }

        impl ObjectiveKind {
            /// Every kind: its type in YAML, and what it does.
            pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $about)),+];

            /// What others call them.
            const SYNONYMS: &[Synonym] = &[$($($(($other, stringify!($name)),)+)?)+];

            /// The kind of a type in YAML.
            pub(crate) fn named(name: &str) -> Option<Self> {
                $(if name == stringify!($name) {
                    return Some(Self::$Variant);
                })+
                None
            }

            /// What an error calls an objective of this kind.
            pub(crate) fn noun(self) -> &'static str {
                match self {
                    $(Self::$Variant => <$Settings>::NOUN,)+
                }
            }

            /// The keys under `objective`.
            pub(crate) fn keys(self) -> &'static [&'static str] {
                match self {
                    $(Self::$Variant => <$Settings>::KEYS,)+
                }
            }

            /// The files and folders that the settings name.
            pub(crate) fn files(self) -> &'static [NamedFile] {
                match self {
                    $(Self::$Variant => <$Settings>::FILES,)+
                }
            }

            /// The metrics that a study may optimise; `None` if that is for the user to know.
            pub fn metrics(self) -> Option<&'static [&'static str]> {
                match self {
                    $(Self::$Variant => <$Settings>::METRICS,)+
                }
            }

            /// Whether trials are evaluated by libtorch.
            pub fn needs_torch(self) -> bool {
                match self {
                    $(Self::$Variant => <$Settings>::NEEDS_TORCH,)+
                }
            }

            /// The objective of a template of this kind.
            fn objective(
                self,
                template: &ObjectiveTemplate,
            ) -> Result<Box<dyn Objective>, Unavailable> {
                match self {
                    $(Self::$Variant => <$Settings>::objective(template),)+
                }
            }

            /// Variables for the environment of a worker that evaluates the template.
            fn environment(self, template: &ObjectiveTemplate) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$Variant => <$Settings>::environment(template),)+
                }
            }

            /// Reads the settings of this kind.
            fn read(self, objective: &Entry<'_>) -> Result<ObjectiveSettings, Problem> {
                Ok(match self {
                    $(Self::$Variant => {
                        ObjectiveSettings::$Variant(<$Settings>::read(objective)?.into())
                    })+
                })
            }
        }

        impl ObjectiveSettings {
            /// The settings as declared in full, every default written out.
            pub(crate) fn to_json(&self) -> Value {
                match self {
                    $(Self::$Variant(settings) => settings.to_json(),)+
                }
            }
        }
    };
}

objectives! {
    command: Command(CommandSettings) of CommandSettings also ["program", "cmd"], "Runs a program.";
    cnn: Cnn(Box<CnnSettings>) of CnnSettings, "Trains a CNN on image folders.";
}

impl ObjectiveSettings {
    /// Reads bound settings.
    pub(crate) fn read(objective: &Entry<'_>) -> Result<Self, Problem> {
        let kind = objective.fields()?.require("type", "type: command")?;
        let name = kind.text()?;
        if let Some(known) = ObjectiveKind::named(name) {
            return known.read(objective);
        }
        let mut types: Vec<&str> = ObjectiveKind::ALL.iter().map(|(name, _)| *name).collect();
        types.push(EXTERNAL);
        Err(kind.problem(format!("unknown objective `{name}`"), "not known").help(did_you_mean_by(
            name,
            &types,
            ObjectiveKind::SYNONYMS,
        )))
    }
}
