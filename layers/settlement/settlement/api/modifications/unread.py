"""Fields of a modification that have no effect: those that its models do not know, and those that are only shown."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

MAX_TOLD = 50
MAX_CHARACTERS = 200


def told_in_vain(
    model: type[BaseModel], sent: Any, without_effect: Mapping[type[BaseModel], tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the ways to fields without effect, such as ``replace.0.to.items.0.seller``; what is null says nothing.

    Of very many the first ones are told, and how many more there are.
    """
    found = [way[:MAX_CHARACTERS] for way in _ways(model, sent, without_effect)]
    more = len(found) - MAX_TOLD
    return (*found[:MAX_TOLD], f"and {more} more") if more > 0 else tuple(found)


def _ways(
    model: type[BaseModel], sent: Any, without_effect: Mapping[type[BaseModel], tuple[str, ...]], where: str = ""
) -> Iterator[str]:
    if not isinstance(sent, Mapping):
        return
    known = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    for name, value in sent.items():
        if value in (None, [], {}):
            continue
        if name not in known or name in without_effect.get(model, ()):
            yield f"{where}{name}"
            continue
        inner = _model_in(known[name])
        if inner is None:
            continue
        if isinstance(value, list):
            for index, one in enumerate(value):
                yield from _ways(inner, one, without_effect, f"{where}{name}.{index}.")
        else:
            yield from _ways(inner, value, without_effect, f"{where}{name}.")


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for one in get_args(annotation) if (model := _model_in(one)) is not None), None)
