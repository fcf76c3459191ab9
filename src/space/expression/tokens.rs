//! The text of an expression → tokens with their places.

use std::ops::Range;

use super::functions::FUNCTIONS;
use crate::space::domain::Domain;
use crate::space::error::ExpressionError;
use crate::space::parameter::Parameter;
use crate::space::params::ParamValue;

/// Longest first, so that `<=` is not read as `<`.
const OPERATORS: [&str; 16] =
    ["<=", ">=", "==", "!=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "(", ")", ","];

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A number, a text, `true` or `false`.
    Literal(ParamValue),
    /// Column of a parameter.
    Parameter(usize),
    Function(&'static str),
    /// As the engine writes it: `&&` for `and`.
    Operator(&'static str),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    pub(super) token: Token,
    /// Bytes of the text.
    pub(super) at: Range<usize>,
}

/// The tokens of a text that may mention the first `visible` of the parameters.
pub(super) fn tokens(
    text: &str,
    parameters: &[Parameter],
    visible: usize,
) -> Result<Vec<Placed>, ExpressionError> {
    let mut scanner = Scanner { text, at: 0, parameters, visible };
    let mut tokens = Vec::new();
    while let Some(placed) = scanner.next()? {
        tokens.push(placed);
    }
    tokens.windows(3).enumerate().try_for_each(|(i, three)| {
        let before = i.checked_sub(1).map(|i| &tokens[i].token);
        let after = tokens.get(i + 3).map(|placed| &placed.token);
        if is_boundary(before) && is_boundary(after) {
            check_choice(three, parameters)
        } else {
            Ok(())
        }
    })?;
    Ok(tokens)
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    parameters: &'t [Parameter],
    visible: usize,
}

impl Scanner<'_> {
    fn next(&mut self) -> Result<Option<Placed>, ExpressionError> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else {
            return Ok(None);
        };
        let (token, length) = match first {
            '\'' | '"' => self.quoted(rest, first)?,
            '$' => self.dollar(rest)?,
            '0'..='9' | '.' => self.number(rest)?,
            c if c.is_alphabetic() || c == '_' => self.word(rest)?,
            _ => self.operator(rest, first)?,
        };
        let at = self.at..self.at + length;
        self.at = at.end;
        Ok(Some(Placed { token, at }))
    }

    fn syntax<T>(&self, length: usize, reason: impl Into<String>) -> Result<T, ExpressionError> {
        let at = self.at..self.at + length;
        Err(ExpressionError::Syntax { reason: reason.into(), at })
    }

    fn quoted(&self, rest: &str, quote: char) -> Result<(Token, usize), ExpressionError> {
        match rest[1..].find(quote) {
            Some(end) => Ok((Token::Literal(ParamValue::Text(rest[1..=end].to_owned())), end + 2)),
            None => self.syntax(rest.len(), format!("the text is never closed with `{quote}`")),
        }
    }

    fn number(&self, rest: &str) -> Result<(Token, usize), ExpressionError> {
        let digits = |from: usize| {
            from + rest[from..]
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(rest[from..].len())
        };
        let mut end = digits(0);
        if let Some(exponent) = rest[end..].strip_prefix(['e', 'E']) {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
                end = digits(rest.len() - unsigned.len());
            }
        }
        let written = &rest[..end];
        let value = match (written.parse::<i64>(), written.parse::<f64>()) {
            (Ok(v), _) => ParamValue::Int(v),
            (_, Ok(v)) if v.is_finite() => ParamValue::Float(v),
            _ => return self.syntax(end, format!("`{written}` is no number")),
        };
        Ok((Token::Literal(value), end))
    }

    /// `$name` or `${name}`: as in an objective, for names that are not one word.
    fn dollar(&self, rest: &str) -> Result<(Token, usize), ExpressionError> {
        if let Some(braced) = rest.strip_prefix("${") {
            let Some(end) = braced.find('}').filter(|&end| end > 0) else {
                return self.syntax(rest.len(), "`${` needs a name and a `}`");
            };
            return Ok((self.parameter(&braced[..end], end + 3)?, end + 3));
        }
        let length = word_length(&rest[1..]);
        if length == 0 {
            return self.syntax(1, "a `$` needs the name of a parameter");
        }
        Ok((self.parameter(&rest[1..=length], length + 1)?, length + 1))
    }

    fn word(&self, rest: &str) -> Result<(Token, usize), ExpressionError> {
        let length = word_length(rest);
        let word = &rest[..length];
        let token = match word {
            "and" => Token::Operator("&&"),
            "or" => Token::Operator("||"),
            "not" => Token::Operator("!"),
            "true" => Token::Literal(ParamValue::Bool(true)),
            "false" => Token::Literal(ParamValue::Bool(false)),
            _ if rest[length..].trim_start().starts_with('(') => {
                let known = FUNCTIONS.iter().find(|f| **f == word);
                Token::Function(known.ok_or_else(|| ExpressionError::UnknownFunction {
                    name: word.to_owned(),
                    at: self.at..self.at + length,
                })?)
            }
            _ => self.parameter(word, length)?,
        };
        Ok((token, length))
    }

    fn parameter(&self, name: &str, length: usize) -> Result<Token, ExpressionError> {
        let (name_, at) = (name.to_owned(), self.at..self.at + length);
        match self.parameters.iter().position(|p| p.name == name) {
            Some(column) if column < self.visible => Ok(Token::Parameter(column)),
            Some(_) => Err(ExpressionError::NotBefore { name: name_, at }),
            None => Err(ExpressionError::UnknownName { name: name_, at }),
        }
    }

    fn operator(&self, rest: &str, first: char) -> Result<(Token, usize), ExpressionError> {
        if rest.starts_with("**") {
            return self.syntax(2, "`**` is no operator here: write `pow(x, 2)`");
        }
        if let Some(found) = OPERATORS.iter().find(|o| rest.starts_with(**o)) {
            return Ok((Token::Operator(found), found.len()));
        }
        match first {
            '!' => Ok((Token::Operator("!"), 1)),
            '=' => self.syntax(1, "`=` is no operator here: write `==` to compare"),
            '&' => self.syntax(1, "`&` is no operator here: write `and`"),
            '|' => self.syntax(1, "`|` is no operator here: write `or`"),
            c => self.syntax(c.len_utf8(), format!("the character {c:?} has no meaning here")),
        }
    }
}

/// Bytes of the name that a text begins with. A dot belongs to it if the name goes on behind it.
fn word_length(text: &str) -> usize {
    let mut end = 0;
    while let Some(c) = text[end..].chars().next() {
        let goes_on = |c: char| c.is_alphanumeric() || c == '_';
        let dot = c == '.' && text[end + 1..].starts_with(goes_on);
        if !goes_on(c) && !dot {
            break;
        }
        end += c.len_utf8();
    }
    end
}

/// Whether a comparison may begin or end here, so that its two sides are whole.
fn is_boundary(token: Option<&Token>) -> bool {
    match token {
        None => true,
        Some(Token::Operator(o)) => matches!(*o, "(" | ")" | "&&" | "||" | "!" | ","),
        Some(_) => false,
    }
}

/// Refuses a comparison with a value that a parameter never has: mostly a typing error in a choice.
fn check_choice(three: &[Placed], parameters: &[Parameter]) -> Result<(), ExpressionError> {
    let [left, operator, right] = three else {
        return Ok(());
    };
    let (Token::Operator("==" | "!="), (column, found, at)) = (
        &operator.token,
        match (&left.token, &right.token) {
            (Token::Parameter(column), Token::Literal(found)) => (*column, found, &right.at),
            (Token::Literal(found), Token::Parameter(column)) => (*column, found, &left.at),
            _ => return Ok(()),
        },
    ) else {
        return Ok(());
    };
    let Parameter { name, domain, .. } = &parameters[column];
    let possible = match domain {
        Domain::Float(_) | Domain::Int(_) => found.as_f64().is_some(),
        _ => domain.check(found).is_some(),
    };
    if possible {
        return Ok(());
    }
    Err(ExpressionError::NeverEqual {
        parameter: name.clone(),
        found: found.clone(),
        expected: domain.to_string(),
        at: at.clone(),
    })
}
