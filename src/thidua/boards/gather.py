"""Questions that arrive during a read share the next one: exact, and cheaper the more ask at once."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class Gather(Generic[Question, Answer]):
    """Joins a question only to a read that starts after it was asked."""

    def __init__(self, read: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]]) -> None:
        """Answer through `read`, which takes distinct questions and answers in their order."""
        self._read = read
        self._waiting: dict[Question, asyncio.Future[Answer]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer, from a read that has not begun yet."""
        found = self._waiting.get(question)
        if found is None:
            found = self._waiting[question] = asyncio.get_running_loop().create_future()
        if self._reading is None:
            self._reading = asyncio.create_task(self._run())
        # One who goes away must not take the answer from the others.
        return await asyncio.shield(found)

    async def _run(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, {}
            try:
                answers = await self._read(list(taken))
            except Exception as error:  # noqa: BLE001 -- it goes to everyone who asked
                _fail(taken.values(), error)
            else:
                _answer(taken.values(), answers)
        self._reading = None


def _answer(futures: Collection[asyncio.Future[Answer]], answers: Sequence[Answer]) -> None:
    for future, answer in zip(futures, answers, strict=True):
        if not future.done():
            future.set_result(answer)


def _fail(futures: Collection[asyncio.Future[Answer]], error: Exception) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)
            future.exception()
