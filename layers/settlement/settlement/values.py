"""Frozen dataclasses that are made quickly: each class compiles its ``__init__``, all share the other methods (D184).

``dataclasses`` compiles six methods for each class, one by one; this was two fifths of loading a function.
"""

import dataclasses
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

_PLAIN = {"frozen": True, "slots": True}
_SET = object.__setattr__
_MISSING = object()

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """Make a dataclass, as ``dataclasses.dataclass`` does.

        A class with other options than ``frozen=True, slots=True``, of another dataclass, or with an equality of its
        own is made by that.

        >>> @dataclass(frozen=True, slots=True)
        ... class Point:
        ...     x: int
        ...     y: int = 0
        >>> Point(1), Point(1) == Point(1, 0), dataclasses.replace(Point(1), y=2)
        (Point(x=1, y=0), True, Point(x=1, y=2))
        """
        if cls is None:
            return lambda made: dataclass(made, **options)
        if options != _PLAIN or {"__eq__", "__hash__"} & cls.__dict__.keys() or dataclasses.is_dataclass(cls):
            return dataclasses.dataclass(cls, **options)
        return _frozen(cls)


def _frozen(cls: Any) -> Any:
    cls.__doc__ = cls.__doc__ or cls.__name__
    cls = dataclasses.dataclass(cls, init=False, repr=False, eq=False, slots=True)
    fields = dataclasses.fields(cls)
    if not all(field.init and not field.kw_only for field in fields):
        raise TypeError(f"{cls.__qualname__}: each field must be one of the constructor's, by position")
    compared = _values_of([field.name for field in fields if field.compare])
    names = [field.name for field in fields]
    all_values = _values_of(names)

    def __eq__(self: object, other: object) -> bool:
        return bool(compared(self) == compared(other)) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:
        return hash(compared(self))

    def __getstate__(self: object) -> object:
        return all_values(self)

    def __setstate__(self: object, state: Iterable[object]) -> None:
        for name, value in zip(names, state, strict=True):
            _SET(self, name, value)

    methods = (__eq__, __hash__, _init_of(cls, fields), __setattr__, __delattr__, __getstate__, __setstate__)
    for method in methods if "__repr__" in cls.__dict__ else (*methods, __repr__):
        setattr(cls, method.__name__, method)
    cls.__dataclass_params__.frozen = True
    return cls


def _init_of(cls: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Compile the constructor: it sets each field, and calls ``__post_init__`` if there is one."""
    known: dict[str, Any] = {"__name__": cls.__module__, "_set": _SET, "_missing": _MISSING}
    told, lines = ["self"], ["pass"]
    for field in fields:
        name = field.name
        told.append(name)
        lines.append(f"_set(self, {name!r}, {name})")
        if field.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default
            told[-1] = f"{name}=_default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default_factory
            told[-1] = f"{name}=_missing"
            lines[-1] = f"_set(self, {name!r}, _default_{name}() if {name} is _missing else {name})"
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(told)}):\n " + "\n ".join(lines), known)  # nosec B102: of names in this code alone
    init: Any = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {**{field.name: field.type for field in fields}, "return": None}
    made: Callable[..., None] = init
    return made


def _values_of(names: list[str]) -> Callable[[object], object]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def __setattr__(self: object, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def __repr__(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"
