"""A fragment is rendered once and cached while there is room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from api.artifacts.process_pool import ProcessPool
from api.artifacts.rendering import FragmentCache, RenderSource
from api.errors import NotFoundError


class CountingLoader:
    """Returns content and counts its calls."""

    def __init__(self, body: bytes = b"x") -> None:
        self.loads = 0
        self._body = body

    async def __call__(self) -> bytes:
        self.loads += 1
        await asyncio.sleep(0)
        return self._body


def source(number: int = 1, file: str | None = None) -> RenderSource:
    return RenderSource(f"{number:064}", "text/plain", "x", file)


@pytest_asyncio.fixture(scope="module")
async def pool() -> AsyncIterator[ProcessPool]:
    pool = ProcessPool()
    yield pool
    await pool.close()


async def test_concurrent_requests_share_one_rendering(pool: ProcessPool) -> None:
    fragments, load = FragmentCache(pool), CountingLoader()
    (fragment,) = set(await asyncio.gather(*(fragments.get(source(), load) for _ in range(20))))
    assert b"<code>x</code>" in fragment
    assert await fragments.get(source(), load) == fragment
    assert load.loads == 1


async def test_the_least_recently_used_fragment_is_evicted(pool: ProcessPool) -> None:
    size = len(await FragmentCache(pool).get(source(), CountingLoader()))
    fragments, load = FragmentCache(pool, limit=2 * size), CountingLoader()
    for number in (1, 2, 1, 3):
        await fragments.get(source(number), load)
    assert load.loads == 3
    await fragments.get(source(1), load)
    assert load.loads == 3
    await fragments.get(source(2), load)
    assert load.loads == 4


async def test_a_fragment_larger_than_the_cache_is_rendered_each_time(pool: ProcessPool) -> None:
    fragments, load = FragmentCache(pool, limit=10), CountingLoader()
    for _ in range(2):
        assert b"<code>x</code>" in await fragments.get(source(), load)
    assert load.loads == 2


async def test_an_error_is_not_cached(pool: ProcessPool) -> None:
    fragments, load = FragmentCache(pool), CountingLoader(b'{"files": {"a": "x"}}')
    wrong = RenderSource("hash", "application/vnd.botarmy.files+json", "x", "b")
    for _ in range(2):
        with pytest.raises(NotFoundError):
            await fragments.get(wrong, load)
    assert load.loads == 2
