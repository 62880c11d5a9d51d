"""Serves the emulator with uvicorn, whose HTTP parser and event loop are in C, instead of Hypercorn (D92)."""

from __future__ import annotations

from typing import Any

SHUTDOWN_SECONDS = 3
"""How long open requests may take once the emulator is to stop."""


def use_uvicorn() -> None:
    """Let the emulator of this process be served by uvicorn, on uvloop."""
    import asyncio

    import hypercorn.asyncio
    import uvloop

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    hypercorn.asyncio.serve = serve


async def serve(app: Any, config: Any) -> None:
    """Serve an ASGI application until SIGTERM, as Hypercorn does with its ``config``; WebSockets are refused."""
    import uvicorn

    host, _, port = config.bind[0].rpartition(":")
    settings = uvicorn.Config(
        app,
        host=host,
        port=int(port),
        http="httptools",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=config.keep_alive_timeout,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        reset_contextvars=True,
    )
    await uvicorn.Server(settings).serve()
