//! The documents: well formed, complete, of the right size.

use std::path::Path;

use resvg::usvg::roxmltree::Document;
use surmise::plot::{
    CompareData, CompareRun, ContourData, Picture, PlotError, SliceData, TraceAxis, TraceData,
};
use surmise::space::{Params, Scale};
use surmise::trial::{Direction, TrialState};

use super::fixtures::*;

fn contour(columns: (usize, usize)) -> (usize, Picture) {
    let (spec, trials) = mixed();
    let model = TinyGp::new(&spec, &trials, 0.9);
    let at = trials[0].params.clone().unwrap();
    let predict = |points: &[Params]| model.predict(points);
    let data = ContourData::new(&spec, &trials, columns, &at, &predict, 24).unwrap();
    (trials.len(), data.draw().unwrap())
}

fn hover_texts(picture: &Picture) -> Vec<String> {
    let document = Document::parse(&picture.svg).unwrap();
    let titles = document.descendants().filter(|n| n.has_tag_name("title"));
    titles.map(|n| n.text().unwrap().to_owned()).collect()
}

fn texts_of(picture: &Picture) -> Vec<String> {
    let document = Document::parse(&picture.svg).unwrap();
    let texts = document.descendants().filter(|n| n.has_tag_name("text"));
    texts.map(|n| n.text().unwrap_or("").trim().to_owned()).collect()
}

#[test]
fn every_observed_point_speaks_in_both_panels() {
    for columns in [(1, 5), (2, 1), (0, 3), (4, 2)] {
        let (trials, picture) = contour(columns);
        let texts = hover_texts(&picture);
        assert_eq!(texts.len(), 2 * trials);
        assert!(texts.iter().any(|t| t.contains("trial 49: validation_loss 0.3")));
        assert!(texts.iter().all(|t| t.contains("units = ")));
    }
}

#[test]
fn both_panels_name_what_they_show() {
    let (_, picture) = contour((1, 5));
    let texts = texts_of(&picture);
    for expected in [
        "mixed: validation_loss over units and dropout",
        "Model mean of validation_loss",
        "Model standard error",
        "units",
        "dropout",
        "100",
        "best",
        "pruned",
    ] {
        assert!(texts.iter().any(|t| t == expected), "{expected} is missing in {texts:?}");
    }
    assert!(texts.iter().any(|t| t.starts_with("others fixed: layers = ")), "{texts:?}");
    // Iso-lines carry labels: the only texts at an angle that is not upright.
    assert!(picture.svg.matches("paint-order=\"stroke\" transform=\"rotate(").count() >= 4);
}

#[test]
fn names_with_markup_stay_text() {
    let name = "<&\"'>\u{1}";
    let space =
        vec![float(name, 0.0, 1.0, Scale::Linear), categorical("]]>", &["<script>", "&amp;"])];
    let spec = spec("a < b", "m & m", Direction::Minimize, space);
    let trials =
        trials(&spec, 6, 2, &[0.5, 0.5], |p| TrialState::Complete { value: p.f64(name).unwrap() });
    let picture = TraceData::new(&spec, &trials, TraceAxis::Number).draw().unwrap();
    assert!(hover_texts(&picture).iter().all(|t| t.contains("<&\"'>  = ") && t.contains("]]> = ")));
    assert!(texts_of(&picture).iter().any(|t| t == "a < b: m & m by trial"));
    let model = |points: &[Params]| TinyGp::new(&spec, &trials, 0.5).predict(points);
    let at = trials[0].params.clone().unwrap();
    let data = ContourData::new(&spec, &trials, (0, 1), &at, &model, 5).unwrap();
    let texts = texts_of(&data.draw().unwrap());
    assert!(texts.iter().any(|t| t == "<script>") && texts.iter().any(|t| t == "&amp;"));
}

#[test]
fn long_names_are_elided() {
    let (mut spec, trials) = avatars();
    spec.study = "long ".repeat(100_000);
    spec.metric = "metric".repeat(1_000);
    let picture = TraceData::new(&spec, &trials, TraceAxis::Number).draw().unwrap();
    assert!(texts_of(&picture).iter().all(|t| t.chars().count() < 200));
}

#[test]
fn a_png_has_the_size_of_the_svg_times_its_scale() {
    let (spec, trials) = avatars();
    let picture = TraceData::new(&spec, &trials, TraceAxis::Time).draw().unwrap();
    for (scale, size) in [(1.0, (1000, 560)), (0.5, (500, 280)), (2.0, (2000, 1120))] {
        let png = image::load_from_memory(&picture.png(scale).unwrap()).unwrap().to_rgb8();
        assert_eq!(png.dimensions(), size);
        assert_eq!(png.get_pixel(0, 0).0, [255, 255, 255]);
        let dark = png.pixels().filter(|p| p.0.iter().all(|&c| c < 110)).count();
        // Letters, the best-so-far line: well over a thousandth of the picture.
        assert!(dark * 1000 > png.pixels().len(), "{dark} dark pixels at {scale}");
    }
    for scale in [0.0, -1.0, f32::NAN, 1e9] {
        assert!(matches!(picture.png(scale), Err(PlotError::Rasterise { .. })));
    }
}

#[test]
fn text_is_set_in_the_embedded_font() {
    let (spec, _) = avatars();
    let picture = TraceData::new(&spec, &[], TraceAxis::Number).draw().unwrap();
    let blank = Picture { svg: picture.svg.replace("no trial has a value yet", "") };
    assert_ne!(picture.svg, blank.svg);
    assert_ne!(picture.png(1.0).unwrap(), blank.png(1.0).unwrap());
}

#[test]
fn files_appear_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, trials) = avatars();
    let picture = TraceData::new(&spec, &trials, TraceAxis::Number).draw().unwrap();
    let path = folder.path().join("made/for/it/trace.svg");
    picture.write_svg(&path).unwrap();
    picture.write_svg(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), picture.svg);
    let png = path.with_extension("png");
    picture.write_png(&png, 1.0).unwrap();
    assert_eq!(image::image_dimensions(&png).unwrap(), (1000, 560));
    assert_eq!(entries(path.parent().unwrap()), 2);

    // A folder in the way: an error, nothing left behind.
    let error = picture.write_svg(&folder.path().join("made")).unwrap_err();
    assert!(matches!(error, PlotError::Write { .. }));
    assert_eq!(entries(folder.path()), 1);
}

fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn slices_show_ranges_and_levels() {
    let (spec, trials) = mixed();
    let model = TinyGp::new(&spec, &trials, 0.9);
    let at = trials[0].params.clone().unwrap();
    for column in 0..spec.space.len() {
        let predict = |points: &[Params]| model.predict(points);
        let data = SliceData::new(&spec, &trials, column, &at, &predict, 30).unwrap();
        let picture = data.draw().unwrap();
        assert_eq!(hover_texts(&picture).len(), trials.len());
        picture.png(0.5).unwrap();
    }
}

#[test]
fn comparisons_name_every_study() {
    let runs: Vec<_> = (0..60).map(|k| (format!("study {k}"), run(k, 20 + k, 0.1))).collect();
    let views: Vec<CompareRun<'_>> = runs
        .iter()
        .map(|(label, trials)| CompareRun {
            label,
            metric: "accuracy",
            direction: Direction::Maximize,
            trials,
        })
        .collect();
    let few = CompareData::new(&views[..12]).unwrap().draw().unwrap();
    let texts = texts_of(&few);
    assert!((0..12).all(|k| texts.contains(&format!("study {k}"))));
    let many = CompareData::new(&views).unwrap().draw().unwrap();
    assert!(texts_of(&many).contains(&"and 36 more".to_owned()));
    many.png(0.5).unwrap();
}
