def greyscale(patches, grey, spec):
    """Its colours lost: the luma in every channel."""
    return luma(patches).expand_as(patches)


def luma(x):
    """[batch, 1, height, width] of [batch, 3, height, width]: ITU-R BT.601."""
    return 0.299 * x[:, :1] + 0.587 * x[:, 1:2] + 0.114 * x[:, 2:]
