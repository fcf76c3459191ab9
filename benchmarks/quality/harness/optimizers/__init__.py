"""Optimizers by name."""

from __future__ import annotations

import os

from . import optuna_samplers, others, torch_based
from .base import Optimizer, Random, Sobol, Unsupported
from .external import ROOT, Exec

__all__ = ["FOREIGN", "LOCAL", "Optimizer", "Unsupported", "label", "make", "supports"]

LOCAL = {
    "random": Random,
    "sobol": Sobol,
    "optuna-tpe": optuna_samplers.TPE,
    "optuna-tpe-mv": optuna_samplers.TPEMultivariate,
    "optuna-tpe-uni": optuna_samplers.TPEUnivariate,
    "optuna-tpe-group": optuna_samplers.TPEGroup,
    "optuna-gp": optuna_samplers.GP,
    "optuna-cmaes": optuna_samplers.CMAES,
    "ax": torch_based.Ax,
    "botorch": torch_based.BoTorch,
    "skopt-gp": others.Skopt,
    "egobox": others.Egobox,
}

# Served over the exec protocol from a virtual environment of their own, beside bench.py.
FOREIGN = {
    "smac-hpo": ("venv_smac", others.Smac),
    "smac-bb": ("venv_smac", others.SmacBlackBox),
    "hebo": ("venv_hebo", torch_based.Hebo),
}


def label(spec):
    """NAME of `exec:NAME=COMMAND`; otherwise the spec itself."""
    return spec[5:].split("=", 1)[0] if spec.startswith("exec:") else spec


def _kind(spec):
    if spec.startswith("exec:"):
        return Exec
    return FOREIGN[spec][1] if spec in FOREIGN else LOCAL[spec]


def supports(spec, space, parallel):
    """None, or why this optimizer cannot run on such a space."""
    kind = _kind(spec)
    if space.conditional and not kind.conditional:
        return "conditions"
    if space.constraints and not kind.constraints:
        return "constraints"
    if parallel > 1 and not kind.parallel:
        return "parallel asks"
    return None


def make(spec, space, seed, budget):
    if spec.startswith("exec:"):
        return Exec(space, seed, budget, spec[5:].split("=", 1)[1])
    if spec in FOREIGN:
        python = os.path.join(ROOT, FOREIGN[spec][0], "bin", "python")
        return Exec(space, seed, budget, [python, "-m", "harness.serve", spec])
    return LOCAL[spec](space, seed, budget)
