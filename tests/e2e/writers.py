"""Writers in processes of their own, who all send at the same instant and note what they were told."""

import multiprocessing
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.managers import SyncManager
from threading import Barrier
from typing import Any

from testkit.api import Answer, Api

PATIENCE_SECONDS = 300.0
"""Room for the cold starts of every function that many writers need at once."""
_PAUSE_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Post:
    """A request to send."""

    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a writer was told in the end; ``sent`` and ``heard`` on the machine's clock, in seconds."""

    status: int
    text: str
    sent: float
    heard: float


@dataclass(frozen=True, slots=True)
class Writer:
    """One process: each of its threads sends one list of requests, one after the other."""

    base_url: str
    headers: Mapping[str, str]
    threads: Sequence[Sequence[Post]] = field(default=())


def write_at_once(api: Api, processes: Sequence[Sequence[Sequence[Post]]]) -> list[Heard]:
    """Let processes with threads send their requests; all start at the same instant. Return all they were told."""
    threads = sum(len(writer) for writer in processes)
    spawning = multiprocessing.get_context("spawn")
    with spawning.Manager() as manager, ProcessPoolExecutor(len(processes), spawning) as pool:
        start = _barrier(manager, threads)
        told = [pool.submit(_work, Writer(api.base_url, api.headers, list(writer)), start) for writer in processes]
        return [heard for future in told for heard in future.result(PATIENCE_SECONDS)]


def _barrier(manager: SyncManager, parties: int) -> Barrier:
    return manager.Barrier(parties, timeout=PATIENCE_SECONDS)


def _work(writer: Writer, start: Barrier) -> list[Heard]:
    api = Api(writer.base_url, writer.headers["X-VTEX-API-AppKey"], writer.headers["X-VTEX-API-AppToken"])

    def send_all(posts: Sequence[Post]) -> list[Heard]:
        start.wait()
        return [_send(api, post) for post in posts]

    with ThreadPoolExecutor(len(writer.threads)) as pool:
        return [heard for told in pool.map(send_all, writer.threads) for heard in told]


def _send(api: Api, post: Post) -> Heard:
    """Send a request until the service has answered it, as its documentation says."""
    sent = time.monotonic()
    deadline = sent + PATIENCE_SECONDS
    while True:
        answer: Answer = api.post(post.path, post.body)
        if answer.status < 500 or time.monotonic() > deadline:
            return Heard(answer.status, answer.text, sent, time.monotonic())
        time.sleep(_PAUSE_SECONDS)
