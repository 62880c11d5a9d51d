"""Reads XML that strangers send: bounded in size and depth, without document types, entities or network.

The tree has what a fiscal document is read by: names without their namespaces, texts, and attributes.
"""

from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

MAX_XML_BYTES = 500_000
"""Largest document."""

MAX_XML_DEPTH = 50
"""Most elements within each other; an NF-e with its signature has 12."""

MAX_XML_ELEMENTS = 100_000

_SEPARATOR = " "


class UnreadableXml(Exception):
    """The text is no XML document, or more than is read; the message says what and where."""


@dataclass(slots=True)
class Element:
    """An element: local name, namespace (empty for none), attributes, own text, children in order."""

    name: str
    namespace: str
    attributes: dict[str, str]
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def all(self, name: str) -> "list[Element]":
        """Return the children with a name."""
        return [child for child in self.children if child.name == name]


def read_xml(content: bytes, encoding: str | None = None) -> Element:
    """Return the root of a document; ``encoding`` overrules the one that it declares.

    Raises ``UnreadableXml``.
    """
    if len(content) > MAX_XML_BYTES:
        raise UnreadableXml(f"must have at most {MAX_XML_BYTES} bytes, it has {len(content)}")
    reader = _Reader(encoding)
    try:
        reader.parser.Parse(content, True)
    except ExpatError as fault:
        raise UnreadableXml(f"it is no XML: {fault}") from None
    return reader.root


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
        self.root = Element("", "", {})

    def _refuse_document_type(self, *told: object) -> None:
        raise UnreadableXml(f"it has a document type (line {self.parser.CurrentLineNumber}), which is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) == MAX_XML_DEPTH or self._elements > MAX_XML_ELEMENTS:
            raise UnreadableXml(
                f"it has more than {MAX_XML_ELEMENTS} elements, or more than {MAX_XML_DEPTH} within each other "
                f"(line {self.parser.CurrentLineNumber})"
            )
        namespace, _, local = name.rpartition(_SEPARATOR)
        element = Element(local, namespace, attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _text(self, text: str) -> None:
        self._open[-1].text += text

    def _end(self, name: str) -> None:
        self._open.pop()
