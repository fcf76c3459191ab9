//! The grammar of `$name`, `${name}` and `$$` in a string.

/// A stretch of a string.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    /// A placeholder's name, and the placeholder as written.
    Name(&'t str, &'t str),
}

/// A parameter's placeholder, with braces only where the name needs them.
pub(crate) fn placeholder(name: &str) -> String {
    if name.chars().all(is_word) { format!("${name}") } else { format!("${{{name}}}") }
}

/// Whether a bare `$name` goes on with this character.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The stretches of a string; `Err` holds a `$` that is neither placeholder nor `$$`, to its end.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, &str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        let tail = &rest[start..];
        let after = &tail[1..];
        let length = if after.starts_with('$') {
            pieces.push(Piece::Text("$"));
            2
        } else if let Some(braced) = after.strip_prefix('{') {
            let end = braced.find('}').filter(|&end| end > 0).ok_or(tail)?;
            pieces.push(Piece::Name(&braced[..end], &tail[..end + 3]));
            end + 3
        } else {
            let end = after.find(|c| !is_word(c)).unwrap_or(after.len());
            if !after.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                return Err(tail);
            }
            pieces.push(Piece::Name(&after[..end], &tail[..=end]));
            end + 1
        };
        rest = &tail[length..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

/// Whether a string holds a placeholder.
pub(super) fn has_placeholder(text: &str) -> bool {
    pieces(text).is_ok_and(|pieces| pieces.iter().any(|p| matches!(p, Piece::Name(..))))
}

/// Text in which no `$` stands for anything, or `None` if one does.
pub(crate) fn plain_text(text: &str) -> Option<String> {
    let pieces = pieces(text).ok()?;
    pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => Some(text),
            Piece::Name(..) => None,
        })
        .collect()
}

/// The one way to write a text with placeholders: braces only where needed.
pub(super) fn canonical(text: &str) -> String {
    let Ok(pieces) = pieces(text) else {
        return text.into();
    };
    let mut out = String::new();
    for (i, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => out += &text.replace('$', "$$"),
            Piece::Name(name, _) => {
                let next = pieces.get(i + 1);
                if matches!(next, Some(Piece::Text(next)) if next.starts_with(is_word)) {
                    out += &format!("${{{name}}}");
                } else {
                    out += &placeholder(name);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_text() {
        use Piece::{Name, Text};
        assert_eq!(pieces("$lr"), Ok(vec![Name("lr", "$lr")]));
        assert_eq!(
            pieces("--lr=$lr,${b.1}x$$5"),
            Ok(vec![
                Text("--lr="),
                Name("lr", "$lr"),
                Text(","),
                Name("b.1", "${b.1}"),
                Text("x"),
                Text("$"),
                Text("5")
            ])
        );
        assert_eq!(pieces("cost: 5$"), Err("$"));
        assert_eq!(pieces("a${"), Err("${"));
        assert_eq!(pieces("a${}b"), Err("${}b"));
        assert_eq!(pieces("$1"), Err("$1"));
        assert_eq!(pieces(""), Ok(vec![]));
    }

    #[test]
    fn one_way_to_write_a_placeholder() {
        assert_eq!(canonical("${lr}"), "$lr");
        assert_eq!(canonical("${lr}x $$"), "${lr}x $$");
        assert_eq!(canonical("${a-b}"), "${a-b}");
        assert_eq!(plain_text("a$$b").as_deref(), Some("a$b"));
        assert_eq!(plain_text("a$b"), None);
    }
}
