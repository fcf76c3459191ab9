#!/usr/bin/env python3
"""scikit-learn's StandardScaler and LogisticRegression on small data, for tests/logistic.rs.

    python logistic.py      writes logistic.json beside itself

Made with scikit-learn 1.9.1, numpy 2.4.6; the regressions to a tolerance of 1e-12.
"""
import json
import pathlib

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

random = np.random.default_rng(3)
cases = []
for classes, n, k in ((2, 60, 5), (3, 80, 4), (2, 30, 40)):
    labels = random.integers(0, classes, n)
    features = random.normal(size=(n, k)) * random.uniform(0.1, 20, k) + random.uniform(-50, 50, k)
    features += labels[:, None] * features.std(0) * random.uniform(-1, 1, k)
    features[:, -1] = 7.3  # constant
    scaler = StandardScaler().fit(features)
    z = scaler.transform(features)
    fits = []
    for c in (0.01, 1.0, 30.0):
        fit = LogisticRegression(C=c, tol=1e-12, max_iter=100_000).fit(z, labels)
        fits.append({
            "c": c,
            "weights": fit.coef_.flatten().tolist(),
            "intercepts": fit.intercept_.tolist(),
            "accuracy": fit.score(z, labels),
        })  # fmt: skip
    cases.append({
        "classes": classes,
        "columns": k,
        "labels": labels.tolist(),
        "features": features.flatten().tolist(),
        "mean": scaler.mean_.tolist(),
        "scale": scaler.scale_.tolist(),
        "fits": fits,
    })  # fmt: skip
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
