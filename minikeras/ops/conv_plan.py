"""How a convolution is computed: by which method, in which blocks, in how many threads."""

import dataclasses
import math

from .. import parallel
from .conv_depthwise import Depthwise
from .conv_direct import Direct
from .conv_winograd import CELL, Winograd
from .windows import BLOCK, block_shape, blocks

_WORTH = 4e6  # multiplications that repay the hand-over to another thread
ROWS_OF_KERNEL = 256  # least positions in a block: a large kernel's gradient is summed less often


class Plan:
    """The method and the blocks of one convolution.

    Args:
        windows: the `Windows`.
        channels, filters: of the input and the result.
        groups: number of parts of the channels, each seen by its own part of the filters.
        pool: shape of the pools that the result is wanted in, which divides `windows.out`; None
            for single positions.

    Attributes:
        method: the class that computes: `Direct`, `Winograd` or `Depthwise`.
        cell: positions are worked on in cells of this shape, all first members before all second
            ones and so on; None for single positions. It is the pool where there is one.
        windows: those given, or with `out` rounded up to whole cells.
        rows: rows of cells, `high` positions each.
        work: multiplications for one image.
    """

    def __init__(self, windows, channels, filters, groups=1, pool=None):
        self.channels, self.filters, self.groups = channels, filters, groups
        self.cell = pool
        if groups == channels > 1 and pool is None:
            self.method = Depthwise
        elif groups == 1 and pool in (None, CELL) and Winograd.suits(windows, channels, filters):
            self.method, self.cell = Winograd, CELL
            out = tuple(-(-o // c) * c for o, c in zip(windows.out, CELL, strict=True))
            windows = dataclasses.replace(windows, out=out)
        else:
            self.method = Direct
        self.windows = windows
        self.columns = math.prod(windows.kernel) * channels // groups
        self.high = self.cell[0] if self.cell else 1
        self.rows = windows.out[0] // self.high
        self.row_positions = self.high * math.prod(windows.out[1:])
        self.work = self.rows * self.row_positions * self.columns * filters
        self.numbers = self.method.numbers(self)  # in use at a time, for each row
        self.target = max(BLOCK, ROWS_OF_KERNEL * self.columns)

    def images_worth_a_thread(self):
        """Return the smallest number of images that repays another thread."""
        return math.ceil(_WORTH / max(1, self.work * self.method.COST))

    def shape(self, images):
        """Return (images, rows) of the largest block."""
        return block_shape(images, self.rows, self.numbers, self.target)

    def blocks(self, start, stop):
        """Yield the blocks (n0, n1, y0, y1) of some images."""
        return blocks(start, stop, self.rows, self.numbers, self.target)

    @property
    def divided(self):
        """Whether images are taken apart, so that sums of their parts overlap."""
        return self.shape(1)[1] < self.rows

    def share(self, work, images):
        """Call `work(blocks, shape)` in threads: each has images, or rows of a single one."""
        if images > 1:
            parallel.run(
                lambda start, stop: work(self.blocks(start, stop), self.shape(stop - start)),
                images,
                self.images_worth_a_thread(),
            )
            return
        _, height = self.shape(1)

        def on_rows(start, stop):
            rows = min(height, stop - start)
            work([(0, 1, y, min(y + rows, stop)) for y in range(start, stop, rows)], (1, rows))

        parallel.run(on_rows, self.rows, self.images_worth_a_thread() * self.rows)
