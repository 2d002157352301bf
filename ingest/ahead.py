"""Doing the next piece of work while this one is being used."""

from collections.abc import Iterable, Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")
AHEAD = 1
"""How many finished pieces may wait: the processor is never idle with one, and memory never holds many."""
LOOK_S = 0.2


class _Maker(Thread, Generic[Item]):
    """Makes the items and puts them where they are fetched, until there is none left or nobody wants any more."""

    def __init__(self, items: Iterable[Item]) -> None:
        super().__init__(daemon=True)
        self.ready: Queue[tuple[Item | None, BaseException | None]] = Queue(AHEAD)
        self.unwanted = Event()
        self._items = items

    def run(self) -> None:
        try:
            for item in self._items:
                if not self._put(item, None):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again by whoever uses the items
            self._put(None, error)
        else:
            self._put(None, None)

    def _put(self, item: Item | None, error: BaseException | None) -> bool:
        while not self.unwanted.is_set():
            try:
                self.ready.put((item, error), timeout=LOOK_S)
            except Full:
                continue
            return True
        return False


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, which another thread makes meanwhile; what it raises is raised here, in its turn."""
    maker = _Maker(items)
    maker.start()
    try:
        while True:
            item, error = maker.ready.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        maker.unwanted.set()
        maker.join()
