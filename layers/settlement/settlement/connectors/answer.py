"""What came back from a call over the network."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No complete answer came; ``reason`` is for a person."""

    reason: str
