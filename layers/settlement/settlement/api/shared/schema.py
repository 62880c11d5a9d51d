"""What the document says of a value beyond its type; a plain marker, so that functions load no library for it."""

from typing import Any, Protocol


class _Handler(Protocol):
    def __call__(self, core_schema: Any, /) -> dict[str, Any]: ...


UNIT = "x-unit"
"""The keyword of a unit, until the document appends it to the description of the property."""


class Says:
    """Metadata of ``Annotated``: keywords of JSON Schema, and the unit that every property of the type tells."""

    __slots__ = ("keywords",)

    def __init__(self, unit: str | None = None, **keywords: Any) -> None:
        self.keywords = keywords if unit is None else keywords | {UNIT: unit}

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: _Handler) -> dict[str, Any]:
        """Return the type's schema with the keywords; called only where the document is made."""
        return handler(core_schema) | self.keywords
