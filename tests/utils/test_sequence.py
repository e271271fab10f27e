import itertools

import pytest

from minikeras.utils import PyDataset, Sequence


class Squares(Sequence):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index**2


class Modern(PyDataset):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index**2


class Endless(PyDataset):
    num_batches = None

    def __getitem__(self, index):
        return index


class Counted(PyDataset):
    @property
    def num_batches(self):
        return 2

    def __getitem__(self, index):
        return index


def test_a_sequence_of_keras_2_goes_round_and_round():
    assert list(itertools.islice(Squares(), 7)) == [0, 1, 4, 0, 1, 4, 0]


def test_a_data_set_of_keras_3_ends():
    assert list(Modern()) == [0, 1, 4]
    assert list(Counted()) == [0, 1]
    assert list(itertools.islice(Endless(), 5)) == [0, 1, 2, 3, 4]


def test_one_isinstance_check_finds_both():
    assert isinstance(Modern(), Sequence)


def test_settings_have_defaults_even_where_init_is_not_called():
    for made in (Squares(), Modern()):
        assert (made.workers, made.use_multiprocessing, made.max_queue_size) == (1, False, 10)

    class Careless(PyDataset):
        def __init__(self):
            pass

    assert (Careless().workers, Careless().max_queue_size) == (1, 10)


def test_settings_are_kept():
    made = Modern(workers=4, use_multiprocessing=True, max_queue_size=3)
    assert (made.workers, made.use_multiprocessing, made.max_queue_size) == (4, True, 3)
    assert Squares(workers=2).workers == 2


def test_length_and_number_of_batches_follow_from_each_other():
    assert Modern().num_batches == 3
    assert len(Counted()) == 2
    with pytest.raises(TypeError, match="no end"):
        len(Endless())


def test_what_is_missing_is_named():
    class Bare(Sequence):
        pass

    with pytest.raises(NotImplementedError, match=r"Bare needs a method __len__"):
        len(Bare())
    with pytest.raises(NotImplementedError, match=r"Bare needs a method __len__"):
        _ = Bare().num_batches
    with pytest.raises(NotImplementedError, match=r"Bare needs a method __getitem__"):
        Bare()[0]


def test_epoch_hooks_may_be_called_on_any():
    assert Squares().on_epoch_begin() is None
    assert Squares().on_epoch_end() is None
