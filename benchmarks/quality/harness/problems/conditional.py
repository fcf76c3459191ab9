"""Spaces where some parameters exist only for some values of others."""

from __future__ import annotations

import math
import warnings

import numpy as np

from ..space import Cat, Float, Int
from . import functions as f
from . import hpo
from .base import Problem

# ---------------------------------------------------------------- an optimizer and its own settings
# base loss, best log10 of the (effective) learning rate, best log10 of the weight decay
_OPTIMIZERS = {
    "adam": (0.00, -2.7, -2.2),
    "lion": (0.01, -3.9, -1.6),
    "sgd": (0.02, -0.6, -3.4),
    "rmsprop": (0.05, -3.1, -4.0),
}


def _optimizer_lr(p):
    base, best_lr, best_wd = _OPTIMIZERS[p["opt"]]
    lr = math.log10(p["lr"])
    loss = 0.1 + base + 0.02 * (math.log10(p["wd"]) - best_wd) ** 2
    if p["opt"] == "sgd":
        lr -= math.log10(1 - p["momentum"])  # momentum multiplies the step
        loss += 0.03 * ((p["momentum"] - 0.9) / 0.3) ** 2
        loss += 0.0 if p["nesterov"] == "yes" else 0.005
    elif p["opt"] == "rmsprop":
        loss += 0.03 * ((p["momentum"] - 0.5) / 0.3) ** 2
        loss += 0.03 * ((p["alpha"] - 0.95) / 0.2) ** 2
    elif p["opt"] == "adam":
        loss += 0.04 * ((p["beta1"] - 0.87) / 0.2) ** 2
        loss += 0.02 * (math.log10(p["beta2_gap"]) + 2.6) ** 2
    too_fast = min(max((lr - best_lr - 1.0) / 0.5, 0.0), 1.0)  # diverges half a decade further up
    return loss + 0.06 * (lr - best_lr) ** 2 + 0.5 * too_fast**2 * (3 - 2 * too_fast)


def _optimizer_lr_space():
    return [
        Cat("opt", ("sgd", "adam", "rmsprop", "lion")),
        Float("lr", 1e-6, 1.0, True),
        Float("wd", 1e-6, 1e-1, True),
        Float("momentum", 0.0, 0.99, when={"opt": ["sgd", "rmsprop"]}),
        Cat("nesterov", ("no", "yes"), when={"opt": "sgd"}),
        Float("alpha", 0.5, 0.999, when={"opt": "rmsprop"}),
        Float("beta1", 0.5, 0.99, when={"opt": "adam"}),
        Float("beta2_gap", 1e-4, 1e-1, True, when={"opt": "adam"}),
    ]


# ---------------------------------------------------------------- widths of the layers there are
_DEPTH = {1: 0.25, 2: 0.12, 3: 0.03, 4: 0.00, 5: 0.02}


def _width_target(layer):
    return 7.5 - 0.8 * (layer - 1)


def _layers_widths(p):
    n = p["n_layers"]
    widths = [math.log2(p[f"width{i}"]) for i in range(1, n + 1)]
    loss = 0.05 + _DEPTH[n] + 0.07 * (math.log10(p["lr"]) + 2.2 + 0.25 * n) ** 2
    loss += sum(0.03 * (w - _width_target(i)) ** 2 for i, w in enumerate(widths, 1))
    loss += sum(0.01 * max(0.0, b - a) ** 2 for a, b in zip(widths, widths[1:]))
    if n >= 2:
        loss += 0.2 * (p["dropout"] - 0.1 * (n - 1)) ** 2
    return loss


def _layers_widths_space():
    space = [Int("n_layers", 1, 5), Float("lr", 1e-5, 1.0, True), Int("width1", 8, 512, True)]
    space.append(Float("dropout", 0.0, 0.7, when="n_layers >= 2"))
    for i in range(2, 6):
        space.append(Int(f"width{i}", 8, 512, True, when=f"n_layers >= {i}"))
    return space


def _layers_widths_optimum():
    """Four layers, narrowing, so that only the rounding of widths to integers costs anything."""
    widths = np.log2(np.arange(8, 513))
    return 0.05 + sum(0.03 * float(np.min((widths - _width_target(i)) ** 2)) for i in range(1, 5))


# ---------------------------------------------------------------- a tree of test functions
def _branch_tree(p):
    x = np.array([p["x0"], p["x1"]])
    leaf = p["smooth"] if p["family"] == "smooth" else p["wavy"]
    if leaf == "hartmann":
        base, best_s = (f.hartmann3(np.array([*x, p["x2"]])) - f.HARTMANN3_OPTIMUM) / 4, 0.83
    elif leaf == "branin":
        value = f.branin(np.array([-5 + 15 * x[0], 15 * x[1]]))
        base, best_s = 0.2 + (value - f.BRANIN_OPTIMUM) / 100, 0.22
    elif leaf == "levy":
        z = -10 + 20 * np.array([*x, p["x3"], p["x4"]]) - 4 * f.SHIFT[:4]
        base, best_s = 0.1 + f.levy(z) / 50, 0.41
    else:
        base, best_s = 0.3 + f.rastrigin(-4 + 9 * x) / 60, 0.66
    return base + 0.5 * (p["s"] - best_s) ** 2


def _branch_tree_space():
    return [
        Cat("family", ("smooth", "wavy")),
        Cat("smooth", ("branin", "hartmann"), when={"family": "smooth"}),
        Cat("wavy", ("levy", "rastrigin"), when={"family": "wavy"}),
        Float("x0", 0.0, 1.0),
        Float("x1", 0.0, 1.0),
        Float("s", 0.0, 1.0),
        Float("x2", 0.0, 1.0, when={"smooth": "hartmann"}),
        Float("x3", 0.0, 1.0, when={"wavy": "levy"}),
        Float("x4", 0.0, 1.0, when={"wavy": "levy"}),
    ]


# ---------------------------------------------------------------- the worse branch looks good first
_SLOW = np.array([0.71, 0.18, 0.64, 0.33, 0.85])


def _deceptive_branch(p):
    """Any point of `quick` is fair (0.3 to 0.5); most of `slow` is poor, its best is 0."""
    if p["branch"] == "quick":
        return 0.3 + 0.3 * ((p["a"] - 0.62) ** 2 + (p["b"] - 0.27) ** 2)
    q = float(np.mean((np.array([p[name] for name in "cdefg"]) - _SLOW) ** 2))
    return 12 * q / (1 + 4 * q)


def _deceptive_branch_space():
    space = [Cat("branch", ("quick", "slow"))]
    space += [Float(name, 0.0, 1.0, when={"branch": "quick"}) for name in "ab"]
    return space + [Float(name, 0.0, 1.0, when={"branch": "slow"}) for name in "cdefg"]


# ---------------------------------------------------------------- real pipelines (scikit-learn)
def _digits_pipeline_space():
    return [
        Cat("scaler", ("none", "standard", "pca")),
        Int("components", 4, 60, True, when={"scaler": "pca"}),
        Cat("model", ("svm", "forest", "logistic", "knn")),
        Float("svm_c", 1e-3, 1e3, True, when={"model": "svm"}),
        Cat("svm_kernel", ("rbf", "poly", "linear"), when={"model": "svm"}),
        Float("svm_gamma", 1e-5, 10.0, True, when={"svm_kernel": ["rbf", "poly"]}),
        Int("svm_degree", 2, 5, when={"svm_kernel": "poly"}),
        Int("forest_trees", 5, 80, True, when={"model": "forest"}),
        Int("forest_depth", 2, 20, when={"model": "forest"}),
        Float("forest_features", 0.02, 1.0, True, when={"model": "forest"}),
        Float("logistic_c", 1e-4, 1e3, True, when={"model": "logistic"}),
        Int("knn_k", 1, 30, True, when={"model": "knn"}),
        Cat("knn_weights", ("uniform", "distance"), when={"model": "knn"}),
        Cat("knn_metric", ("euclidean", "manhattan", "cosine"), when={"model": "knn"}),
    ]


def _digits_model(p):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC

    if p["model"] == "svm":
        gamma, degree = p.get("svm_gamma", "scale"), p.get("svm_degree", 3)
        return SVC(C=p["svm_c"], kernel=p["svm_kernel"], gamma=gamma, degree=degree, max_iter=20000)
    if p["model"] == "forest":
        return RandomForestClassifier(
            n_estimators=p["forest_trees"],
            max_depth=p["forest_depth"],
            max_features=p["forest_features"],
            random_state=0,
        )
    if p["model"] == "logistic":
        return LogisticRegression(C=p["logistic_c"], max_iter=60)
    return KNeighborsClassifier(n_neighbors=p["knn_k"], weights=p["knn_weights"], metric=p["knn_metric"])


def _pipeline_digits(p):
    """Error rate on 1,497 digits after training on the other 300."""
    from sklearn.datasets import load_digits
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = load_digits(return_X_y=True)
    order = np.random.RandomState(0).permutation(len(x))
    x, y = x[order] / 16.0, y[order]
    steps = {
        "none": [],
        "standard": [StandardScaler()],
        "pca": [PCA(p.get("components"), random_state=0, svd_solver="full")],
    }[p["scaler"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = make_pipeline(*steps, _digits_model(p)).fit(x[:300], y[:300])
        return 1.0 - float(model.score(x[300:], y[300:]))


def _diabetes_pipeline_space():
    return [
        Cat("model", ("ridge", "svr", "forest", "boosting", "knn")),
        Float("ridge_alpha", 1e-3, 1e4, True, when={"model": "ridge"}),
        Float("svr_c", 1e-2, 1e4, True, when={"model": "svr"}),
        Float("svr_gamma", 1e-4, 10.0, True, when={"model": "svr"}),
        Float("svr_epsilon", 1e-1, 1e2, True, when={"model": "svr"}),
        Int("trees", 5, 60, True, when={"model": ["forest", "boosting"]}),
        Int("depth", 1, 12, when={"model": ["forest", "boosting"]}),
        Float("features", 0.1, 1.0, when={"model": ["forest", "boosting"]}),
        Int("forest_leaf", 1, 40, True, when={"model": "forest"}),
        Float("boosting_lr", 1e-3, 1.0, True, when={"model": "boosting"}),
        Float("boosting_subsample", 0.3, 1.0, when={"model": "boosting"}),
        Int("knn_k", 1, 60, True, when={"model": "knn"}),
        Cat("knn_weights", ("uniform", "distance"), when={"model": "knn"}),
    ]


def _pipeline_diabetes(p):
    """Root mean squared error of three folds, standardised inputs."""
    from sklearn import ensemble, linear_model, neighbors, svm

    kind = p["model"]
    if kind == "ridge":
        model = linear_model.Ridge(alpha=p["ridge_alpha"])
    elif kind == "svr":
        model = svm.SVR(C=p["svr_c"], gamma=p["svr_gamma"], epsilon=p["svr_epsilon"], max_iter=50000)
    elif kind == "forest":
        model = ensemble.RandomForestRegressor(
            n_estimators=p["trees"],
            max_depth=p["depth"],
            max_features=p["features"],
            min_samples_leaf=p["forest_leaf"],
            random_state=0,
        )
    elif kind == "boosting":
        model = ensemble.GradientBoostingRegressor(
            n_estimators=p["trees"],
            max_depth=p["depth"],
            max_features=p["features"],
            learning_rate=p["boosting_lr"],
            subsample=p["boosting_subsample"],
            random_state=0,
        )
    else:
        model = neighbors.KNeighborsRegressor(n_neighbors=p["knn_k"], weights=p["knn_weights"])
    return hpo.cross_validate(model, "diabetes", "neg_root_mean_squared_error")


def problems():
    out = {}

    def add(name, function, space, optimum, source="analytic", cache=False):
        out[name] = Problem(name, "conditional", space, function, optimum, source, cache=cache)

    add("optimizer_lr", _optimizer_lr, _optimizer_lr_space(), 0.1)
    add("layers_widths", _layers_widths, _layers_widths_space(), _layers_widths_optimum())
    add("branch_tree", _branch_tree, _branch_tree_space(), 0.0)
    add("deceptive_branch", _deceptive_branch, _deceptive_branch_space(), 0.0)
    seen = dict(optimum=None, source="best seen", cache=True)
    add("pipeline_digits", _pipeline_digits, _digits_pipeline_space(), **seen)
    add("pipeline_diabetes", _pipeline_diabetes, _diabetes_pipeline_space(), **seen)
    return out
