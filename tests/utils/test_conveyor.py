import threading

import pytest

from minikeras.utils.conveyor import END, Conveyor
from tests.utils.hanging import fail_instead_of_hanging  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("fail_instead_of_hanging")


def _in_thread(function, *arguments):
    """Start a thread; return it and the list that will hold the function's result."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function(*arguments)), daemon=True)
    thread.start()
    return thread, results


def test_items_come_in_the_order_of_their_numbers():
    belt = Conveyor(3)
    belt.release(3)
    assert [belt.claim() for _ in range(3)] == [0, 1, 2]
    for number in (2, 0, 1):
        belt.put(number, f"item {number}")
    assert [belt.take() for _ in range(3)] == ["item 0", "item 1", "item 2"]
    assert belt.exhausted()


def test_nobody_can_claim_what_is_not_released():
    belt = Conveyor(10)
    thread, results = _in_thread(belt.claim)
    thread.join(0.05)
    assert thread.is_alive()
    belt.release(1)
    thread.join()
    assert results == [0]


def test_a_full_belt_makes_workers_wait_until_something_is_taken():
    belt = Conveyor(2)
    belt.release(float("inf"))
    for _ in range(2):
        belt.put(belt.claim(), "item")
    thread, results = _in_thread(belt.claim)
    thread.join(0.05)
    assert thread.is_alive()
    belt.take()
    thread.join()
    assert results == [2]


def test_no_capacity_is_no_bound():
    belt = Conveyor(None)
    belt.release(100)
    assert [belt.claim() for _ in range(100)] == list(range(100))


def test_the_consumer_waits_for_the_next_in_order():
    belt = Conveyor(2)
    belt.release(2)
    belt.put(1, "second")
    thread, results = _in_thread(belt.take)
    thread.join(0.05)
    assert thread.is_alive()
    belt.put(0, "first")
    thread.join()
    assert results == ["first"]


def test_skipping_goes_on_without_an_item():
    belt = Conveyor(2)
    belt.release(float("inf"))
    belt.put(1, "second")
    belt.skip()
    assert belt.take() == "second"


def test_room_for_a_number_is_waited_for():
    belt = Conveyor(1)
    belt.release(float("inf"))
    assert belt.wait_for_room(0)
    thread, results = _in_thread(belt.wait_for_room, 1)
    thread.join(0.05)
    assert thread.is_alive()
    belt.put(0, "item")
    belt.take()
    thread.join()
    assert results == [True]


def test_closing_wakes_everybody():
    belt = Conveyor(1)
    belt.release(1)
    belt.claim()
    waiting = [
        _in_thread(belt.claim),
        _in_thread(belt.wait_for_room, 5),
        _in_thread(belt.take),
    ]
    belt.close()
    for thread, _ in waiting:
        thread.join()
    assert [results for _, results in waiting] == [[None], [False], [END]]
    assert belt.closed
    belt.put(0, "too late")
    assert belt.take() is END
