"""Write digits with a shaky pen: many images at once, each by another hand.

The points of a glyph are shaken, bent, slanted, turned and scaled; the pen's dense positions
follow, and each leaves a round soft dot. Where the dots overlap they add up, to full ink at most.

Randomness comes from NumPy's Mersenne Twister, whose numbers never change between versions, and
positions are rounded to a fine grid before ink is laid by sums and products alone, so that the
same seed gives the same bits everywhere.
"""

import numpy as np

from .digit_strokes import SHAPES, Glyph

SIZE = 28  # pixels, as in MNIST

_SAMPLES = 84  # positions of the pen per digit: at most about a pixel apart
_GLYPHS = [[Glyph(strokes, _SAMPLES) for strokes in SHAPES[digit]] for digit in range(10)]
_WAYS = len(_GLYPHS[0])
_MOST_POINTS = max(len(glyph.points) for ways in _GLYPHS for glyph in ways)

# How hands differ. Lengths are in heights of the digit unless pixels are named; a pair is the
# range of a uniform draw, a single number the standard deviation of a normal one.
_SHAKE = 0.030  # of each point
_BEND = 0.22  # of the four quadratic distortions
_SLANT, _MEAN_SLANT = 0.20, 0.18  # x per y, to the right
_TURN = 0.12  # radians
_WIDTH = (0.80, 1.45)  # relative
_HEIGHT = (15.5, 21.0)  # pixels
_SHIFT = 1.3  # pixels, of the centre
_PEN = (1.3, 2.5)  # pixels, radius of the dot
_PRESSURE = 0.18  # how much the radius swings along the path
_DARKNESS = (1.3, 2.2)  # ink laid down at the middle of the line; 1 and above is black
_GRAIN = 0.25  # share of the ink that paper refuses, at most
_SPECKS = (-16.0, 24.0)  # grey levels of noise all over, at most; below 0 is none

_MARGIN = 1.5  # pixels from the pen's middle to the edge of the image, at least
_REACH = 2  # pixels a dot extends to each side of the one it is centred in
_PAD = _REACH + 1
_GRID = 1024.0  # positions per pixel after rounding


def render(labels, random):
    """Return uint8 images (n, 28, 28) of the digits `labels` (n,): ink 255 on paper 0.

    `random` is a `numpy.random.RandomState`; the draws depend on n alone, not on the labels.
    """
    n = len(labels)
    ways = random.randint(0, _WAYS, n)
    shake = _SHAKE * random.standard_normal((n, _MOST_POINTS, 2))
    path = np.empty((n, _SAMPLES, 2))
    links = np.empty((n, _SAMPLES))
    for digit, glyphs in enumerate(_GLYPHS):
        for way, glyph in enumerate(glyphs):
            rows = np.flatnonzero((labels == digit) & (ways == way))
            points = glyph.points + shake[rows, : len(glyph.points)]
            path[rows] = np.einsum("sk,nkc->nsc", glyph.basis, points)
            links[rows] = glyph.links
    path = _place(_distort(path, random), random)
    path = np.rint(path * _GRID) / _GRID
    radius = np.rint(_pen_radius(n, random) * _GRID) / _GRID
    ink = _lay_ink(path, links, radius)
    return _develop(ink, random)


def _uniform(random, bounds, shape):
    low, high = bounds
    return low + (high - low) * random.random_sample(shape)


def _distort(path, random):
    """Bend, widen, slant and turn each path (n, samples, 2), in units of the digit's height."""
    n = len(path)
    bend = _BEND * random.standard_normal((4, n, 1))
    slant = _MEAN_SLANT + _SLANT * random.standard_normal((n, 1))
    turn = _TURN * random.standard_normal((n, 1))
    width = _uniform(random, _WIDTH, (n, 1))
    x, y = path[..., 0], path[..., 1]
    x, y = (
        x + bend[0] * x * y + bend[1] * (y * y - 0.1),
        y + bend[2] * x * y + bend[3] * (x * x - 0.04),
    )
    x = width * x - slant * y
    cos, sin = np.cos(turn), np.sin(turn)
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)


def _place(path, random):
    """Scale each path to pixels and put it near the middle of the image, all of it inside."""
    n = len(path)
    low, high = path.min(axis=1, keepdims=True), path.max(axis=1, keepdims=True)
    room = SIZE - 1 - 2 * _MARGIN
    height = _uniform(random, _HEIGHT, (n, 1, 1))
    scale = np.minimum(height, room / (high - low).max(axis=2, keepdims=True))
    centre = (SIZE - 1) / 2 + _SHIFT * random.standard_normal((n, 1, 2))
    half = scale * (high - low) / 2
    centre = np.clip(centre, _MARGIN + half, SIZE - 1 - _MARGIN - half)
    return centre + scale * (path - (low + high) / 2)


def _pen_radius(n, random):
    """Return the radius of the dot at each position (n, samples), in pixels."""
    radius = _uniform(random, _PEN, (n, 1))
    waves = _uniform(random, (0.5, 2.0), (n, 1))
    phase = random.random_sample((n, 1))
    along = np.arange(_SAMPLES) / _SAMPLES
    swing = np.sin(2 * np.pi * (waves * along + phase))
    return np.clip(radius * (1 + _PRESSURE * swing), 1.0, _REACH + 0.5)


def _lay_ink(path, links, radius):
    """Return the ink (n, 28, 28) float32 of the pen's way; 1 is the middle of a straight line.

    A dot of radius r has the profile (1 - d**2 / r**2)**2 at distance d. Moved along a line it
    leaves 16/15 r in the middle for each unit of way, hence the weights.
    """
    n = len(path)
    way = np.zeros((n, _SAMPLES))
    way[:, 1:] = np.sqrt((np.diff(path, axis=1) ** 2).sum(axis=2))
    way *= links
    weight = (np.rint(way * _GRID) / _GRID / (radius * (16 / 15))).astype(np.float32)

    nearest = np.rint(path)
    offsets = np.arange(-_REACH, _REACH + 1, dtype=np.float32)
    away = (nearest - path).astype(np.float32)[..., None] + offsets  # (n, samples, 2, taps)
    squared = away * away / (radius.astype(np.float32) ** 2)[..., None, None]
    profile = 1 - squared[:, :, 1, :, None] - squared[:, :, 0, None, :]
    np.maximum(profile, 0, out=profile)
    profile *= profile
    profile *= weight[..., None, None]

    side = SIZE + 2 * _PAD
    column = nearest[..., 0].astype(np.intp) + _PAD - _REACH
    row = nearest[..., 1].astype(np.intp) + _PAD - _REACH
    first = (np.arange(n)[:, None] * side + row) * side + column
    taps = np.arange(2 * _REACH + 1)
    where = first[..., None, None] + taps[:, None] * side + taps
    canvas = np.bincount(where.ravel(), profile.ravel(), n * side * side)
    canvas = canvas.reshape(n, side, side)[:, _PAD:-_PAD, _PAD:-_PAD]
    return canvas.astype(np.float32)


def _develop(ink, random):
    """Turn ink into grey levels: saturation, grain of the paper and specks."""
    n = len(ink)
    darkness = _uniform(random, _DARKNESS, (n, 1, 1)).astype(np.float32)
    grain = random.random_sample(ink.shape).astype(np.float32)
    specks = np.maximum(_uniform(random, _SPECKS, (n, 1, 1)), 0).astype(np.float32)
    grey = np.minimum(ink * darkness, 1) * (1 - np.float32(_GRAIN) * grain * grain)
    # Half of the paper stays clean: the specks are cut at zero.
    noise = specks * (2 * random.random_sample(ink.shape).astype(np.float32) - 1)
    return np.rint(np.clip(255 * grey + noise, 0, 255)).astype(np.uint8)
