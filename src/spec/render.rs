//! An error as a terminal shows it: message, place, the lines in question, the way out.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, SpecError};

/// The error as text for people, in the manner of rustc, with ANSI colours or without. Ends without
/// a line break.
pub fn render(error: &SpecError, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    match error {
        SpecError::Unreadable { help, .. } => {
            let title = Level::ERROR.primary_title(error.to_string());
            let help = help.as_deref().map(|help| Level::HELP.message(help));
            renderer.render(&[Group::with_title(title).elements(help)])
        }
        SpecError::Invalid(diagnostic) => render_diagnostic(diagnostic, &renderer),
        SpecError::Lacking { .. } | SpecError::Parameter { .. } | SpecError::Setting { .. } => {
            let title = Level::ERROR.primary_title(error.to_string());
            renderer.render(&[Group::with_title(title)])
        }
    }
}

fn render_diagnostic(diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let file = diagnostic.file.display().to_string();
    let primary = AnnotationKind::Primary.span(diagnostic.span.clone());
    let primary = match diagnostic.label.as_str() {
        "" => primary,
        label => primary.label(label),
    };
    let also = diagnostic
        .also
        .as_ref()
        .map(|(span, label)| AnnotationKind::Context.span(span.clone()).label(label.as_str()));
    let snippet = Snippet::source(diagnostic.source.as_str())
        .path(file)
        .annotation(primary)
        .annotations(also);
    let help = diagnostic.help.as_deref();
    let group = Level::ERROR
        .primary_title(diagnostic.message.as_str())
        .element(snippet)
        .elements(help.map(|help| Level::HELP.message(help)));
    renderer.render(&[group])
}
