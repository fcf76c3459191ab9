//! `surmise ask-tell` over pipes, as a program in another language meets it.

use std::io::Write;
use std::process::{Output, Stdio};

use crate::common::{Place, texts};
use serde_json::{Value, json};

fn talk(input: &[u8]) -> Output {
    let place = Place::new();
    let mut command = place.surmise(&["ask-tell"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_vec();
    // From a thread of its own: neither side waits for the other. One that ends early is no error.
    let writer = std::thread::spawn(move || pipe.write_all(&input).is_ok());
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    assert!(!place.path().join("studies.db").exists(), "the study lives in memory");
    output
}

/// What is answered to these lines; all is well.
fn answers(lines: &[&str]) -> Vec<Value> {
    let output = talk(lines.join("\n").as_bytes());
    let (out, err) = texts(&output);
    assert!(output.status.success() && err.is_empty(), "{out}\n{err}");
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The error of a session with this first line.
fn refused(first: &str) -> String {
    let output = talk(format!("{first}\n{{\"ask\": 1}}\n").as_bytes());
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), out.as_str()), (Some(1), ""), "{first}\n{err}");
    assert!(err.starts_with("error"), "{err}");
    assert!(err.contains("hint: `surmise ask-tell --help` shows the protocol"), "{first}\n{err}");
    err
}

fn error(answer: &Value) -> &str {
    answer["error"].as_str().unwrap_or_else(|| panic!("no error: {answer}"))
}

const LINE: &str = r#"{"direction": "minimize", "space": {"x": {"low": 0.0, "high": 1.0}}}"#;

#[test]
fn a_space_is_a_map_or_a_list() {
    let map = r#"{"space": {"lr": {"low": 1e-5, "high": 1.0, "log": true}, "act": ["relu", "tanh"],
        "n": {"type": "int", "low": 1, "high": 4}}, "direction": "maximize", "seed": 3}"#;
    let list = r#"{"space": [{"name": "lr", "low": 1e-5, "high": 1.0, "log": true},
        {"name": "act", "choices": ["relu", "tanh"]}, {"low": 1, "high": 4, "name": "n"}],
        "direction": "maximize", "seed": 3}"#;
    let [map, list] = [map, list].map(|text| text.replace('\n', " "));
    let asked = answers(&[&map, r#"{"ask": 4}"#]);
    assert_eq!(asked, answers(&[&list, r#"{"ask": 4}"#]));
    assert_eq!(asked.len(), 4);
    for (number, answer) in asked.iter().enumerate() {
        assert_eq!(answer["trial"], number as u64);
        let origin = if number == 0 { "center" } else { "sobol" };
        assert_eq!(answer["origin"], json!({ "type": origin }));
        let names: Vec<&String> = answer["params"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["lr", "act", "n"], "the order of declaration");
    }
}

#[test]
fn a_batch_is_that_many_distinct_lines() {
    let mut lines = vec![LINE.to_owned()];
    for trial in 0..6 {
        lines.push(r#"{"ask": 1}"#.into());
        let value = (f64::from(trial) - 2.0).powi(2);
        lines.push(format!(r#"{{"tell": {{"trial": {trial}, "value": {value}}}}}"#));
    }
    lines.push(r#"{"ask": 3}"#.into());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let asked = answers(&lines);
    assert_eq!(asked.len(), 9);
    let batch = &asked[6..];
    for (i, a) in batch.iter().enumerate() {
        assert_eq!(a["origin"]["type"], "model", "{a}");
        assert!(batch[..i].iter().all(|b| a["params"] != b["params"]), "{batch:?}");
    }
    assert_eq!(answers(&[LINE, r#"{"ask": 0}"#]), Vec::<Value>::new());
}

#[test]
fn equal_input_has_equal_output() {
    let mut text = LINE.to_owned() + "\n";
    for trial in 0..8 {
        text += "{\"ask\": 2}\n";
        let (a, b) = (2 * trial, 2 * trial + 1);
        let value = f64::from(trial % 3);
        text += &format!("{{\"tell\": {{\"trial\": {b}, \"value\": {value}}}}}\n");
        text +=
            &format!("{{\"tell\": {{\"trial\": {a}, \"value\": -0.125}}}}\n{{\"recommend\": 1}}\n");
    }
    let first = talk(text.as_bytes());
    assert_eq!(first.stdout.iter().filter(|&&b| b == b'\n').count(), 24);
    assert_eq!(first, talk(text.as_bytes()));
}

#[test]
fn conditions_constraints_and_enqueued_points_hold() {
    let first = r#"{"direction": "minimize", "seed": 5, "budget": 30,
        "space": {"kind": ["a", "b"], "depth": {"low": 1, "high": 9, "when": {"kind": "b"}},
                  "width": {"low": 1, "high": 9}},
        "constraints": ["depth * width <= 20"],
        "enqueue": [{"kind": "b", "depth": 2, "width": 9}]}"#;
    let mut lines = vec![first.replace('\n', " "), r#"{"ask": 16}"#.into()];
    for trial in 0..16 {
        lines.push(format!(r#"{{"tell": {{"trial": {trial}, "value": {trial}}}}}"#));
    }
    lines.push(r#"{"ask": 6}"#.into());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let asked = answers(&lines);
    assert_eq!(asked.len(), 22);
    assert_eq!(asked[0]["params"], json!({"kind": "b", "depth": 2, "width": 9}));
    assert_eq!(asked[0]["origin"]["type"], "user");
    for answer in &asked {
        let params = &answer["params"];
        assert_eq!(params["kind"] == "b", params["depth"].is_i64(), "{params}");
        let area = params["depth"].as_i64().unwrap_or(1) * params["width"].as_i64().unwrap();
        assert!(params["kind"] == "a" || area <= 20, "{params}");
    }
    assert!(asked[16..].iter().all(|a| a["origin"]["type"] == "model"), "{asked:?}");
}

#[test]
fn trials_are_told_by_number_by_parameters_or_as_the_users_own() {
    let asked = answers(&[LINE, r#"{"ask": 2}"#]);
    let params = asked[1]["params"].to_string();
    let by_params = format!(r#"{{"tell": {{"params": {params}, "value": 0.5}}}}"#);
    let told = answers(&[
        LINE,
        r#"{"recommend": 1}"#,
        r#"{"ask": 2}"#,
        r#"{"tell": {"trial": 0, "failed": "out of memory"}}"#,
        r#"{"recommend": 1}"#,
        &by_params,
        r#"{"recommend": 1}"#,
        r#"{"tell": {"params": {"x": 0.25}, "value": 0.125}}"#,
        r#"{"recommend": 1}"#,
        r#"{"ask": 1}"#,
        r#"{"tell": {"trial": 3, "value": null}}"#,
    ]);
    assert_eq!(told.len(), 7, "{told:?}");
    assert_eq!((&told[0], &told[3]), (&json!({"params": null}), &json!({"params": null})));
    assert_eq!(told[4]["trial"], 1);
    assert_eq!((&told[4]["params"], &told[4]["value"]), (&asked[1]["params"], &json!(0.5)));
    assert_eq!(told[5]["params"], json!({"x": 0.25}));
    assert!(told[5]["mean"].is_f64() && told[5]["standard_error"].is_f64(), "{}", told[5]);
    assert_eq!(told[6]["trial"], 3, "the user's own trial has the number 2");
}

#[test]
fn done_says_what_is_used_up() {
    let finite = r#"{"direction": "minimize", "space": {"a": ["p", "q", "r"], "b": "bool"}}"#;
    let asked = answers(&[finite, r#"{"ask": 9}"#, r#"{"ask": 2}"#]);
    assert_eq!(asked.len(), 8, "one `done` ends a batch: {asked:?}");
    for done in &asked[6..] {
        let why = "the space is used up: its 6 points have all been asked";
        assert_eq!(*done, json!({ "done": why }));
    }
    let budget = finite.replacen('{', r#"{"budget": 4, "#, 1);
    let told = r#"{"tell": {"trial": 0, "value": 1.0}}"#;
    let asked = answers(&[&budget, r#"{"ask": 3}"#, told, r#"{"ask": 1}"#, r#"{"ask": 1}"#]);
    assert_eq!(asked.len(), 5);
    assert_eq!(asked[4], json!({"done": "the budget of 4 trials is used up"}));
}

#[test]
fn a_line_that_cannot_be_obeyed_is_answered_and_the_session_goes_on() {
    let cases = [
        ("{\"ask\": ", "EOF"),
        ("{\"aks\": 1}", "unknown variant `aks`"),
        ("{\"ask\": -1}", "invalid value"),
        ("[1]", "expected value"),
        ("{\"ask\": 1, \"recommend\": 1}", "expected"),
        ("{\"tell\": {\"trial\": 0, \"valeu\": 1}}", "unknown field `valeu`"),
        ("{\"tell\": {\"trial\": 0, \"value\": \"0.5\"}}", "invalid type"),
        ("{\"tell\": {\"trial\": 0, \"value\": NaN}}", "NaN and Infinity are no JSON"),
        ("{\"tell\": {\"trial\": 0, \"value\": 1e999}}", "out of range"),
        ("{\"tell\": {\"trial\": 0}}", "needs a `value`"),
        ("{\"tell\": {\"trial\": 0, \"value\": 1, \"failed\": \"no\"}}", "exclude each other"),
        ("{\"tell\": {\"value\": 1}}", "needs `trial` or `params`"),
        ("{\"tell\": {\"trial\": 9, \"value\": 1}}", "trial 9 was never asked"),
        (
            "{\"tell\": {\"trial\": 0, \"params\": {\"x\": 0.125}, \"value\": 1}}",
            "other parameters",
        ),
        ("{\"tell\": {\"params\": {\"x\": 2.0}, \"value\": 1}}", "`x`"),
        ("{\"tell\": {\"params\": {\"y\": 0.5}, \"value\": 1}}", "`y`"),
        ("{\"tell\": {\"params\": {}, \"value\": 1}}", "`x`"),
        ("{\"tell\": {\"params\": {\"x\": 0.125}, \"failed\": \"no\"}}", "need a `value`"),
    ];
    let mut lines = vec![LINE, r#"{"ask": 1}"#];
    lines.extend(cases.iter().map(|(line, _)| *line));
    let told = r#"{"tell": {"trial": 0, "value": 0.25}}"#;
    lines.extend([told, told, r#"{"recommend": 1}"#]);
    let answers = answers(&lines);
    assert_eq!(answers.len(), cases.len() + 3, "{answers:#?}");
    for ((line, part), answer) in cases.iter().zip(&answers[1..]) {
        assert!(error(answer).contains(part), "{line}: no `{part}` in {answer}");
    }
    assert_eq!(error(&answers[cases.len() + 1]), "trial 0 has been told already");
    assert_eq!(answers[cases.len() + 2]["value"], 0.25);
}

#[test]
fn bytes_that_are_no_text_and_empty_lines_are_survived() {
    let mut input = b"\n\xef\xbb\xbf".to_vec();
    input.extend(LINE.as_bytes());
    input.extend(b"\r\n\r\n\xff\xfe{}\n  \n{\"ask\": 1}");
    let output = talk(&input);
    let (out, err) = texts(&output);
    assert!(output.status.success(), "{err}");
    let answers: Vec<Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(answers.len(), 2, "{out}");
    assert!(answers[0]["error"].is_string() && answers[1]["trial"] == 0);
}

#[test]
fn a_first_line_that_declares_no_study_is_refused_with_a_hint() {
    for (first, part) in [
        ("{\"direction\": \"minimize\"", "does not declare a study"),
        ("{\"ask\": 1}", "unknown key `ask`"),
        ("[]", "does not declare a study"),
        (r#"{"direction": "minimise", "space": {"x": "bool"}}"#, "did you mean `minimize`?"),
        (r#"{"direction": "minimize"}"#, "space"),
        (r#"{"space": {"x": "bool"}}"#, "direction"),
        (r#"{"direction": "minimize", "space": [{"low": 0, "high": 1}]}"#, "has no `name`"),
        (
            r#"{"direction": "minimize", "space": [{"name": "x", "low": 0, "high": 1},
                {"name": "x", "low": 0, "high": 1}]}"#,
            "parameter `x` is declared twice",
        ),
        (r#"{"direction": "minimize", "space": {"x": {"low": 1, "high": 0}}}"#, "low"),
        (r#"{"direction": "minimize", "space": {"x": "bool"}, "budget": 0}"#, "`budget` must be"),
        (r#"{"direction": "minimize", "space": {"x": "bool"}, "budget": 1, "trials": 1}"#, "same"),
        (
            r#"{"direction": "minimize", "space": {"x": {"low": 0.0, "high": 1.0}},
                "constraints": ["x > 2"]}"#,
            "constraints",
        ),
    ] {
        let err = refused(&first.replace('\n', " "));
        assert!(err.contains(part), "{first}: no `{part}` in\n{err}");
    }
    let output = talk(b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(texts(&output).1.contains("the input is empty"));
}

/// The README's example, as it stands there.
#[test]
fn the_readme_speaks_the_protocol() {
    let readme = include_str!("../../README.md");
    let section = readme.split("## From any language").nth(1).unwrap();
    let code: Vec<&str> = section
        .lines()
        .skip_while(|line| !line.starts_with("    "))
        .take_while(|line| line.is_empty() || line.starts_with("    "))
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect();
    let place = Place::new();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_surmise")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = std::process::Command::new("python3")
        .args(["-c", &code.join("\n")])
        .env("PATH", format!("{}:{path}", folder.display()))
        .current_dir(place.path())
        .output()
        .unwrap();
    let (out, err) = texts(&output);
    assert!(output.status.success(), "{err}");
    let best: Value = serde_json::from_str(out.trim()).unwrap();
    let x = best["params"]["x"].as_f64().unwrap();
    assert!((x - 0.7).abs() < 0.05, "{out}");
}

#[test]
fn metrics_are_reported_by_step_and_told_at_the_end() {
    let first = r#"{"direction": "minimize", "metric": "loss",
        "space": {"x": {"low": 0.0, "high": 1.0}}}"#;
    let answers = answers(&[
        &first.replace('\n', " "),
        r#"{"ask": 1}"#,
        r#"{"report": {"trial": 0, "step": 1, "metrics": {"loss": 0.5, "acc": 0.1, "none": null}}}"#,
        r#"{"report": {"trial": 3, "step": 1, "metrics": {"loss": 0.5}}}"#,
        r#"{"tell": {"trial": 0, "metrics": {"acc": 0.9}}}"#,
        r#"{"tell": {"trial": 0, "metrics": {"loss": 0.2}, "value": 0.2}}"#,
        r#"{"tell": {"trial": 0, "metrics": {"loss": 0.25, "acc": 0.9}}}"#,
        r#"{"report": {"trial": 0, "step": 2, "metrics": {"loss": 0.5}}}"#,
        r#"{"tell": {"params": {"x": 0.75}, "metrics": {"loss": 0.125, "acc": 1}}}"#,
        r#"{"recommend": 1}"#,
    ]);
    assert_eq!(answers[1], json!({ "answer": "continue" }));
    assert!(error(&answers[2]).contains("never asked"));
    assert!(error(&answers[3]).contains("must hold `loss`"));
    assert!(error(&answers[4]).contains("exclude each other"));
    assert!(error(&answers[5]).contains("told already"));
    assert_eq!(answers[6]["value"], 0.125);
    assert_eq!(answers.len(), 7);
}
