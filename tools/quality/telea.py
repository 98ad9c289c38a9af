"""What filling in is compared with: OpenCV's Telea and Navier-Stokes, on the very test of `limpid evaluate inpaint`.

    python3 tools/quality/telea.py ../shared/data/cbsd68

Needs opencv-python-headless. The pictures and their scratches are drawn by write-scratched.ts, so that they are defined
once; PSNR is taken over the scratched pixels alone, and the figure of a set is the mean of its pictures, as there.
(Telea 2004, An image inpainting technique based on the fast marching method.)
"""

import glob
import os
import subprocess
import sys
import tempfile

import cv2
import numpy as np

WRITER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "write-scratched.ts")
METHODS = {"Telea": cv2.INPAINT_TELEA, "Navier-Stokes": cv2.INPAINT_NS}
RADII = (1, 2, 3, 5)  # px; 3 is that of OpenCV's tutorial


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["node", WRITER, "--data", sys.argv[1], "--out", folder], check=True)
        tests = [read_test(path) for path in glob.glob(os.path.join(folder, "*-clean.png"))]
    scratched = np.mean([psnr_inside(*test, test[2]) for test in tests])
    print(f"{len(tests)} pictures, PSNR in the scratches {scratched:.2f} dB")
    for name, method in METHODS.items():
        for radius in RADII:
            filled = [psnr_inside(*test, cv2.inpaint(test[2], test[1], radius, method)) for test in tests]
            print(f"{name}, radius {radius}: {np.mean(filled):.2f} dB")


def read_test(clean):
    """The clean picture, its mask (255: to be filled) and the scratched picture, [height, width, 3] in 8 bits."""
    mask = cv2.imread(clean.replace("-clean", "-mask"), cv2.IMREAD_GRAYSCALE)
    return cv2.imread(clean), mask, cv2.imread(clean.replace("-clean", "-scratched"))


def psnr_inside(clean, mask, _scratched, filled):
    """dB, peak 255, over the pixels under the mask."""
    difference = clean[mask == 255].astype(np.float64) - filled[mask == 255]
    return 10 * np.log10(255**2 / np.mean(difference**2))


if __name__ == "__main__":
    main()
