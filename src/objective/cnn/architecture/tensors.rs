//! The tensors of a module, by PyTorch's names and in its order.

use super::Trainable;
use super::{Child, Conv2d, Init, Module, Wiring};

/// A tensor that a module needs.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorSpec {
    /// Its name, with dots: `features.0.weight`.
    pub name: String,
    /// Its shape; empty for a single number.
    pub size: Vec<i64>,
    /// What it is for.
    pub role: Role,
}

/// What a tensor is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// It is learnt, and begins like this.
    Parameter(Start),
    /// A mean that batch normalisation keeps; begins with 0.
    RunningMean,
    /// A variance that it keeps; begins with 1.
    RunningVar,
    /// The number of batches it has seen, a 64-bit integer; begins with 0.
    BatchesTracked,
}

/// How a parameter begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// Every number the same.
    Constant(f64),
    /// Uniform in ± this.
    Uniform(f64),
    /// Normal about 0 with this standard deviation.
    Normal(f64),
}

impl TensorSpec {
    /// How many numbers it holds.
    pub fn numel(&self) -> i64 {
        self.size.iter().product()
    }
}

/// The numbers in the parameters among these.
pub fn parameter_count(tensors: &[TensorSpec]) -> i64 {
    let parameters = tensors.iter().filter(|spec| matches!(spec.role, Role::Parameter(_)));
    parameters.map(TensorSpec::numel).sum()
}

impl Module {
    /// Its tensors, in the order of PyTorch's state dict.
    pub fn tensors(&self) -> Vec<TensorSpec> {
        self.named("")
    }

    /// The same, part by part: what a network is frozen and thawed by. The parts of `features`, and of
    /// the last part that has any, count singly; those without tensors do not. The last one is the head.
    pub fn parts(&self) -> Vec<Vec<TensorSpec>> {
        let Some(children) = self.chained() else { return vec![self.tensors()] };
        let last = children.iter().rposition(|child| !child.module.tensors().is_empty());
        let mut parts = Vec::new();
        for (at, Child { name, module }) in children.iter().enumerate() {
            match module.chained() {
                Some(inner) if name == "features" || Some(at) == last => {
                    parts.extend(
                        inner.iter().map(|child| child.module.named(&join(name, &child.name))),
                    );
                }
                _ => parts.push(module.named(name)),
            }
        }
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// The tensors of the [parts](Self::parts) that are not learnt, in order.
    pub fn frozen(&self, trainable: Trainable) -> Vec<TensorSpec> {
        let mut parts = self.parts();
        let frozen = match trainable {
            Trainable::All => 0,
            Trainable::Last(thawed) => parts.len().saturating_sub(thawed.saturating_add(1)),
        };
        parts.truncate(frozen);
        parts.into_iter().flatten().collect()
    }

    /// Everything before the head.
    pub fn body(&self) -> Self {
        let Some(children) = self.chained() else { return Self::chain(Vec::new()) };
        let head = children.iter().rposition(|child| !child.module.tensors().is_empty());
        let head = head.unwrap_or(children.len());
        let mut body = children[..head].to_vec();
        if let Some(Child { name, module }) = children.get(head)
            && module.chained().is_some()
        {
            body.push(Child { name: name.clone(), module: module.body() });
        }
        Self::chain(body)
    }

    fn named(&self, path: &str) -> Vec<TensorSpec> {
        let mut tensors = Vec::new();
        self.collect(path, &mut tensors);
        tensors
    }

    /// The parts of a `Sequential`.
    fn chained(&self) -> Option<&[Child]> {
        match self {
            Self::Block { class: None, children, wiring: Wiring::Chain } => Some(children),
            _ => None,
        }
    }

    fn collect(&self, path: &str, out: &mut Vec<TensorSpec>) {
        let mut add = |name: &str, size: Vec<i64>, role| {
            out.push(TensorSpec { name: join(path, name), size, role });
        };
        match self {
            Self::Conv2d(conv) => {
                let Conv2d { inputs, outputs, kernel, groups, bias, init, .. } = conv;
                let (fan_in, fan_out) =
                    (inputs / groups * kernel * kernel, outputs * kernel * kernel);
                let size = vec![*outputs, inputs / groups, *kernel, *kernel];
                add("weight", size, Role::Parameter(init.weight(fan_in, fan_out)));
                if *bias {
                    add("bias", vec![*outputs], Role::Parameter(init.bias(fan_in)));
                }
            }
            Self::Linear { inputs, outputs, init } => {
                let start = init.weight(*inputs, *outputs);
                add("weight", vec![*outputs, *inputs], Role::Parameter(start));
                add("bias", vec![*outputs], Role::Parameter(init.bias(*inputs)));
            }
            Self::BatchNorm2d { features } => {
                let constant = |x| Role::Parameter(Start::Constant(x));
                add("weight", vec![*features], constant(1.0));
                add("bias", vec![*features], constant(0.0));
                add("running_mean", vec![*features], Role::RunningMean);
                add("running_var", vec![*features], Role::RunningVar);
                add("num_batches_tracked", Vec::new(), Role::BatchesTracked);
            }
            Self::Block { children, wiring, .. } => {
                let shortcut: &[Child] = match wiring {
                    Wiring::Residual { shortcut, .. } => shortcut,
                    _ => &[],
                };
                for Child { name, module } in children.iter().chain(shortcut) {
                    module.collect(&join(path, name), out);
                }
            }
            _ => {}
        }
    }
}

/// A dotted name; an empty part adds nothing.
pub(super) fn join(path: &str, name: &str) -> String {
    match (path, name) {
        ("", name) => name.to_owned(),
        (path, "") => path.to_owned(),
        (path, name) => format!("{path}.{name}"),
    }
}

impl Init {
    fn weight(self, fan_in: i64, fan_out: i64) -> Start {
        let (fan_in, fan_out) = (fan_in as f64, fan_out as f64);
        match self {
            Self::Default | Self::DefaultZeroBias => Start::Uniform(1.0 / fan_in.sqrt()),
            Self::KaimingNormalOut => Start::Normal((2.0 / fan_out).sqrt()),
            Self::KaimingNormalIn => Start::Normal((2.0 / fan_in).sqrt()),
            Self::KaimingUniform => Start::Uniform((6.0 / fan_in).sqrt()),
            Self::XavierUniform => Start::Uniform((6.0 / (fan_in + fan_out)).sqrt()),
            Self::Normal(deviation) => Start::Normal(deviation),
            Self::Uniform(bound) => Start::Uniform(bound),
        }
    }

    fn bias(self, fan_in: i64) -> Start {
        match self {
            Self::Default => Start::Uniform(1.0 / (fan_in as f64).sqrt()),
            _ => Start::Constant(0.0),
        }
    }
}
