"""Waiting for a coroutine in a thread of its own: where a browser was driven before, this one has a loop that runs."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def wait_for(coroutine):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
