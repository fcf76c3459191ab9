"""Writes gp.json and sobol.json: numbers of GPyTorch, BoTorch, mpmath and scipy that the tests hold
surmise's Gaussian process and Sobol sequence against.

    pip install torch gpytorch botorch mpmath scipy
    python tests/golden/make_gp_goldens.py

Made with torch 2.11.0, gpytorch 1.15.2, botorch 0.18.1, mpmath 1.3.0, scipy 1.17.1.
"""

import json
import pathlib

import botorch
import gpytorch
import mpmath
import torch
from scipy.stats import qmc

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
mpmath.mp.dps = 60


def gaussian_process(one_hot: bool) -> dict:
    """A GP at fixed hyperparameters. With `one_hot`, the last column is categorical with three
    choices, which GPyTorch sees as three columns of 0 and 1/sqrt(2) that share a length scale."""
    torch.manual_seed(3)
    n, d, m = 14, 3, 6
    x, points = torch.rand(n, d), torch.rand(m, d)
    if one_hot:
        x[:, -1] = (torch.arange(n) % 3 + 0.5) / 3
        points[:, -1] = (torch.arange(m) % 3 + 0.5) / 3
    y = 100 + 20 * torch.sin(5 * x[:, 0]) + 8 * x[:, 1] ** 2 - 9 * (x[:, 2] > 0.6) + torch.randn(n)
    z = (y - y.mean()) / y.std()
    # One point where improvement is likely; the others are deep in LogEI's tail.
    points[0, :2] = x[y.argmin(), :2] + 0.02
    points[0, 2] = x[y.argmin(), 2]

    def embed(u):
        if not one_hot:
            return u
        choice = (u[..., -1] * 3).long()
        code = torch.nn.functional.one_hot(choice, 3) / 2**0.5
        return torch.cat([u[..., :-1], code], -1)

    # Length scales of the columns, signal variance, noise variance, mean.
    theta = torch.tensor([0.4, 1.3, 0.7, 1.7, 0.02, 0.15], requires_grad=True)
    scales = theta[:3] if not one_hot else torch.cat([theta[:2], theta[2:3].expand(3)])

    class Matern(gpytorch.kernels.Kernel):
        """GPyTorch's Matern-5/2 at length scales that stay part of the graph."""

        def forward(self, a, b, diag=False, **_):
            base = gpytorch.kernels.MaternKernel(nu=2.5)
            base.lengthscale = 1.0
            return theta[3] * base(a / scales, b / scales).to_dense()

    kernel = Matern()
    covariance = kernel.forward(embed(x), embed(x)) + theta[4] * torch.eye(n)
    marginal = gpytorch.distributions.MultivariateNormal(theta[5].expand(n), covariance)
    likelihood = marginal.log_prob(z)
    (gradient,) = torch.autograd.grad(likelihood, theta, retain_graph=True)

    model = botorch.models.SingleTaskGP(
        embed(x),
        z[:, None],
        covar_module=gpytorch.kernels.ScaleKernel(
            gpytorch.kernels.MaternKernel(nu=2.5, ard_num_dims=len(scales))
        ),
        mean_module=gpytorch.means.ConstantMean(),
        likelihood=gpytorch.likelihoods.GaussianLikelihood(),
        outcome_transform=None,
    )
    model.covar_module.base_kernel.lengthscale = scales.detach()
    model.covar_module.outputscale = theta[3].detach()
    model.likelihood.noise = theta[4].detach()
    model.mean_module.constant = theta[5].detach()
    model.eval()
    posterior = model.posterior(embed(points))

    acquisition = botorch.acquisition.LogExpectedImprovement(model, best_f=z.min(), maximize=False)
    free = points.clone().requires_grad_()
    log_ei = acquisition(embed(free)[:, None, :])
    (log_ei_gradient,) = torch.autograd.grad(log_ei.sum(), free)

    theta = theta.detach()
    return {
        "categorical": one_hot,
        "x": x.tolist(),
        "y": y.tolist(),
        "length_scales": theta[:3].tolist(),
        "signal_variance": theta[3].item(),
        "noise_variance": theta[4].item(),
        "mean": theta[5].item(),
        "log_marginal_likelihood": likelihood.item(),
        # With respect to the logarithms of the positive ones, and the mean itself.
        "log_marginal_likelihood_gradient": (gradient * torch.cat([theta[:5], torch.ones(1)])).tolist(),
        "points": points.tolist(),
        "posterior_mean": (posterior.mean[:, 0] * y.std() + y.mean()).tolist(),
        "posterior_variance": (posterior.variance[:, 0] * y.var()).tolist(),
        "log_ei": log_ei.tolist(),
        "log_ei_gradient": log_ei_gradient.tolist(),
    }


def log_h() -> list:
    """ln(phi(z) + z Phi(z)) and its derivative Phi(z) / h(z)."""
    zs = [-1e6, -1e5, -12345.678, -1e3, -100.0, -38.5, -30.0, -12.0, -8.0, -5.0, -3.0, -2.5]
    zs += [-2.0000001, -2.0, -1.9999999, -1.5, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.5, 1.0, 3.0, 7.0, 10.0]
    rows = []
    for z in zs:
        u = mpmath.mpf(z)
        with mpmath.workdps(80):
            below = mpmath.erfc(-u / mpmath.sqrt(2)) / 2
            h = mpmath.npdf(u) + u * below
            rows.append([z, float(mpmath.log(h)), float(below / h)])
    return rows


def sobol() -> list:
    """Points of scipy's unscrambled sequence: all coordinates of the narrow, the last of the wide."""
    rows = []
    for dimensions in [1, 7, 40, 100, 101, 1000, 1001, 21201]:
        for index in [0, 1, 2, 3, 5, 64, 1000] if dimensions <= 1001 else [3, 1000]:
            engine = qmc.Sobol(dimensions, scramble=False)
            if index:
                engine.fast_forward(index)
            point = engine.random(1)[0]
            rows.append({"dimensions": dimensions, "index": index, "tail": point[-7:].tolist()})
    return rows


def write(name: str, data) -> None:
    (HERE / name).write_text(json.dumps(data) + "\n")


if __name__ == "__main__":
    with gpytorch.settings.fast_computations(False, False, False):
        write("gp.json", {"models": [gaussian_process(False), gaussian_process(True)], "log_h": log_h()})
    write("sobol.json", sobol())
