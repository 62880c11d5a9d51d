"""Reads XML that strangers send: bounded in size and depth, without document types, entities or network.

The tree has what a fiscal document is read by: names without their namespaces, texts, and attributes. A long document
is read element by element, each bounded by itself.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

MAX_XML_BYTES = 500_000
"""Largest document."""

MAX_XML_DEPTH = 50
"""Most elements within each other; an NF-e with its signature has 12."""

MAX_XML_ELEMENTS = 100_000

_SEPARATOR = " "


class UnreadableXml(Exception):
    """The text is no XML document, or more than is read; the message says what and where.

    ``line`` and ``column`` are the place, from 1; 0 if it is the document as a whole. A document ``is_cut`` that is
    well-formed as far as it goes.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0, *, is_cut: bool = False) -> None:
        super().__init__(message)
        self.line, self.column, self.is_cut = line, column, is_cut


class HostileXml(UnreadableXml):
    """The text is made to harm who reads it: it has a document type, or is larger or deeper than any document."""


@dataclass(slots=True)
class Element:
    """An element: local name, namespace (empty for none), attributes, own text, children in order, its first line."""

    name: str
    namespace: str
    attributes: dict[str, str]
    text: str = ""
    children: "list[Element]" = field(default_factory=list)
    line: int = 0

    def all(self, name: str) -> "list[Element]":
        """Return the children with a name."""
        return [child for child in self.children if child.name == name]


def read_xml(content: bytes, encoding: str | None = None) -> Element:
    """Return the root of a document; ``encoding`` overrules the one that it declares.

    Raises ``UnreadableXml``.
    """
    if len(content) > MAX_XML_BYTES:
        raise HostileXml(f"must have at most {MAX_XML_BYTES} bytes, it has {len(content)}")
    reader = _Reader(encoding)
    try:
        reader.parse(content, is_last=True)
    except ExpatError as fault:
        raise UnreadableXml(f"it is no XML: {fault}", fault.lineno, fault.offset + 1) from None
    return reader.root


def stream_xml(chunks: Iterable[bytes], places: Collection[str], unread: Collection[str] = ()) -> Iterator[Element]:
    """Yield the elements at the given places as they end, and keep nothing of the others but what is open.

    A place is the name of the element's parent and its own, as ``Stmt/Ntry``; an element of the same name elsewhere is
    another one. Those at ``unread`` places are left out of what they are in. Raises ``UnreadableXml``; a document that
    ends too early is one that is no XML.
    """
    reader = _Stream(places, unread)
    for chunk in chunks:
        yield from reader.feed(chunk, is_last=False)
    yield from reader.feed(b"", is_last=True)


class _Reader:
    def __init__(self, encoding: str | None) -> None:
        self.parser = ParserCreate(encoding, _SEPARATOR)
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_document_type
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._text
        self.parser.EndElementHandler = self._end
        self._open: list[Element] = []
        self._elements = 0
        self._characters = 0
        self.root = Element("", "", {})

    def parse(self, content: bytes, *, is_last: bool) -> None:
        """Read on; raises ``ExpatError``, and ``UnreadableXml`` for an encoding that Python or expat does not have."""
        try:
            self.parser.Parse(content, is_last)
        except (LookupError, ValueError):
            raise UnreadableXml("it is in an encoding that is not read", 1, 1) from None

    def _refuse_document_type(self, *told: object) -> None:
        raise self._hostile("it has a document type, which is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) == MAX_XML_DEPTH or self._elements > MAX_XML_ELEMENTS:
            raise self._hostile(
                f"it has more than {MAX_XML_ELEMENTS} elements, or more than {MAX_XML_DEPTH} within each other"
            )
        namespace, _, local = name.rpartition(_SEPARATOR)
        element = Element(local, namespace, attributes, line=self.parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _text(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > MAX_XML_BYTES:
            raise self._hostile(f"it has a text of more than {MAX_XML_BYTES} characters")
        self._open[-1].text += text

    def _end(self, name: str) -> None:
        self._open.pop()

    def _hostile(self, what: str) -> HostileXml:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        return HostileXml(f"{what} (line {line})", line, column)


class _Stream(_Reader):
    """A reader of a document of any length; bounded is what is held at once."""

    def __init__(self, places: Collection[str], unread: Collection[str]) -> None:
        super().__init__(None)
        self._places, self._unread = places, unread
        self._held: list[tuple[int, int]] = []
        self._ended: list[Element] = []

    def feed(self, chunk: bytes, *, is_last: bool) -> list[Element]:
        """Read on; return the wanted elements that ended."""
        try:
            self.parse(chunk, is_last=is_last)
        except ExpatError as fault:
            message = f"it is no XML: {fault}"
            raise UnreadableXml(message, fault.lineno, fault.offset + 1, is_cut=is_last) from None
        ended, self._ended = self._ended, []
        return ended

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._held.append((self._elements, self._characters))
        super()._start(name, attributes)

    def _end(self, name: str) -> None:
        element, (elements, characters) = self._open.pop(), self._held.pop()
        if not self._open:
            return
        parent = self._open[-1]
        place = f"{parent.name}/{element.name}"
        if place in self._places:
            self._ended.append(element)
        elif place not in self._unread:
            return
        self._elements, self._characters = elements, characters - len(parent.text)
        parent.children.pop()
        parent.text = ""
