"""Reads one response field by field, and collects remarks on corrected and unusable values for the timeline."""

import re
from copy import copy

from settlement.connectors.ppp_amounts import read_amount, read_ceiling
from settlement.connectors.ppp_fields import (
    MAX_TEXT_CHARACTERS,
    Fields,
    described,
    identifier,
    is_blank,
    is_storable,
    is_utf8,
    read_answer,
    seconds,
    text,
)

MAX_METADATA_BYTES = 2_000
"""Names and values of a connector's metadata, together; they are kept with the payment."""

_LEFT_OUT = "which is not taken"
_UUID = re.compile("[0-9a-f]{32}")


class Reading:
    """The fields of a response; an unusable value is None and adds one of the ``remarks``."""

    def __init__(self, body: bytes) -> None:
        """Parse a response; raises ``ValueError``, which names the fault."""
        self.fields: Fields = read_answer(body)
        self._remarks = [] if is_utf8(body) else ["the answer is not UTF-8"]
        self._prefix = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """The remarks for the timeline, each once."""
        return tuple(dict.fromkeys(self._remarks))

    def other_echo(self, **asked: str) -> str | None:
        """Return the first id that is echoed with another value, None if none is; a blank one is no echo."""
        for name, value in asked.items():
            echoed = self.fields.get(name)
            if not is_blank(echoed) and _bare(str(echoed)) != _bare(value):
                return f"the answer is about another {name}: {described(echoed)}"
        return None

    def state(self) -> str | None:
        """Read the status of a payment, in any case."""
        written = self.fields.get("status")
        if not isinstance(written, str):
            return None
        state = written.strip().lower()
        if state != written:
            self._remarks.append(f"status is {described(written)}, taken as {state}")
        return state

    def words(self) -> tuple[str | None, str | None]:
        """Read code and message."""
        return self.text("code"), self.text("message")

    def text(self, name: str) -> str | None:
        """Read a text for people."""
        value = self.fields.get(name)
        words = text(value)
        if words is None and not is_blank(value):
            self._remarks.append(f"{name} is {described(value)}, {_LEFT_OUT}")
        if words is not None and len(str(value)) > MAX_TEXT_CHARACTERS:
            self._remarks.append(f"{name} has {len(str(value))} characters, of which {MAX_TEXT_CHARACTERS} are taken")
        return words

    def part(self, name: str) -> "Reading | None":
        """Read an object within the response; its remarks are among those of the response."""
        value = self.fields.get(name)
        if value is not None and not isinstance(value, dict):
            self._remarks.append(f"{name} is no object, {_LEFT_OUT}")
        if not isinstance(value, dict):
            return None
        inner = copy(self)
        inner.fields, inner._prefix = value, f"{name}."
        return inner

    def whole_text(self, name: str, most_bytes: int) -> str | None:
        """Read a text for software, unchanged: whole or not at all. A remark does not repeat it."""
        value = self.fields.get(name)
        if is_blank(value):
            return None
        if not isinstance(value, str) or not is_storable(value):
            self._remarks.append(f"{self._prefix}{name} is no text, {_LEFT_OUT}")
            return None
        if (size := len(value.encode())) > most_bytes:
            self._remarks.append(f"{self._prefix}{name} has {size} bytes, {_LEFT_OUT}: the limit is {most_bytes}")
            return None
        return value

    def identifier(self, name: str) -> str | None:
        """Read an id, unchanged; a blank one counts as absent."""
        value = self.fields.get(name)
        name_of = identifier(value)
        if name_of is None and not is_blank(value):
            self._remarks.append(f"{name} is {described(value)}, {_LEFT_OUT}: it is no id of at most 255 characters")
        return name_of

    def metadata(self) -> tuple[tuple[str, str], ...] | None:
        """Read what the connector asks to get back: names and texts, at most 2,000 bytes in all; None if it has none.

        An empty list takes back what was asked before.
        """
        written = self.fields.get("connectorMetadata")
        if written is None:
            return None
        pairs = [_pair(entry) for entry in written] if isinstance(written, list) else [None]
        named = tuple(pair for pair in pairs if pair is not None)
        size = sum(len(part.encode()) for pair in named for part in pair)
        if len(named) < len(pairs) or size > MAX_METADATA_BYTES:
            rule = f"it has {size} bytes; at most {MAX_METADATA_BYTES} are kept"
            if len(named) < len(pairs):
                rule = "it is not a list of names and texts"
            self._remarks.append(f"connectorMetadata is {described(written)}, {_LEFT_OUT}: {rule}")
            return None
        return named

    def seconds(self, name: str, most: int) -> int | None:
        """Read a delay of at most ``most`` seconds."""
        value = self.fields.get(name)
        delay = seconds(value, most)
        if delay is None and value is not None:
            self._remarks.append(f"{name} is {described(value)}, {_LEFT_OUT}: it is not whole seconds from 0 to {most}")
        if delay is not None and isinstance(value, str):
            self._remarks.append(f"{name} is {described(value)}, taken as {delay} s")
        return delay

    def amount(self, name: str, currency: str) -> int:
        """Read an amount in minor units; raises ``ValueError``, which describes the value."""
        if name not in self.fields:
            raise ValueError(f"{name} is missing")
        try:
            read = read_amount(self.fields[name], currency)
        except ValueError as failure:
            raise ValueError(f"{name} is {failure}") from None
        if read.remark is not None:
            self._remarks.append(f"{name} is {read.remark}")
        return read.minor_units

    def amount_or_none(self, name: str, currency: str) -> int | None:
        """Read an amount that another field can replace; None if it is not an amount."""
        if self.fields.get(name) is None:
            return None
        try:
            return self.amount(name, currency)
        except ValueError as failure:
            self._remarks.append(f"{failure}, {_LEFT_OUT}")
            return None

    def ceiling(self, name: str, currency: str) -> int | None:
        """Read an upper limit above zero, rounded down."""
        value = self.fields.get(name)
        if value is None:
            return None
        try:
            read = read_ceiling(value, currency)
        except ValueError as failure:
            self._remarks.append(f"{name} is {failure}, {_LEFT_OUT}")
            return None
        if read.minor_units <= 0:
            self._remarks.append(f"{name} is {described(value)}, {_LEFT_OUT}: it is not above zero")
            return None
        if read.remark is not None:
            self._remarks.append(f"{name} is {read.remark}")
        return read.minor_units


def _pair(entry: object) -> tuple[str, str] | None:
    """Read one name with its value, unchanged; None if it is neither."""
    if not isinstance(entry, dict):
        return None
    name, value = entry.get("name"), entry.get("value")
    if not isinstance(name, str) or not name or not isinstance(value, str) or not is_storable(name + value):
        return None
    return name, value


def _bare(name: str) -> str:
    """Return an id for comparison: without case and, for a UUID, without dashes."""
    name = name.strip().casefold()
    digits = name.strip("{}").replace("-", "")
    return digits if _UUID.fullmatch(digits) else name
