#!/usr/bin/env python3
"""The same as benches/images.rs with Pillow and torchvision: images a second, median of ten rounds.

    decode.py DATA
"""
import statistics
import sys
import time

import torch
from PIL import Image
from torchvision import transforms
from torchvision.datasets import ImageFolder

torch.set_num_threads(1)
files = [path for path, _ in ImageFolder(f"{sys.argv[1]}/valid").samples]
resize = transforms.Compose([transforms.Resize(64), transforms.CenterCrop(64)])
augment = transforms.Compose([
    transforms.RandomHorizontalFlip(),
    transforms.RandomRotation(15),
    transforms.RandomCrop(64, padding=4),
    transforms.ColorJitter(0.4, 0.4, 0.4),
])  # fmt: skip


def decode(path):
    with Image.open(path) as image:
        return image.convert("RGB")


loaded = [resize(decode(path)) for path in files]
for name, work in (
    ("decode", lambda: [decode(path) for path in files]),
    ("decode_and_resize", lambda: [resize(decode(path)) for path in files]),
    ("augment", lambda: [augment(image) for image in loaded]),
):
    rates = []
    for _ in range(10):
        start = time.process_time()
        work()
        rates.append(len(files) / (time.process_time() - start))
    print(f"{name} {statistics.median(rates):.0f} images a second")
