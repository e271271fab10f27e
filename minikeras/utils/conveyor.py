"""A bounded belt between workers and one consumer that keeps numbered items in order.

Workers claim numbers, make the items at their own pace and lay them down under their number; the
consumer takes them in order. Whoever has to wait sleeps until something changes.
"""

import threading

# What `Conveyor.take` returns once nothing more will come.
END = object()


class Conveyor:
    """The belt.

    Args:
        capacity: how many items may lie on the belt or be in the making; None for any number.
    """

    def __init__(self, capacity):
        self._capacity = capacity
        self._changed = threading.Condition()
        self._items = {}  # number -> item
        self._released = 0  # numbers below this one may be claimed
        self._claimed = 0  # the next number to claim
        self._taken = 0  # the next number to take
        self._closed = False

    @property
    def closed(self):
        """Whether `close` was called."""
        return self._closed

    def release(self, numbers):
        """Let so many more numbers be claimed; `float("inf")` for all."""
        with self._changed:
            self._released += numbers
            self._changed.notify_all()

    def exhausted(self):
        """Return whether every number released has been taken."""
        with self._changed:
            return self._taken >= self._released

    def claim(self):
        """Return the next number nobody has claimed, once there is room; None when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._room_for(self._claimed))
            if self._closed:
                return None
            self._claimed += 1
            return self._claimed - 1

    def wait_for_room(self, number):
        """Wait until there is room for item `number`; return False when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._room_for(number))
            return not self._closed

    def _room_for(self, number):
        return number < self._released and (
            self._capacity is None or number < self._taken + self._capacity
        )

    def put(self, number, item):
        """Lay down item `number`."""
        with self._changed:
            if not self._closed:
                self._items[number] = item
                self._changed.notify_all()

    def take(self):
        """Return the next item in order, waiting for it if need be; END when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._taken in self._items)
            if self._closed:
                return END
            item = self._items.pop(self._taken)
            self._taken += 1
            self._changed.notify_all()
            return item

    def skip(self):
        """Go past the next item without waiting for it: its worker makes no more."""
        with self._changed:
            self._items.pop(self._taken, None)
            self._taken += 1
            self._changed.notify_all()

    def close(self):
        """Wake everybody who waits and drop what lies on the belt. Nothing comes after."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
