"""Real hyperparameter problems: scikit-learn models on the small data sets it ships."""

from __future__ import annotations

import math
import warnings
from functools import lru_cache

import numpy as np

from ..space import Cat, Float, Int
from .base import Problem


@lru_cache(None)
def data(name):
    from sklearn import datasets
    from sklearn.preprocessing import StandardScaler

    x, y = getattr(datasets, "load_" + name)(return_X_y=True)
    order = np.random.RandomState(0).permutation(len(x))
    x, y = x[order], y[order]
    if name == "digits":
        return x[:600] / 16.0, y[:600]
    return StandardScaler().fit_transform(x), y


def cross_validate(model, name, scoring, folds=3):
    """The mean score over shuffled folds, negated; 1000 where it is not finite."""
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score

    x, y = data(name)
    kind = KFold if name == "diabetes" else StratifiedKFold
    split = kind(folds, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = -float(cross_val_score(model, x, y, cv=split, scoring=scoring).mean())
    return value if math.isfinite(value) else 1e3


def _svm_digits(p):
    from sklearn.svm import SVC

    return 1 + cross_validate(SVC(C=p["C"], gamma=p["gamma"]), "digits", "accuracy")


def _svm_cancer(p):
    from sklearn.svm import SVC

    model = SVC(
        C=p["C"],
        gamma=p["gamma"],
        kernel=p["kernel"],
        degree=p["degree"],
        coef0=p["coef0"],
        max_iter=20000,
    )
    return 1 + cross_validate(model, "breast_cancer", "balanced_accuracy")


def _rf_wine(p):
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(
        n_estimators=p["n_estimators"],
        max_depth=p["max_depth"],
        min_samples_leaf=p["min_samples_leaf"],
        max_features=p["max_features"],
        criterion=p["criterion"],
        random_state=0,
    )
    return cross_validate(model, "wine", "neg_log_loss")


def _gb_cancer(p):
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(
        n_estimators=p["n_estimators"],
        learning_rate=p["lr"],
        max_depth=p["max_depth"],
        subsample=p["subsample"],
        max_features=p["max_features"],
        min_samples_leaf=p["min_samples_leaf"],
        random_state=0,
    )
    return cross_validate(model, "breast_cancer", "neg_log_loss")


def _hgb_diabetes(p):
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        max_iter=p["max_iter"],
        learning_rate=p["lr"],
        max_leaf_nodes=p["max_leaf_nodes"],
        l2_regularization=p["l2"],
        min_samples_leaf=p["min_samples_leaf"],
        max_features=p["max_features"],
        early_stopping=False,
        random_state=0,
    )
    return cross_validate(model, "diabetes", "neg_root_mean_squared_error")


def _mlp_digits(p):
    from sklearn.metrics import log_loss
    from sklearn.neural_network import MLPClassifier

    x, y = data("digits")
    model = MLPClassifier(
        (p["h1"],) * p["layers"],
        activation=p["act"],
        alpha=p["alpha"],
        learning_rate_init=p["lr"],
        batch_size=p["batch"],
        max_iter=12,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model.fit(x[:400], y[:400])
            value = log_loss(y[400:], model.predict_proba(x[400:]), labels=np.arange(10))
        except ValueError:
            return 10.0
    return float(min(value, 10.0)) if math.isfinite(value) else 10.0


def problems():
    out = {}

    def add(name, function, space):
        out[name] = Problem(name, "hpo", space, function, None, "best seen", cache=True)

    add("svm_digits", _svm_digits, [Float("C", 1e-3, 1e3, True), Float("gamma", 1e-5, 10.0, True)])
    add(
        "svm_cancer",
        _svm_cancer,
        [
            Cat("kernel", ("rbf", "poly", "sigmoid")),
            Float("C", 1e-3, 1e3, True),
            Float("gamma", 1e-5, 1.0, True),
            Int("degree", 2, 5),
            Float("coef0", 0.0, 2.0),
        ],
    )
    add(
        "rf_wine",
        _rf_wine,
        [
            Int("n_estimators", 5, 40, True),
            Int("max_depth", 2, 20),
            Int("min_samples_leaf", 1, 20),
            Float("max_features", 0.1, 1.0),
            Cat("criterion", ("gini", "entropy")),
        ],
    )
    add(
        "gb_cancer",
        _gb_cancer,
        [
            Int("n_estimators", 10, 80, True),
            Float("lr", 1e-3, 1.0, True),
            Int("max_depth", 1, 6),
            Float("subsample", 0.3, 1.0),
            Float("max_features", 0.1, 0.6),
            Int("min_samples_leaf", 1, 30, True),
        ],
    )
    add(
        "hgb_diabetes",
        _hgb_diabetes,
        [
            Int("max_iter", 5, 60, True),
            Float("lr", 1e-3, 1.0, True),
            Int("max_leaf_nodes", 2, 32, True),
            Float("l2", 1e-4, 1e3, True),
            Int("min_samples_leaf", 1, 60),
            Float("max_features", 0.1, 1.0),
        ],
    )
    add(
        "mlp_digits",
        _mlp_digits,
        [
            Float("lr", 1e-5, 1.0, True),
            Float("alpha", 1e-7, 1.0, True),
            Int("h1", 4, 64, True),
            Int("layers", 1, 3),
            Cat("act", ("relu", "tanh", "logistic", "identity")),
            Int("batch", 16, 128, True),
        ],
    )
    return out
