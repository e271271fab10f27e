"""How one step goes through memory: which stretches of it, and in which order.

A plan is made once for a set of variables and used for every step. It consists of pieces, and
these of blocks. Small variables that lie side by side form one piece: their gradients are copied
together, and the piece is updated as one vector. A large variable is a piece of its own, updated
straight from its gradient. A block is as much of a piece as stays in the processor's cache while
several passes go over it, and large enough that threads which update one each seldom want
Python's lock at the same moment.
"""

import math

import numpy as np

from ..autograd import ProductGradient, RowGradient
from .memory import SMALL, flat_array, flat_views, runs

BLOCK = 1 << 17  # elements


class Piece:
    """A stretch of memory that is updated from one vector of gradients.

    Args:
        members: positions, in the plan, of the variables it spans.
        x, slots: flat arrays: the variables, and what is remembered about them.
        shapes: the shapes of the variables.
        weight_decay: that of all of them.

    Attributes:
        width: elements per row of a large variable.
        staged: the flat array that gradients are copied into, or None for a large variable.
        stages: per member its part of `staged`, in the variable's shape.
    """

    def __init__(self, members, x, slots, shapes, weight_decay):
        self.members, self.x, self.slots = members, x, slots
        self.weight_decay = weight_decay
        self.width = x.size // shapes[0][0] if shapes[0] else 1
        self.staged, self.stages = None, []
        if len(members) > 1 or x.size < SMALL:
            self.staged = flat_array(x.size, x.dtype)
            end = 0
            for shape in shapes:
                start, end = end, end + math.prod(shape)
                self.stages.append(self.staged[start:end].reshape(shape))

    def bounds(self, start, stop):
        """Return the (start, stop) pairs of its blocks in a range of elements, alike in length."""
        count = -(-(stop - start) // BLOCK)
        cuts = [self.row_start(start + (stop - start) * i // count) for i in range(count)]
        return [(i, j) for i, j in zip(cuts, [*cuts[1:], stop], strict=True) if i < j]

    def row_start(self, i):
        """Return where the row of element `i` begins; rows of a large variable stay whole."""
        return i - i % self.width if self.staged is None and self.width <= BLOCK else i

    def collect(self, grads, factors, clipvalue):
        """Return the gradient of the piece, flat, and a factor it is still to be multiplied by.

        Args:
            grads: the gradients of all variables of the plan.
            factors: what to multiply each by, or None.
            clipvalue: where the caller will cut gradients off, or None.

        The gradient is an array, or a RowGradient that needs neither factor nor cutting.
        """
        if self.staged is None:
            i = self.members[0]
            g, factor = grads[i], factors and factors[i]
            if isinstance(g, RowGradient):
                return self._rows(g, factor, clipvalue)
            if isinstance(g, ProductGradient):
                if self.width <= BLOCK:
                    return g, factor
                g = g.dense()
            return g.reshape(-1), factor
        for i, stage in zip(self.members, self.stages):
            g = grads[i]
            if isinstance(g, ProductGradient):
                g = g.dense()
            if isinstance(g, RowGradient):
                stage.fill(0)
                stage[g.rows] = g.values
                g = stage
            if factors is None:
                stage[...] = g
            else:
                np.multiply(g, factors[i], out=stage)
        return self.staged, None

    def _rows(self, g, factor, clipvalue):
        finite = factor is None or math.isfinite(factor)
        if self.width > BLOCK or not finite:  # NaN times zero is NaN in every row
            return g.dense().reshape(-1), factor
        values = g.values.reshape(len(g.rows), self.width)
        if factor is not None:
            values = values * factor
        if clipvalue:
            values = np.clip(values, -clipvalue, clipvalue)
        return RowGradient(g.rows, values, g.shape), None


class Block:
    """A part of a piece.

    Attributes:
        source: the position of the piece in the plan.
        piece, start, stop: which part of which piece.
        x, slots: views of it.
    """

    __slots__ = ("piece", "slots", "source", "start", "stop", "x")

    def __init__(self, source, piece, start, stop):
        self.source, self.piece, self.start, self.stop = source, piece, start, stop
        self.x = piece.x[start:stop]
        self.slots = tuple(s[start:stop] for s in piece.slots)

    def product(self, gradient, buffer):
        """Return its part of a `ProductGradient`, flat, in the memory of `buffer`."""
        width = self.piece.width
        rows = slice(self.start // width, self.stop // width)
        out = buffer.reshape(-1, width)
        np.matmul(gradient.left[rows], gradient.right, out=out)
        return buffer


class Plan:
    """The way through memory for one set of variables.

    Args:
        rows: per variable a list: the variable, and what is remembered about it. All of them
            have homes (see `memory`).
        weight_decays: per variable a float.
        scratch: how many buffers an update needs, besides one for the gradient.

    Attributes:
        pieces: list of `Piece`.
        size: the number of elements of them all.
    """

    def __init__(self, rows, weight_decays, scratch):
        self._variables = [row[0] for row in rows]
        self._arrays = [v.data for v in self._variables]
        self._coefficients = {}
        self.pieces = []
        for run in runs(rows):
            for members in self._divide(run, weight_decays):
                x, *slots = flat_views(rows, members)
                shapes = [rows[i][0].shape for i in members]
                self.pieces.append(Piece(members, x, slots, shapes, weight_decays[members[0]]))
        self.size = sum(piece.x.size for piece in self.pieces)
        self._shares = {}
        self._buffers_needed = scratch + 1
        self._rooms = []

    def _divide(self, run, weight_decays):
        """Divide a run: each large variable alone, small ones of equal weight decay together."""
        group = []
        for i in run:
            large = self._arrays[i].size >= SMALL
            if group and (large or weight_decays[i] != weight_decays[group[-1]]):
                yield group
                group = []
            if large:
                yield [i]
            else:
                group.append(i)
        if group:
            yield group

    def share(self, start, stop):
        """Return the blocks of a share of all elements, such that shares of a range cover it.

        The ends of a share are moved to the beginning of a row.
        """
        key = start, stop
        if key not in self._shares:
            self._shares[key] = list(self._blocks(start, stop))
        return self._shares[key]

    def _blocks(self, start, stop):
        end = 0
        for source, piece in enumerate(self.pieces):
            begin, end = end, end + piece.x.size
            low, high = (
                piece.row_start(i - begin) if i < end else piece.x.size
                for i in (max(start, begin), max(stop, begin))
            )
            for bounds in piece.bounds(low, high) if low < high else ():
                yield Block(source, piece, *bounds)

    def borrow_room(self):
        """Return the buffers for one thread: per dtype a list of them, as long as a block."""
        try:
            return self._rooms.pop()
        except IndexError:
            pass
        longest = {}
        for piece in self.pieces:
            # Moving a cut to the beginning of a row can lengthen a block by most of a row.
            block = min(piece.x.size, BLOCK + piece.width)
            longest[piece.x.dtype] = max(block, longest.get(piece.x.dtype, 0))
        return {
            dtype: [flat_array(size, dtype) for _ in range(self._buffers_needed)]
            for dtype, size in longest.items()
        }

    def give_back(self, room):
        """Take back what `borrow_room` has lent."""
        self._rooms.append(room)

    def fits(self):
        """Return whether every variable still lives where it lived when the plan was made."""
        homes = zip(self._variables, self._arrays)
        return all([v.data is a for v, a in homes])  # noqa: C419 - twice as fast

    def in_type(self, dtype, numbers):
        """Return `numbers` as arrays of shape () and type `dtype`, the same ones every time.

        An operation of NumPy on such arrays is twice as fast as one on a Python number, and never
        changes the type of the result.
        """
        held = self._coefficients.get(dtype)
        if held is None:
            vector = np.empty(len(numbers), dtype)
            held = vector, tuple(vector[i : i + 1].reshape(()) for i in range(len(numbers)))
            self._coefficients[dtype] = held
        held[0][:] = numbers
        return held[1]
