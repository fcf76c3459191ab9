#!/usr/bin/env python3
"""PyTorch's side of tests/state_dict.rs.

    python3 state_dict.py read FOLDER     loads what the test wrote there, and compares
    python3 state_dict.py write FOLDER    writes there what the test loads

The folder state_dict holds what torch 2.11.0 wrote.
"""
import collections
import io
import os
import sys
import zipfile

import torch
from torch import nn

KINDS = "float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool".split()


def numbers(kind):
    """-3.5, -2.5 … 7.5 in three rows of four, their absolute values for uint8."""
    values = torch.arange(12).view(3, 4) - 3.5
    return (values.abs() if kind == "uint8" else values).to(getattr(torch, kind))


def views(kind):
    """A tensor and others that look into its storage."""
    whole = numbers(kind)
    return {
        kind: whole,
        f"{kind}.transposed": whole.t(),
        f"{kind}.part": whole[1:, ::2],
        f"{kind}.scalar": whole[2, 3],
        f"{kind}.empty": whole[:, :0],
        f"{kind}.repeated": whole[0].expand(2, 4),
    }


def all_views():
    return {name: tensor for kind in KINDS for name, tensor in views(kind).items()}


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(100, 2))


def stepped(model):
    """An optimizer with a state."""
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 3, 7, 7)).sum().backward()
    optimizer.step()
    return optimizer


def read():
    expected = all_views()
    for options in {}, {"mmap": True}:
        found = torch.load("ours.pt", weights_only=True, **options)
        assert type(found) is collections.OrderedDict, type(found)
        assert list(found) == list(expected), list(found)
        for name, tensor in expected.items():
            assert found[name].dtype == tensor.dtype, name
            assert found[name].shape == tensor.shape, name
            assert torch.equal(found[name], tensor), name
            assert found[name].is_contiguous(), name
    # A state dict of theirs that came back through us.
    network().load_state_dict(torch.load("network_again.pt", weights_only=True))
    again = torch.load("network_again.pt", weights_only=True)
    for name, tensor in network().state_dict().items():
        assert torch.equal(again[name], tensor), name
    try:
        from safetensors.torch import load_file
    except ImportError:
        return
    found = load_file("ours.safetensors")
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())


class Touch:
    """Unpickled by Python, it would make a file."""

    def __reduce__(self):
        return os.system, ("touch touched",)


def script(model):
    """TorchScript, without the places in this machine's PyTorch that its code is from."""
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(model), buffer)
    with zipfile.ZipFile(buffer) as whole, zipfile.ZipFile("script.pt", "w") as part:
        for name in whole.namelist():
            if not name.endswith(".debug_pkl"):
                part.writestr(zipfile.ZipInfo(name), whole.read(name))


def write():
    model = network()
    state = model.state_dict()
    torch.save(all_views(), "views.pt")
    torch.save(all_views(), "views_protocol5.pt", pickle_protocol=5)
    torch.save(state, "network.pt")
    torch.save(dict(model.named_parameters()), "parameters.pt")
    checkpoint = {
        "epoch": 3,
        "optimizer": stepped(network()).state_dict(),
        "rng": torch.get_rng_state(),
        "args": {"lr": 1e-3, "sizes": [1, 2.5], "name": None, "raw": b"raw", "set": {1, 2}},
        "dtype": torch.float32,
        "device": torch.device("cpu"),
        "complex": torch.ones(2, dtype=torch.complex64),
        "float8": torch.ones(2).to(torch.float8_e4m3fn),
    }
    torch.save({**checkpoint, "model": state}, "checkpoint_model.pt")
    torch.save({"epoch": 3, "state_dict": state}, "checkpoint_state_dict.pt")
    torch.save({"epoch": 3, "model_state_dict": state}, "checkpoint_model_state_dict.pt")
    # Not to be read
    torch.save(model, "module.pt")
    torch.save(state, "legacy.pt", _use_new_zipfile_serialization=False)
    script(model)
    torch.save({"weight": torch.ones(2), "other": Touch()}, "code.pt")
    torch.save({"state_dict": state, "other": [{"deep": (Touch(),)}]}, "deep_code.pt")
    torch.save({"net": state}, "elsewhere.pt")
    torch.save({"weight": torch.ones(2).to(torch.uint16)}, "uint16.pt")
    torch.save({"weight": torch.ones(2, dtype=torch.complex64)}, "complex.pt")
    torch.save({"weight": torch.eye(2).to_sparse()}, "sparse.pt")
    torch.save([torch.ones(2)], "list.pt")


os.chdir(sys.argv[2])
{"read": read, "write": write}[sys.argv[1]]()
