"""What one document may take: time of processor, and memory for what its tags make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import wraps
from sys import getsizeof
from time import monotonic, thread_time
from types import GeneratorType
from typing import Any, Final

from jinja2 import pass_context
from jinja2.runtime import Context

from clspd_docs.templates.filters import TooMuchError

MAX_SECONDS: Final = 2.0  # of processor; a plan local of 200 actions takes 0.05
MAX_MADE: Final = 100_000_000  # bytes, of texts and of places in lists; such a plan makes 160 000
MAX_NUMBER: Final = 10**18
BUDGET: Final = "budget of the document"  # no tag can type a name with spaces
_LISTS: Final = (list, tuple, dict)
_NUMBERS: Final = (int, float, Decimal)


class Budget:
    """What is left of the time and of the memory of one document; for one thread."""

    __slots__ = ("_end", "_left", "_soonest")

    def __init__(self) -> None:
        # The clock on the wall is the cheaper one, and never behind that of the thread.
        self._soonest, self._end = monotonic() + MAX_SECONDS, thread_time() + MAX_SECONDS
        self._left = MAX_MADE

    def look(self) -> None:
        """Raise ``TooMuchError`` when the time is over."""
        if monotonic() > self._soonest and thread_time() > self._end:
            raise TooMuchError

    def spend(self, value: Any) -> Any:
        """Return ``value``, counted; the lists in it are counted as often as they stand in it.

        What compares or prints it goes through as many items, so that no value may be small and endless.

        Raises:
            TooMuchError: The time or the memory is over, or ``value`` is a number out of any use.
        """
        self.look()
        if isinstance(value, _NUMBERS) and not -MAX_NUMBER <= value <= MAX_NUMBER:
            raise TooMuchError
        waiting = [value]
        while waiting:
            one = waiting.pop()
            self._left -= getsizeof(one)
            if self._left < 0:
                raise TooMuchError
            if isinstance(one, _LISTS):
                inside = (*one, *one.values()) if isinstance(one, dict) else one
                waiting += [item for item in inside if isinstance(item, _LISTS)]
        return value

    def each(self, values: Iterable[Any]) -> Iterator[Any]:
        """Yield ``values``, each counted when it is asked for."""
        for value in values:
            yield self.spend(value)


def budget_of(context: Context) -> Budget:
    """Return the budget of the document that is rendered; a text rendered alone has one of its own."""
    if BUDGET not in context.parent:
        context.parent[BUDGET] = Budget()
    budget: Budget = context.parent[BUDGET]
    return budget


@pass_context
def counted(context: Context, value: Any) -> Any:
    """Return ``value``, counted in the budget."""
    return budget_of(context).spend(value)


_FIRST: Final[dict[str, Callable[[Context], tuple[Any, ...]]]] = {
    "": lambda _: (),
    "context": lambda context: (context,),
    "environment": lambda context: (context.environment,),
    "eval_context": lambda context: (context.eval_ctx,),
}


def counting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make what a filter gives counted; ``function`` may ask for the context or what it holds, as Jinja's do."""
    asked = getattr(getattr(function, "jinja_pass_arg", None), "name", "")
    first_of = _FIRST[asked]

    @wraps(function)
    def of(context: Context, *args: Any, **kwargs: Any) -> Any:
        made = function(*first_of(context), *args, **kwargs)
        budget = budget_of(context)
        return budget.each(made) if isinstance(made, GeneratorType) else budget.spend(made)

    return pass_context(of)
