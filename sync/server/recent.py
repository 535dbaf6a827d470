"""What was worked out lately and is likely to be asked for again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """The last `most` answers, each by its question; threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, T] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, question: Hashable, find: Callable[[], T]) -> T:
        """Return the answer, from `find` where it is not known. What raises is not remembered."""
        with self._turn:
            if question in self._found:
                self._found.move_to_end(question)
                return self._found[question]
        answer = find()
        with self._turn:
            self._found[question] = answer
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return answer

    def clear(self) -> None:
        """Forget everything."""
        with self._turn:
            self._found.clear()
