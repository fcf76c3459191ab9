//! Expressions over parameters, as conditions (`when`) and constraints: `batch * width <= 65536`.
//!
//! | written | means |
//! | --- | --- |
//! | `lr`, `$lr`, `${a-b}` | the value of a parameter; the braces for names with `-` |
//! | `3`, `1e-3`, `'sgd'`, `"sgd"`, `true` | a number, a text, a boolean |
//! | `+ - * / %` | as in arithmetic: `1 / 2` is a half, whole numbers and others mix |
//! | `< <= > >= == !=` | comparisons; texts and booleans only with `==` and `!=` |
//! | `and or not` | also `&& || !`; `not` binds tightest |
//! | `min max abs log log2 log10 exp sqrt pow round` | functions; `log` is the natural one |
//!
//! The grammar is Rhai's, reached through a scan of our own that knows the parameters. What has no
//! finite result, a division by zero for one, makes the whole expression false.

mod functions;
mod tokens;

use std::sync::Arc;

use super::error::ExpressionError;
use super::parameter::Parameter;
use super::params::ParamValue;
use functions::{ENGINE, describe};
use rhai::{AST, Dynamic, EvalAltResult, ParseErrorType, Scope};
use tokens::{Placed, Token};

/// The functions an expression may call.
pub const FUNCTIONS: &[&str] = &functions::FUNCTIONS;

/// Bytes of an expression: far beyond what anybody reads.
const LONGEST: usize = 2000;

/// A compiled expression. Clones share the compiled form.
#[derive(Clone, Debug)]
pub(super) struct Expression(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    ast: AST,
    /// Names in the engine and columns of the parameters mentioned, each once.
    parameters: Vec<(String, usize)>,
    /// Names in the engine and values of the literals.
    literals: Vec<(String, Dynamic)>,
}

impl Expression {
    /// Compiles a text that may mention the first `visible` of the parameters.
    pub(super) fn compile(
        text: &str,
        parameters: &[Parameter],
        visible: usize,
    ) -> Result<Self, ExpressionError> {
        let whole = 0..text.len();
        if text.len() > LONGEST {
            let reason = format!("the expression is longer than {LONGEST} bytes");
            return Err(ExpressionError::Syntax { reason, at: whole });
        }
        let tokens = tokens::tokens(text, parameters, visible)?;
        if tokens.is_empty() {
            let reason = "the expression is empty".into();
            return Err(ExpressionError::Syntax { reason, at: whole });
        }
        let (mut mentioned, mut literals) = (Vec::new(), Vec::new());
        let (mut script, mut starts) = (String::new(), Vec::new());
        for Placed { token, .. } in &tokens {
            starts.push(script.len());
            script += &match token {
                Token::Parameter(column) => {
                    let name = format!("p{column}");
                    if !mentioned.contains(&(name.clone(), *column)) {
                        mentioned.push((name.clone(), *column));
                    }
                    name
                }
                Token::Literal(value) => {
                    let name = format!("c{}", literals.len());
                    literals.push((name.clone(), dynamic(value)));
                    name
                }
                Token::Function(name) | Token::Operator(name) => (*name).to_owned(),
            };
            script.push(' ');
        }
        let ast = ENGINE.compile_expression(&script).map_err(|error| {
            // The script is one line of ASCII: its columns are bytes.
            let column = error.position().position().unwrap_or(script.len() + 1);
            let index = starts.partition_point(|&start| start < column).saturating_sub(1);
            let ends = column > script.trim_end().len();
            let at = match tokens.get(index) {
                Some(_) if ends => text.trim_end().len()..text.trim_end().len(),
                Some(placed) => placed.at.clone(),
                None => whole.clone(),
            };
            ExpressionError::Syntax { reason: explain(error.err_type(), ends), at }
        })?;
        Ok(Self(Arc::new(Compiled { ast, parameters: mentioned, literals })))
    }

    /// Columns of the parameters it mentions.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        self.0.parameters.iter().map(|(_, column)| *column)
    }

    /// Whether it is true of these values by column; false where nothing finite comes out, or where a
    /// parameter it mentions has no value.
    pub(super) fn holds(&self, values: &[Option<ParamValue>]) -> bool {
        self.evaluate(values).unwrap_or(false)
    }

    /// As [`holds`](Self::holds), but for values of the wrong kind an error.
    pub(super) fn evaluate(&self, values: &[Option<ParamValue>]) -> Result<bool, ExpressionError> {
        let compiled = &*self.0;
        let mut scope = Scope::with_capacity(compiled.parameters.len() + compiled.literals.len());
        for (name, column) in &compiled.parameters {
            let Some(Some(value)) = values.get(*column) else {
                return Ok(false);
            };
            scope.push_dynamic(name.as_str(), dynamic(value));
        }
        for (name, value) in &compiled.literals {
            scope.push_dynamic(name.as_str(), value.clone());
        }
        let wrong = |reason: String| Err(ExpressionError::WrongType { reason });
        match ENGINE.eval_ast_with_scope::<Dynamic>(&mut scope, &compiled.ast) {
            Ok(result) => match result.as_bool() {
                Ok(truth) => Ok(truth),
                Err(_) => wrong(format!(
                    "the expression must be true or false, but comes out as {}",
                    describe(&result)
                )),
            },
            Err(error) => match *error {
                EvalAltResult::ErrorArithmetic(..) => Ok(false),
                EvalAltResult::ErrorRuntime(reason, _) => wrong(reason.to_string()),
                EvalAltResult::ErrorFunctionNotFound(call, _) => {
                    let name = call.split(' ').next().unwrap_or_default();
                    wrong(format!("`{name}` takes another number of arguments"))
                }
                EvalAltResult::ErrorMismatchDataType(..) => {
                    wrong("`and` and `or` join conditions such as `x > 1`".into())
                }
                other => wrong(other.to_string()),
            },
        }
    }
}

fn dynamic(value: &ParamValue) -> Dynamic {
    match value {
        ParamValue::Bool(v) => Dynamic::from_bool(*v),
        ParamValue::Int(v) => Dynamic::from_int(*v),
        ParamValue::Float(v) => Dynamic::from_float(*v),
        ParamValue::Text(v) => Dynamic::from(v.clone()),
    }
}

/// A syntax error in our words: the engine's mention names the user never wrote.
fn explain(error: &ParseErrorType, ends: bool) -> String {
    match error {
        ParseErrorType::MissingToken(token, _) => format!("expected `{token}`"),
        ParseErrorType::ExprTooDeep => "the expression is nested too deep".into(),
        _ if ends => "the expression ends too early".into(),
        _ => "this cannot stand here".into(),
    }
}

#[cfg(test)]
mod tests;
