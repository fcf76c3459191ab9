"""The quality benchmark: problems, optimizers, runs and reports. See ../README.md."""
