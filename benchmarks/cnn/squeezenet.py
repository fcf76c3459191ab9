#!/usr/bin/env python3
"""SqueezeNet 1.1 fine-tuned on image folders in Python, to time beside `surmise train`.

    squeezenet.py DATA WEIGHTS EPOCHS THREADS

All weights are learnt, 128 x 128 pixels, batches of 64, Adam at 1e-4, images decoded once and kept as
bytes, the validation images measured after every epoch. As in experiments/transfer.yaml the single
logit has no ReLU. Prints "epoch E accuracy A seconds S" and, at the end, the best seconds.
"""
import sys
import time

import torch
import torchvision
from safetensors.torch import load_file
from torch import nn
from torchvision import transforms
from torchvision.datasets import ImageFolder

data, weights, epochs, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(threads)
torch.manual_seed(7)
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def load(folder):
    images = ImageFolder(folder, transforms.Compose([transforms.Resize(128), transforms.PILToTensor()]))
    return torch.stack([image for image, _ in images]), torch.tensor([label for _, label in images])


def prepared(images):
    return (images.float() / 255 - MEAN) / STD


network = torchvision.models.squeezenet1_1(weights=None)
network.load_state_dict(load_file(weights))
network.classifier = nn.Sequential(nn.Dropout(0.5), nn.Conv2d(512, 1, 1), nn.AdaptiveAvgPool2d(1))
train, valid = load(f"{data}/train"), load(f"{data}/valid")
optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
criterion = nn.BCEWithLogitsLoss()
times = []
for epoch in range(1, epochs + 1):
    start = time.perf_counter()
    network.train()
    for indices in torch.randperm(len(train[0])).split(64):
        optimizer.zero_grad()
        loss = criterion(network(prepared(train[0][indices])).flatten(), train[1][indices].float())
        loss.backward()
        optimizer.step()
    network.eval()
    with torch.no_grad():
        batches = zip(valid[0].split(64), valid[1].split(64))
        right = sum(((network(prepared(x)).flatten() > 0) == y).sum().item() for x, y in batches)
    times.append(time.perf_counter() - start)
    print(f"epoch {epoch} accuracy {right / len(valid[0]):.4f} seconds {times[-1]:.2f}", flush=True)
print(f"best {min(times):.2f}")
