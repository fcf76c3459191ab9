#!/usr/bin/env python3
"""Files that image folders hold in practice, and what Pillow's convert("RGB") makes of them.

    python make.py      writes beside itself

Made with Pillow 13.0.0, numpy 2.4.6. 16 x 16 pixels, smooth, so that decoders of JPEG agree to a few levels.
"""
import json
import os
import pathlib

import numpy as np
from PIL import Image

os.chdir(pathlib.Path(__file__).parent)
y, x = np.mgrid[0:16, 0:16]
smooth = np.stack([x * 15, y * 15, (x + y) * 7], -1).astype(np.uint8)
picture = Image.fromarray(smooth)
other = picture.transpose(Image.Transpose.ROTATE_180)

picture.convert("CMYK").save("cmyk.jpg", quality=95)
picture.convert("L").save("grey.jpg", quality=95)
picture.save("progressive.jpg", quality=95, progressive=True)
# A JPEG under another name.
picture.save("really_a_jpeg.png", format="JPEG", quality=95)
palette = picture.quantize(32)
palette.info["transparency"] = bytes(range(0, 256, 8))
palette.save("palette_alpha.png", transparency=bytes(range(0, 256, 8)))
picture.save("animated.png", save_all=True, append_images=[other], duration=100)
picture.save("animated.webp", save_all=True, append_images=[other], duration=100, lossless=True)
alpha = picture.copy()
alpha.putalpha(Image.fromarray((x * 16).astype(np.uint8)))
alpha.save("alpha.webp", lossless=True, exact=True)
picture.save("uncompressed.bmp")
picture.save("lzw.tiff", compression="tiff_lzw")
picture.save("binary.ppm")

golden = {}
for path in sorted(pathlib.Path(".").glob("*.*")):
    if path.suffix not in (".py", ".json"):
        golden[path.name] = np.asarray(Image.open(path).convert("RGB")).flatten().tolist()
pathlib.Path("golden.json").write_text(json.dumps(golden) + "\n")
