#!/usr/bin/env python3
"""What torchvision makes of pictures, for the tests in src/vision/transform/.

    python make.py      writes beside itself

Made with torchvision 0.26.0, Pillow 13.0.0, numpy 2.4.6. Each case is a strip: one picture beside the
other, in the order of its values in cases.json. `colors.png` is 64 x 64 colours, half of them any,
half near grey, where hues are delicate.
"""
import json
import os
import pathlib

import numpy as np
from PIL import Image
from torchvision.transforms import functional as F

os.chdir(pathlib.Path(__file__).parent)
random = np.random.default_rng(1)
any_color = random.integers(0, 256, (32, 64, 3))
near_grey = random.integers(0, 256, (32, 64, 1)) + random.integers(-9, 10, (32, 64, 3))
colors = np.concatenate([any_color, near_grey]).clip(0, 255).astype(np.uint8)
Image.fromarray(colors).save("colors.png", optimize=True)

color = {
    "brightness": (F.adjust_brightness, [0.0, 0.37, 1.6, 7.0]),
    "contrast": (F.adjust_contrast, [0.0, 0.37, 1.6, 7.0]),
    "saturation": (F.adjust_saturation, [0.0, 0.37, 1.6, 7.0]),
    "hue": (F.adjust_hue, [-0.5, -0.13, 0.003, 0.2]),
}
# Not square, and by angles on both sides of every quarter.
rotation = [-180.0, -90.0, -37.5, -0.4, 0.0, 7.0, 45.0, 90.0, 133.3, 180.0]
crops = [20, 64, 101, 140]
resizes = [30, 100, 150]


def strip(name, pictures):
    width = sum(picture.width for picture in pictures)
    sheet = Image.new("RGB", (width, max(picture.height for picture in pictures)))
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width
    sheet.save(f"{name}.png", optimize=True)


picture = Image.open("colors.png")
for name, (adjust, values) in color.items():
    strip(name, [adjust(picture, value) for value in values])
strip("grayscale", [F.to_grayscale(picture, 3)])
wide = F.resize(Image.open("../images/wide.png"), 40)
square = F.center_crop(wide, 40)
wide.save("wide.png", optimize=True)
strip("rotation", [F.rotate(wide, value) for value in rotation])
strip("rotation_square", [F.rotate(square, value) for value in rotation])
for name in ("wide", "photo_1"):
    strip(f"resize_{name}", [F.resize(Image.open(f"../images/{name}.png"), size) for size in resizes])
strip("center_crop", [F.center_crop(Image.open("../images/wide.png"), crop) for crop in crops])
cases = {name: values for name, (_, values) in color.items()}
cases |= {"grayscale": [1.0], "rotation": rotation, "rotation_square": rotation, "center_crop": crops}
cases |= {"resize_wide": resizes, "resize_photo_1": resizes}
pathlib.Path("cases.json").write_text(json.dumps(cases, indent=1) + "\n")
