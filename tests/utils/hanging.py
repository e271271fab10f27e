"""A fixture for tests of threads: what waits for ever ends the test run with all stacks shown."""

import faulthandler
import sys

import pytest

SECONDS = 120


@pytest.fixture
def fail_instead_of_hanging():
    faulthandler.dump_traceback_later(SECONDS, exit=True, file=sys.__stderr__)
    yield
    faulthandler.cancel_dump_traceback_later()
