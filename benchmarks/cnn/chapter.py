#!/usr/bin/env python3
"""The same training in Python, to time beside examples/train_cnn.rs.

    chapter.py {folder,memory} DATA EPOCHS [each]

folder  as tutorials write it: ImageFolder and DataLoader decode and resize every image anew in
        every epoch.
memory  the images decoded and resized once and kept as float tensors, batches taken by index.

As many threads as OMP_NUM_THREADS says. With `each` it measures the validation accuracy after every
epoch, as a trial does that reports its epochs (and as train_cnn does), without it once, at the end.
The last line is "accuracy A start-up S": the CPU seconds S went into importing PyTorch.
"""
import sys
import time

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

start_up = time.process_time()
torch.manual_seed(7)
BATCH = 128


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(3, 8, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 4, 3), nn.ReLU(), nn.MaxPool2d(3),
            nn.Flatten(), nn.Linear(324, 128), nn.ReLU(), nn.Linear(128, 1),
        )  # fmt: skip

    def forward(self, images):
        return self.main(images)


class InMemory:
    """Iterates over shuffled batches of tensors that are there already."""

    def __init__(self, dataset):
        self.images = torch.stack([image for image, _ in dataset])
        self.labels = torch.tensor([label for _, label in dataset])

    def __iter__(self):
        for indices in torch.randperm(len(self.images)).split(BATCH):
            yield self.images[indices], self.labels[indices]


def evaluate(network, loader, count):
    with torch.no_grad():
        right = sum(((network(x).flatten() > 0) == y).sum().item() for x, y in loader)
    return right / count


def main():
    variant, data, epochs, each = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:] == ["each"]
    transform = transforms.Compose([transforms.Resize(64), transforms.ToTensor()])
    train = ImageFolder(f"{data}/train", transform)
    valid = ImageFolder(f"{data}/valid", transform)
    if variant == "folder":
        train_loader = DataLoader(train, batch_size=BATCH, shuffle=True)
    else:
        train_loader = InMemory(train)
    if variant == "folder" or not each:
        valid_loader = DataLoader(valid, batch_size=BATCH)
    else:
        valid_loader = InMemory(valid)

    network = Network()
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(network.parameters(), lr=1.5e-3)
    for _ in range(epochs):
        for images, labels in train_loader:
            optimizer.zero_grad()
            loss = criterion(network(images).flatten(), labels.float())
            loss.backward()
            optimizer.step()
        if each:
            accuracy = evaluate(network, valid_loader, len(valid))
    if not each:
        accuracy = evaluate(network, valid_loader, len(valid))
    print(f"accuracy {accuracy:.4f} start-up {start_up:.2f}")


main()
