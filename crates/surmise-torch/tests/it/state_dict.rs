//! Weights in files: PyTorch's and ours, safetensors, checkpoints; and files that are none.
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use surmise_torch::{
    Checkpoint, Misshapen, ModelKind, Network, StateDict, StateDictError as Error,
};
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

const KINDS: [(&str, Kind); 10] = [
    ("float32", Kind::Float),
    ("float64", Kind::Double),
    ("float16", Kind::Half),
    ("bfloat16", Kind::BFloat16),
    ("int64", Kind::Int64),
    ("int32", Kind::Int),
    ("int16", Kind::Int16),
    ("int8", Kind::Int8),
    ("uint8", Kind::Uint8),
    ("bool", Kind::Bool),
];

/// What tests/golden/state_dict.py calls `all_views`.
fn all_views() -> StateDict {
    let views = KINDS.iter().flat_map(|&(name, kind)| {
        let values = (Tensor::arange(12, (Kind::Float, Device::Cpu)) - 3.5).view([3, 4]);
        let values = if kind == Kind::Uint8 { values.abs() } else { values };
        let whole = values.to_kind(kind);
        [
            (name.to_owned(), whole.shallow_clone()),
            (format!("{name}.transposed"), whole.tr()),
            (format!("{name}.part"), whole.slice(0, 1, 3, 1).slice(1, 0, 4, 2)),
            (format!("{name}.scalar"), whole.get(2).get(3)),
            (format!("{name}.empty"), whole.narrow(1, 0, 0)),
            (format!("{name}.repeated"), whole.get(0).expand([2, 4], false)),
        ]
    });
    views.collect()
}

/// Kind, shape and bytes.
type Content = (Kind, Vec<i64>, Vec<u8>);

fn content(tensor: &Tensor) -> Content {
    let tensor = tensor.contiguous();
    let mut bytes = vec![0; tensor.numel() * tensor.kind().elt_size_in_bytes()];
    tensor.copy_data_u8(&mut bytes, tensor.numel());
    (tensor.kind(), tensor.size(), bytes)
}

fn contents(dict: &StateDict) -> Vec<(&str, Content)> {
    dict.iter().map(|(name, tensor)| (name, content(tensor))).collect()
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.into_iter().collect();
    items.sort();
    items
}

fn read(path: &Path) -> StateDict {
    StateDict::read(path).unwrap()
}

/// Every error names its file.
fn error_of(path: &Path) -> Error {
    let error = StateDict::read(path).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()), "{text}");
    assert!(text.len() < 600 && !text.contains(char::is_control), "{text}");
    error
}

// --- files that are read -------------------------------------------------------------------------

#[test]
fn pytorch_and_safetensors_hold_the_same_weights() {
    let [pytorch, safetensors] =
        ["bitmoji.pt", "bitmoji.safetensors"].map(|name| golden("vision").join(name));
    let (ours, theirs) = (read(&pytorch), read(&safetensors));
    let names: Vec<_> = ours.iter().map(|(name, _)| name).collect();
    assert_eq!(names[..3], ["main.0.weight", "main.0.bias", "main.3.weight"]);
    assert_eq!(ours.len(), 8);
    assert_eq!(sorted(names), sorted(theirs.iter().map(|(name, _)| name)));
    for (name, tensor) in ours.iter() {
        assert_eq!(content(tensor), content(theirs.get(name).unwrap()), "{name}");
    }
    for path in [pytorch, safetensors] {
        let mut network = Network::new(&ModelKind::Bitmoji.into(), 64, 2, 0, Device::Cpu).unwrap();
        network.load(&path).unwrap();
        for (name, tensor) in network.parameters() {
            assert_eq!(content(&tensor.detach()), content(ours.get(name).unwrap()), "{name}");
        }
    }
}

/// What tests/golden/state_dict.py wrote.
fn check_files_of_pytorch(folder: &Path) {
    for name in ["views.pt", "views_protocol5.pt"] {
        assert_eq!(contents(&read(&folder.join(name))), contents(&all_views()), "{name}");
    }
    let network = read(&folder.join("network.pt"));
    let names: Vec<_> = network.iter().map(|(name, tensor)| (name, tensor.size())).collect();
    assert_eq!(
        names,
        [
            ("0.weight", vec![4, 3, 3, 3]),
            ("0.bias", vec![4]),
            ("1.weight", vec![4]),
            ("1.bias", vec![4]),
            ("1.running_mean", vec![4]),
            ("1.running_var", vec![4]),
            ("1.num_batches_tracked", vec![]),
            ("3.weight", vec![2, 100]),
            ("3.bias", vec![2]),
        ]
    );
    for name in ["state_dict", "model_state_dict", "model"] {
        let nested = read(&folder.join(format!("checkpoint_{name}.pt")));
        assert_eq!(contents(&nested), contents(&network), "{name}");
    }
    let parameters = read(&folder.join("parameters.pt"));
    assert_eq!(parameters.len(), 6);
    for (name, tensor) in parameters.iter() {
        assert_eq!(content(tensor), content(network.get(name).unwrap()), "{name}");
        assert!(!tensor.requires_grad());
    }

    for (name, called) in [
        ("module.pt", "torch.nn.modules.container.Sequential"),
        ("code.pt", "posix.system"),
        ("deep_code.pt", "posix.system"),
    ] {
        match error_of(&folder.join(name)) {
            Error::Refused { name, .. } => assert_eq!(name, called),
            other => panic!("{other}"),
        }
    }
    assert!(matches!(error_of(&folder.join("legacy.pt")), Error::Legacy { .. }));
    assert!(matches!(error_of(&folder.join("script.pt")), Error::TorchScript { .. }));
    let reason = |name: &str| {
        let path = folder.join(name);
        error_of(&path).to_string().replace(&path.display().to_string(), "FILE")
    };
    assert_eq!(
        reason("legacy.pt"),
        "FILE is in PyTorch's old format (a bare pickle); load and save it again with PyTorch 1.6 \
         or later: torch.save(torch.load(path, weights_only=True), path)"
    );
    assert_eq!(
        reason("module.pt"),
        "FILE refused: it calls `torch.nn.modules.container.Sequential`, and nothing in a pickle \
         is ever executed; save weights alone: torch.save(model.state_dict(), path)"
    );
    assert_eq!(
        reason("elsewhere.pt"),
        "FILE holds no state dict (tensors by name): `net` is a dict, and there is no dict under \
         `state_dict`, `model_state_dict`, `model`"
    );
    assert_eq!(reason("list.pt"), "FILE holds no state dict (tensors by name): it is a list");
    for (name, kind) in [("uint16.pt", "uint16"), ("complex.pt", "ComplexFloatStorage")] {
        assert_eq!(
            reason(name),
            format!(
                "FILE is damaged or not understood: `weight` holds numbers of the kind {kind}, \
                 which are not read"
            )
        );
    }
    let sparse = reason("sparse.pt");
    assert!(sparse.contains("`weight` is a sparse tensor"), "{sparse}");
}

#[test]
fn files_of_pytorch_are_read_or_refused_with_a_way_out() {
    check_files_of_pytorch(&golden("state_dict"));
    assert!(!Path::new("touched").exists());
}

/// Both directions with the PyTorch of `python3`, if it has one.
#[test]
fn pytorch_reads_ours_and_we_read_its() {
    let python = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        // Its libtorch, not ours.
        command.args(arguments).env_remove("LD_LIBRARY_PATH").output()
    };
    if !python(&["-c", "import torch"]).is_ok_and(|output| output.status.success()) {
        eprintln!(
            "skipped: python3 has no PyTorch here. What PyTorch 2.11.0 wrote is in \
             tests/golden/state_dict, and read by another test."
        );
        return;
    }
    let folder = TempDir::new().unwrap();
    let script = golden("state_dict.py");
    let run = |what: &str| {
        let [script, folder] = [&script, folder.path()].map(|path| path.to_str().unwrap());
        let output = python(&["-W", "ignore", script, what, folder]).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run("write");
    check_files_of_pytorch(folder.path());
    assert!(!folder.path().join("touched").exists());
    for name in ["ours.pt", "ours.safetensors"] {
        all_views().write(&folder.path().join(name)).unwrap();
    }
    let network = read(&folder.path().join("network.pt"));
    network.write(&folder.path().join("network_again.pt")).unwrap();
    run("read");
}

// --- files that are written ----------------------------------------------------------------------

#[test]
fn every_kind_and_shape_of_tensor_returns() {
    let folder = TempDir::new().unwrap();
    let views = all_views();
    for name in ["weights.pt", "weights.pth", "WEIGHTS.PT"] {
        let path = folder.path().join(name);
        views.write(&path).unwrap();
        assert_eq!(contents(&read(&path)), contents(&views), "{name}");
    }
    // There the order is of bytes: the largest numbers first.
    let path = folder.path().join("weights.safetensors");
    views.write(&path).unwrap();
    let found = read(&path);
    assert_eq!(found.len(), views.len());
    for (name, tensor) in views.iter() {
        assert_eq!(content(tensor), content(found.get(name).unwrap()), "{name}");
    }
    // Neighbours without numbers have no order of their own there, and yet always one.
    let empty = || Tensor::zeros([0, 3], (Kind::Float, Device::Cpu));
    let names = (0..20).map(|k| format!("e{k:02}"));
    let empties: StateDict = names.map(|name| (name, empty())).collect();
    empties.write(&path).unwrap();
    assert_eq!(contents(&read(&path)), contents(&empties));
    // Not numbers, infinities and both zeros, to the bit.
    let odd = [f32::NAN, -f32::NAN, f32::INFINITY, 0.0, -0.0, f32::MIN_POSITIVE / 2.0];
    let odd: StateDict = [("odd", Tensor::from_slice(&odd))].into_iter().collect();
    for name in ["odd.pt", "odd.safetensors"] {
        let path = folder.path().join(name);
        odd.write(&path).unwrap();
        assert_eq!(contents(&read(&path)), contents(&odd));
    }
    // Nothing at all, and odd names.
    let one = Tensor::ones([2], (Kind::Float, Device::Cpu));
    let strange = ["", "ä.é", "a\nb", "\"", "日本", "data.pkl"];
    let strange = strange.into_iter().map(|name| (name, one.shallow_clone())).collect();
    for dict in [StateDict::default(), strange] {
        for name in ["strange.pt", "strange.safetensors"] {
            let path = folder.path().join(name);
            dict.write(&path).unwrap();
            assert_eq!(contents(&read(&path)), contents(&dict));
        }
    }
}

#[test]
fn equal_tensors_give_equal_bytes_aligned_for_mapping() {
    let folder = TempDir::new().unwrap();
    for suffix in ["pt", "safetensors"] {
        let bytes = ["a", "b"].map(|name| {
            let path = folder.path().join(name).with_extension(suffix);
            all_views().write(&path).unwrap();
            fs::read(path).unwrap()
        });
        assert!(bytes[0] == bytes[1]);
    }
    let bytes = fs::read(folder.path().join("a.pt")).unwrap();
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    assert_eq!(zip.by_index(0).unwrap().name().unwrap(), "archive/data.pkl");
    for index in 0..zip.len() {
        let record = zip.by_index(index).unwrap();
        assert_eq!(record.compression(), CompressionMethod::Stored);
        assert_eq!(record.data_start().unwrap() % 64, 0, "{}", record.name().unwrap());
    }
}

#[test]
fn what_cannot_be_written_leaves_the_folder_as_it_was() {
    let folder = TempDir::new().unwrap();
    let one = || Tensor::ones([2], (Kind::Float, Device::Cpu));
    let good: StateDict = [("weight", one())].into_iter().collect();
    let complex = Tensor::ones([2], (Kind::ComplexFloat, Device::Cpu));
    for name in ["weights.pt", "weights.safetensors"] {
        let path = folder.path().join(name);
        good.write(&path).unwrap();
        let before = fs::read(&path).unwrap();
        for (bad, why) in [
            (complex.shallow_clone(), "`bad` holds numbers of the kind ComplexFloat"),
            (
                Tensor::eye(2, (Kind::Float, Device::Cpu)).to_sparse(None, None::<&[i64]>, None),
                "not dense",
            ),
            (Tensor::new(), "`bad` is no tensor"),
        ] {
            let bad: StateDict = [("good", one()), ("bad", bad)].into_iter().collect();
            let error = bad.write(&path).unwrap_err().to_string();
            assert!(error.starts_with(&format!("cannot write {}: ", path.display())), "{error}");
            assert!(error.contains(why), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), before);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    let simple = folder.path().join("simple");
    fs::write(&simple, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions();
    assert_eq!(mode(&folder.path().join("weights.pt")), mode(&simple));
    let nowhere = folder.path().join("none/weights.pt");
    assert!(matches!(good.write(&nowhere), Err(Error::Unwritable { .. })));
    let unknown = good.write(&folder.path().join("weights.bin")).unwrap_err();
    assert!(matches!(unknown, Error::Suffix { .. }));
    let reserved: StateDict = [("__metadata__", one())].into_iter().collect();
    let error = reserved.write(&folder.path().join("reserved.safetensors")).unwrap_err();
    assert!(error.to_string().ends_with("safetensors can name no tensor `__metadata__`"));
}

// --- names and shapes ----------------------------------------------------------------------------

#[test]
fn what_does_not_fit_is_listed() {
    let tensor = |shape: &[i64]| Tensor::zeros(shape, (Kind::Float, Device::Cpu));
    let dict: StateDict = [
        ("a", tensor(&[2, 3])),
        ("b", tensor(&[1])),
        ("c", tensor(&[])),
        ("n.num_batches_tracked", tensor(&[])),
    ]
    .into_iter()
    .collect();

    let fit = dict.fit(&[("c", &[]), ("a", &[2, 3]), ("b", &[1])], true).unwrap();
    let names: Vec<_> = fit.matched.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["c", "a", "b"]);
    assert!(fit.mismatch.is_empty());

    let expected: [(&str, &[i64]); 3] = [("a", &[2, 3]), ("x", &[1]), ("y", &[1])];
    let strict = dict.fit(&expected, true).unwrap_err();
    assert_eq!(strict.missing, ["x", "y"]);
    assert_eq!(strict.unexpected, ["b", "c"]);
    assert_eq!(strict.to_string(), "missing `x`, `y`; unexpected `b`, `c`");
    let lenient = dict.fit(&expected, false).unwrap();
    assert_eq!(lenient.matched.len(), 1);
    assert_eq!(lenient.mismatch, strict);

    // A shape never passes, not even one that would spread.
    for strict in [true, false] {
        let wrong = dict.fit(&[("a", &[3, 2]), ("b", &[10])], strict).unwrap_err();
        let misshapen = |name: &str, found: &[i64], expected: &[i64]| Misshapen {
            name: name.to_owned(),
            found: found.to_vec(),
            expected: expected.to_vec(),
        };
        assert_eq!(
            wrong.misshapen,
            [misshapen("a", &[2, 3], &[3, 2]), misshapen("b", &[1], &[10])]
        );
        assert_eq!(
            wrong.to_string(),
            "unexpected `c`; `a` is [2, 3], expected [3, 2], `b` is [1], expected [10]"
        );
    }
    let many: Vec<_> = (0..20).map(|k| format!("m{k}")).collect();
    let many: Vec<(&str, &[i64])> = many.iter().map(|name| (name.as_str(), &[][..])).collect();
    let text = dict.fit(&many, true).unwrap_err().to_string();
    assert!(text.starts_with("missing `m0`, `m1`, "), "{text}");
    assert!(text.contains("`m7` and 12 more; unexpected `a`, "), "{text}");
}

#[test]
fn a_network_takes_its_weights_or_stays_as_it_was() {
    let folder = TempDir::new().unwrap();
    let network =
        |classes| Network::new(&ModelKind::Bitmoji.into(), 64, classes, 7, Device::Cpu).unwrap();
    let other = folder.path().join("other.pt");
    network(3).save(&other).unwrap();
    let mut taken = network(2);
    let before: Vec<_> = taken.parameters().map(|(_, tensor)| content(tensor)).collect();
    let error = taken.load(&other).unwrap_err().to_string();
    assert!(error.starts_with(&format!("the weights in {} do not fit", other.display())));
    assert!(error.ends_with("`main.9.bias` is [3], expected [1]"), "{error}");
    let extra = ("extra".to_owned(), Tensor::from(1.0));
    let more: StateDict = read(&golden("vision/bitmoji.pt")).into_iter().chain([extra]).collect();
    more.write(&other).unwrap();
    let error = taken.load(&other).unwrap_err().to_string();
    assert!(error.ends_with("unexpected `extra`"), "{error}");
    let after: Vec<_> = taken.parameters().map(|(_, tensor)| content(tensor)).collect();
    assert!(before == after);
}

// --- checkpoints ---------------------------------------------------------------------------------

/// A small training with momentum, whose batches a generator draws.
struct Training {
    weight: Tensor,
    velocity: Tensor,
    random: ChaCha8Rng,
    epoch: u64,
    lr: f64,
}

impl Training {
    fn new() -> Self {
        Self {
            weight: Tensor::zeros([5], (Kind::Float, Device::Cpu)),
            velocity: Tensor::zeros([5], (Kind::Double, Device::Cpu)),
            random: ChaCha8Rng::seed_from_u64(3),
            epoch: 0,
            lr: 0.1 / 3.0,
        }
    }

    fn epoch(&mut self) {
        let target: Vec<f64> = (0..5).map(|_| self.random.random_range(-1.0..1.0)).collect();
        let gradient = &self.weight.to_kind(Kind::Double) - Tensor::from_slice(&target);
        self.velocity = &self.velocity * 0.9 + gradient;
        self.weight = (&self.weight - &self.velocity * self.lr).to_kind(Kind::Float);
        self.epoch += 1;
    }

    fn save(&self, path: &Path) {
        let tensors = [("model.weight", &self.weight), ("optimizer.velocity", &self.velocity)];
        let checkpoint = Checkpoint {
            tensors: tensors.map(|(name, t)| (name, t.shallow_clone())).into_iter().collect(),
            state: json!({
                "epoch": self.epoch,
                "settings": { "lr": self.lr },
                "random": {
                    "seed": self.random.get_seed(),
                    "stream": self.random.get_stream(),
                    "position": self.random.get_word_pos().to_string(),
                },
            }),
        };
        checkpoint.write(path).unwrap();
    }

    fn resume(path: &Path) -> Self {
        let Checkpoint { tensors, state } = Checkpoint::read(path).unwrap();
        let random = &state["random"];
        let seed: [u8; 32] = serde_json::from_value(random["seed"].clone()).unwrap();
        let mut generator = ChaCha8Rng::from_seed(seed);
        generator.set_stream(random["stream"].as_u64().unwrap());
        generator.set_word_pos(random["position"].as_str().unwrap().parse().unwrap());
        Self {
            weight: tensors.get("model.weight").unwrap().copy(),
            velocity: tensors.get("optimizer.velocity").unwrap().copy(),
            random: generator,
            epoch: state["epoch"].as_u64().unwrap(),
            lr: state["settings"]["lr"].as_f64().unwrap(),
        }
    }
}

#[test]
fn training_goes_on_from_a_checkpoint_to_the_last_bit() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("last.checkpoint");
    let mut whole = Training::new();
    let mut parts = Training::new();
    for _ in 0..6 {
        whole.epoch();
        parts.epoch();
        parts.save(&path);
        parts = Training::resume(&path);
    }
    assert_eq!(parts.epoch, 6);
    assert_eq!(content(&parts.weight), content(&whole.weight));
    assert_eq!(content(&parts.velocity), content(&whole.velocity));
    // Its tensors are there for others, too.
    assert_eq!(read(&path).len(), 2);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1);
}

#[test]
fn a_checkpoint_keeps_any_json_and_is_told_from_weights() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    let state = json!({
        "z": [0.1, 1e-320, f64::MAX, -0.0, u64::MAX, i64::MIN, null, true],
        "a": { "text": "\u{0}\"\\ 日本\n", "none": {} },
    });
    let checkpoint = Checkpoint { tensors: all_views(), state: state.clone() };
    checkpoint.write(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let found = Checkpoint::read(&path).unwrap();
    assert_eq!(found.state.to_string(), state.to_string());
    found.write(&path).unwrap();
    assert!(fs::read(&path).unwrap() == bytes);

    let weights = golden("vision/bitmoji.safetensors");
    let error = Checkpoint::read(&weights).unwrap_err();
    assert!(matches!(error, Error::NoCheckpoint { .. }), "{error}");
    for other in [golden("vision/bitmoji.pt"), folder.path().join("none")] {
        let error = Checkpoint::read(&other).unwrap_err().to_string();
        assert!(error.contains(&other.display().to_string()), "{error}");
    }
}

// --- files that are not what they seem -----------------------------------------------------------

/// A zip like PyTorch's, of these records.
fn archive(records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in records {
        zip.start_file(format!("archive/{name}"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn error_of_bytes(bytes: &[u8]) -> Error {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, bytes).unwrap();
    error_of(&path)
}

/// The pickle in a file of PyTorch's.
fn pickle_of(path: &Path) -> Vec<u8> {
    let mut zip = ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let names = zip.file_names().map(|name| name.unwrap().into_owned());
    let name = names.collect::<Vec<_>>().into_iter().find(|name| name.ends_with("/data.pkl"));
    let mut pickle = Vec::new();
    zip.by_name(&name.unwrap()).unwrap().read_to_end(&mut pickle).unwrap();
    pickle
}

#[test]
fn code_is_refused_by_name_and_never_runs() {
    let folder = TempDir::new().unwrap();
    let touched = folder.path().join("touched");
    let command = format!("touch {}", touched.display());
    let text = |text: &str| {
        let length = (text.len() as u32).to_le_bytes();
        [b"X", &length[..], text.as_bytes()].concat()
    };
    let command = text(&command);
    let short = |text: &str| [&[0x8C, text.len() as u8], text.as_bytes()].concat();
    let pickles: [(&str, Vec<u8>); 8] = [
        ("os.system", [&b"\x80\x02cos\nsystem\n"[..], &command, b"\x85R."].concat()),
        (
            "builtins.eval",
            [
                &b"\x80\x02}"[..],
                &text("state_dict"),
                b"}",
                &text("weight"),
                b"cbuiltins\neval\n",
                &command,
                b"\x85Rss.",
            ]
            .concat(),
        ),
        // In what is passed over: a list in a tuple
        (
            "posix.system",
            [
                &b"\x80\x02}"[..],
                &text("model"),
                b"}s",
                &text("other"),
                b"](cposix\nsystem\n",
                &command,
                b"\x85Ra\x85s.",
            ]
            .concat(),
        ),
        // By names on the stack (protocol 4)
        (
            "subprocess.Popen",
            [&b"\x80\x04"[..], &short("subprocess"), &short("Popen"), b"\x93", &command, b"\x85R."]
                .concat(),
        ),
        // As an object: INST, NEWOBJ and BUILD
        ("os.system", [&b"\x80\x02("[..], &command, b"ios\nsystem\n."].concat()),
        ("__main__.Net", b"\x80\x02c__main__\nNet\n)\x81}b.".to_vec()),
        // PyTorch's own functions that load libraries, and attributes of harmless modules
        ("torch.load", [&b"\x80\x02ctorch\nload\n"[..], &command, b"\x85R."].concat()),
        ("torch._utils.os", [&b"\x80\x02ctorch._utils\nos\n"[..], &command, b"\x85R."].concat()),
    ];
    for (called, pickle) in pickles {
        match error_of_bytes(&archive(&[("data.pkl", &pickle)])) {
            Error::Refused { name, .. } => assert_eq!(name, called),
            other => panic!("{called}: {other}"),
        }
    }
    assert!(!touched.exists());
    // A name that would redraw the terminal, or fill it.
    let long = [b"\x80\x02cos\n\x1b[2J", &[b'x'; 10_000][..], b"\n."].concat();
    assert!(matches!(error_of_bytes(&archive(&[("data.pkl", &long)])), Error::Refused { .. }));
}

#[test]
fn a_header_that_lies_costs_no_memory() {
    let reason = |bytes: &[u8]| error_of_bytes(bytes).to_string();
    // safetensors
    let with_header = |header: &str| {
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 16]].concat()
    };
    for length in [u64::MAX, 1 << 40, 99_999_999] {
        let bytes = [&length.to_le_bytes()[..], b"{}"].concat();
        assert!(reason(&bytes).ends_with("its header is longer than the file"));
    }
    let tensor = |shape: &str, end: u64| {
        let header = r#"{"a":{"dtype":"F32","shape":SHAPE,"data_offsets":[0,END]}}"#;
        with_header(&header.replace("SHAPE", shape).replace("END", &end.to_string()))
    };
    let tera = reason(&tensor("[1099511627776]", 4 << 40));
    assert!(tera.ends_with("its tensors have 4398046511104 bytes by its header, but 16 follow"));
    for (shape, end) in [
        ("[4611686018427387904, 4]", 0),
        ("[18446744073709551615]", u64::MAX - 3),
        ("[-1]", 4),
        ("[4]", 12),
        ("[4]", u64::MAX),
        ("[0, 9223372036854775807, 9223372036854775807]", 0),
    ] {
        let error = reason(&tensor(shape, end));
        assert!(error.contains(" is damaged or not understood: "), "{shape} {end}: {error}");
    }
    assert!(reason(&tensor("[2]", 8)).contains("8 bytes by its header, but 16 follow"));
    let unknown = r#"{"\u001b[2J":{"dtype":"F8_E4M3","shape":[16],"data_offsets":[0,16]}}"#;
    assert!(
        reason(&with_header(unknown))
            .ends_with("[2J` holds numbers of the kind F8_E4M3, which are not read")
    );
    let unknown = r#"{"a":{"dtype":"\u001b[2J","shape":[16],"data_offsets":[0,16]}}"#;
    assert!(reason(&with_header(unknown)).contains("its header: unknown variant `\u{fffd}[2J`"));

    // PyTorch's: lengths of storages, shapes, strides and offsets, in place of [2], (1,), 0
    let pickle = |length: i64, offset: i64, shape: &[i64], stride: &[i64]| {
        let int = |n: &i64| [&[0x8A, 8][..], &n.to_le_bytes()].concat();
        let ints =
            |ns: &[i64]| [b"(", &ns.iter().flat_map(int).collect::<Vec<_>>()[..], b"t"].concat();
        let text = |text: &str| [&[0x8C, text.len() as u8], text.as_bytes()].concat();
        let storage = [
            b"(",
            &text("storage")[..],
            b"ctorch\nFloatStorage\n",
            &text("0"),
            &text("cpu"),
            &int(&length),
            b"tQ",
        ]
        .concat();
        [
            b"\x80\x02}",
            &text("a")[..],
            b"ctorch._utils\n_rebuild_tensor_v2\n(",
            &storage,
            &int(&offset),
            &ints(shape),
            &ints(stride),
            b"\x89}tRs.",
        ]
        .concat()
    };
    let file = |pickle: &[u8]| archive(&[("data.pkl", pickle), ("data/0", &[0; 8])]);
    let folder = TempDir::new().unwrap();
    let good = folder.path().join("good");
    fs::write(&good, file(&pickle(2, 0, &[2], &[1]))).unwrap();
    assert_eq!(read(&good).get("a").unwrap().size(), [2]);
    let far = 1_i64 << 60;
    for (length, offset, shape, stride, why) in [
        (i64::MAX, 0, &[2][..], &[1][..], "a tensor of the shape"),
        (far, 0, &[2], &[1], "far beyond its own length"),
        (1 << 40, 0, &[2], &[1], "far beyond its own length"),
        (1 << 20, 0, &[2], &[1], "it is cut short"),
        (1, 0, &[1], &[1], "longer than it should be"),
        (2, 0, &[1 << 40], &[0], "far beyond its own length"),
        (2, 0, &[far, far], &[0, 0], "a tensor of the shape"),
        (2, 0, &[0, far, far], &[1, 1, 1], "a tensor of the shape"),
        (2, 0, &[3], &[1], "reaches out of its storage"),
        (2, 1, &[2], &[1], "reaches out of its storage"),
        (2, -1, &[2], &[1], "reaches out of its storage"),
        (2, 1, &[2], &[-1], "reaches out of its storage"),
        (2, 0, &[2], &[i64::MAX], "reaches out of its storage"),
        (2, i64::MAX, &[2], &[1], "reaches out of its storage"),
        (2, 0, &[2], &[1, 1], "reaches out of its storage"),
        (2, 0, &[-2], &[1], "a tensor of the shape"),
        (-2, 0, &[2], &[1], "in an unknown way"),
        (2, 0, &[1; 65], &[1; 65], "a tensor of 65 axes"),
    ] {
        let error = reason(&file(&pickle(length, offset, shape, stride)));
        assert!(error.contains(why), "{length} {offset} {shape:?} {stride:?}: {error}");
    }

    // A bomb: 16 MB of instructions in 16 kB.
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("archive/data.pkl", options).unwrap();
    zip.write_all(&vec![b'N'; 16 << 20]).unwrap();
    let bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < 100_000);
    assert!(reason(&bomb).ends_with("its pickle is too large, or too deep"));
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    let files = ["vision/bitmoji.safetensors", "state_dict/views.pt", "state_dict/network.pt"];
    for name in files {
        let bytes = fs::read(golden(name)).unwrap();
        for part in 0..40 {
            error_of_bytes(&bytes[..bytes.len() * part / 40]);
        }
        error_of_bytes(&bytes[..bytes.len() - 1]);
    }
    let views = fs::read(golden("state_dict/views.pt")).unwrap();
    // Numbers changed: the checksum tells.
    let place = views.len() / 2;
    let at = (place..).find(|&at| views[at] == 0x40 && views[at - 1] == 0).unwrap();
    let mut changed = views;
    changed[at] = 0x41;
    error_of_bytes(&changed);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_bytes_give_an_answer(
        start in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"\x80\x02", b"\x10\0\0\0\0\0\0\0{"]),
        bytes in vec(any::<u8>(), 0..300),
    ) {
        error_of_bytes(&[start, &bytes].concat());
    }

    #[test]
    fn a_changed_file_gives_an_answer(
        file in prop::sample::select(vec!["views.pt", "checkpoint_model.pt", "script.pt", "legacy.pt"]),
        edits in edits(),
    ) {
        let bytes = fs::read(golden("state_dict").join(file)).unwrap();
        gives_an_answer(&edited(bytes, &edits));
    }

    #[test]
    fn changed_safetensors_give_an_answer(edits in edits()) {
        // Once: writing waits for the disk.
        static VIEWS: LazyLock<Vec<u8>> = LazyLock::new(|| {
            let folder = TempDir::new().unwrap();
            let path = folder.path().join("views.safetensors");
            all_views().write(&path).unwrap();
            fs::read(path).unwrap()
        });
        gives_an_answer(&edited(VIEWS.clone(), &edits));
    }

    /// With the zip's checksums right, so that the pickle is read.
    #[test]
    fn a_changed_pickle_gives_an_answer(
        file in prop::sample::select(vec!["views.pt", "views_protocol5.pt", "checkpoint_model.pt"]),
        edits in edits(),
    ) {
        let pickle = edited(pickle_of(&golden("state_dict").join(file)), &edits);
        let numbers = [0; 96];
        let keys: Vec<_> = (0..20).map(|key| format!("data/{key}")).collect();
        let mut records = vec![("data.pkl", &pickle[..])];
        records.extend(keys.iter().map(|key| (key.as_str(), &numbers[..])));
        gives_an_answer(&archive(&records));
    }
}

/// Bytes put at shares of a file, in place of so many.
fn edits() -> impl Strategy<Value = Vec<(f64, usize, Vec<u8>)>> {
    vec((0.0..1.0, 0_usize..5, vec(any::<u8>(), 0..5)), 1..4)
}

fn edited(mut bytes: Vec<u8>, edits: &[(f64, usize, Vec<u8>)]) -> Vec<u8> {
    for (share, cut, new) in edits {
        let start = (share * bytes.len() as f64) as usize;
        bytes.splice(start..(start + cut).min(bytes.len()), new.iter().copied());
    }
    bytes
}

/// Tensors, or an error that names the file.
fn gives_an_answer(bytes: &[u8]) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, bytes).unwrap();
    if StateDict::read(&path).is_err() {
        error_of(&path);
        assert!(Checkpoint::read(&path).is_err());
    }
}
