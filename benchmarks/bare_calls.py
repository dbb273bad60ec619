"""`python -m benchmarks.bare_calls URL KEY COUNT`: the same call, read from standard input, COUNT times at once, with a
bare HTTP client. Prints the seconds that it took, and of processor time."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time

import httpx2
import uvloop

from config.open_files import raise_open_file_limit


async def main(url: str, key: str, count: int, body: bytes) -> dict[str, float]:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False, limits=httpx2.Limits()) as client:
        started, used = time.perf_counter(), _processor_seconds()
        responses = await asyncio.gather(*(client.post(url, content=body) for _ in range(count)))
        for response in responses:
            response.raise_for_status()
            response.json()
        return {"wall": time.perf_counter() - started, "cpu": _processor_seconds() - used}


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    raise_open_file_limit()
    given_url, given_key, given_count = sys.argv[1:]
    print(json.dumps(uvloop.run(main(given_url, given_key, int(given_count), sys.stdin.buffer.read()))))
