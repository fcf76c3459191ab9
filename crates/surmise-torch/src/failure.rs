//! libtorch's errors, read.

use tch::TchError;

/// What happened, in a line: libtorch's own words without the C++ stack that follows them.
pub(crate) fn message(error: &TchError) -> String {
    let text = match error {
        TchError::Torch(text) => text.clone(),
        other => other.to_string(),
    };
    text.lines().next().unwrap_or_default().to_owned()
}

/// The error as one of the caller's, that of no memory or that of anything else, made of its
/// [`message`].
pub(crate) fn sorted<E>(
    error: &TchError,
    out_of_memory: impl FnOnce(String) -> E,
    other: impl FnOnce(String) -> E,
) -> E {
    let message = message(error);
    if is_out_of_memory(error) { out_of_memory(message) } else { other(message) }
}

/// Whether memory ran out, on the host or a device. libtorch tells in words alone.
pub(crate) fn is_out_of_memory(error: &TchError) -> bool {
    let text = error.to_string().to_lowercase();
    ["out of memory", "can't allocate memory", "not enough memory"]
        .iter()
        .any(|words| text.contains(words))
}
