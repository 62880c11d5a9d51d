"""The texts under the keys of answers and requests: what the document says of each property.

They are read from the source of a class and of those it is made of, since Python keeps them nowhere else.
"""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from textwrap import dedent
from typing import Any, get_args, get_type_hints

from typing_extensions import is_typeddict

from settlement.api.shared.schema import Says


def docs_of(described: type) -> dict[str, str]:
    """Return the text under each key of a ``TypedDict`` or model; a nearer class goes before those it is made of."""
    docs: dict[str, str] = {}
    for part in reversed([*_made_of(described)]):
        docs |= _own_docs(part)
    return docs


def parts_of(described: Any) -> Iterator[type]:
    """The ``TypedDict``s and models that a type is made of, itself first."""
    hints = get_type_hints(described) if is_typeddict(described) else {}
    if hints or hasattr(described, "model_fields"):
        yield described
    fields = {name: field.annotation for name, field in getattr(described, "model_fields", {}).items()}
    for part in (*hints.values(), *fields.values(), *get_args(described)):
        yield from parts_of(part)


def _made_of(described: type) -> Iterator[type]:
    """The class, and what it is made of, nearest first; a ``TypedDict`` remembers that beside its bases."""
    yield described
    for base in getattr(described, "__orig_bases__", ()) or described.__bases__:
        if isinstance(base, type) and base.__module__.startswith("settlement."):
            yield from _made_of(base)


def _texts_of_types(described: Any) -> Iterator[tuple[str, str]]:
    """The texts of a ``TypedDict`` that is made by a call, since a key of it is a keyword: they stand in its types."""
    for key, hint in get_type_hints(described, include_extras=True).items():
        yield from ((key, mark.keywords["description"]) for mark in hint.__metadata__ if isinstance(mark, Says))


@cache
def _own_docs(described: type) -> Mapping[str, str]:
    try:
        tree: Any = ast.parse(dedent(inspect.getsource(described))).body[0]
    except OSError:
        return dict(_texts_of_types(described))
    if not isinstance(tree, ast.ClassDef):
        return {}
    docs = {}
    for key, text in zip(tree.body, tree.body[1:], strict=False):
        match key, text:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(value=ast.Constant(str(doc))):
                docs[name] = " ".join(inspect.cleandoc(doc).split())
    return docs
