from .resample import resized, to_bytes


def downscale(patches, grey, spec):
    """Bicubic to 1/scale, rounded to 8 bits, and bicubic back."""
    height, width = patches.shape[2:]
    scale = spec["scale"]
    assert height % scale == 0 and width % scale == 0, "the patch is no multiple of the scale"
    small = to_bytes(resized(patches, height // scale, width // scale)) / 255
    return resized(small, height, width)
