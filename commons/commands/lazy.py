"""Imports that wait until what they name is used, so that a command's help need not load what the command works with.

    with lazy_imports():
        from ingest.upload import prepare_upload

is `lazy from ingest.upload import prepare_upload` of Python 3.15 (PEP 810), for the versions before it. A name that is
imported so can be called, have an attribute read, or be an annotation; not be iterated over, subclassed or caught.
"""

import builtins
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any


class Lazy:
    """A module, or a name in one, that is imported at its first use."""

    __slots__ = ("_module", "_name")

    def __init__(self, module: str, name: str | None = None) -> None:
        self._module = module
        self._name = name

    def load(self) -> Any:
        """Return what is named."""
        if self._name is None:
            return import_module(self._module)
        return getattr(__import__(self._module, fromlist=[self._name]), self._name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the named function, or class, returns."""
        return self.load()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.load(), name)


class _Names:
    """What `from module import …` takes its names from."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Lazy:
        return Lazy(self._module, name)


@contextmanager
def lazy_imports() -> Iterator[None]:
    """Let the import statements of the block load nothing until what they name is used."""
    namespace = vars(builtins)
    import_now = namespace["__import__"]
    namespace["__import__"] = _import_later
    try:
        yield
    finally:
        namespace["__import__"] = import_now


def _import_later(
    name: str,
    _globals: object = None,
    _locals: object = None,
    names: Sequence[str] | None = (),
    level: int = 0,
) -> Lazy | _Names:
    if level or (not names and "." in name):
        raise ImportError("lazy imports are `import module` or `from package.module import name`")
    return _Names(name) if names else Lazy(name)
