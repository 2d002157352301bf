# ruff: noqa: PLC0415, F401 - imports inside functions are what is tested
"""Imports that wait: nothing is loaded in the block, the first use loads, and the statement itself is as it was after it."""

import builtins
import sys

import pytest

from commons.commands.lazy import Lazy, lazy_imports


@pytest.fixture
def unloaded(monkeypatch):
    for name in ("wave", "xml.dom.pulldom", "colorsys"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_nothing_is_loaded_before_its_first_use(unloaded):
    with lazy_imports():
        import wave
        from colorsys import rgb_to_hls
        from xml.dom import pulldom
    assert not {"wave", "colorsys", "xml.dom.pulldom"} & set(sys.modules)
    assert rgb_to_hls(0, 0, 0) == (0, 0, 0)
    assert wave.Error.__name__ == "Error"
    assert pulldom.START_ELEMENT == "START_ELEMENT", "a module of a package"
    assert {"wave", "colorsys", "xml.dom.pulldom"} <= set(sys.modules)


def test_a_name_that_is_not_there_fails_at_its_first_use():
    with lazy_imports():
        from colorsys import nothing
    with pytest.raises(AttributeError, match="nothing"):
        nothing()


def test_what_cannot_wait_is_refused_at_once():
    with pytest.raises(ImportError, match="lazy imports are"), lazy_imports():
        import xml.dom.pulldom


@pytest.mark.parametrize("use", [set, lambda lazy: isinstance(1, lazy)], ids=["iterated", "a type"])
def test_a_use_that_would_not_load_fails_aloud(use):
    with pytest.raises(TypeError):
        use(Lazy("colorsys", "rgb_to_hls"))


def test_after_the_block_imports_are_as_ever():
    before = builtins.__import__
    with pytest.raises(ZeroDivisionError), lazy_imports():
        1 / 0  # noqa: B018
    assert builtins.__import__ is before
