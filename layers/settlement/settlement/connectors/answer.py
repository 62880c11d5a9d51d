"""The result of a call over the network."""

from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete response."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """There was no complete response; ``reason`` is for people."""

    reason: str
