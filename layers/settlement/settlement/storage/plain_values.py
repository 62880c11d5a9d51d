"""Converts dataclasses to plain values of JSON and items, and back; the converters are built once per class.

Fields that are None are left out; enumerations are written as their values, times and durations in ISO 8601. Reading
accepts only the written form; anything else raises ``ValueError``, which names the field.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Convert = Callable[[Any], Any]

_PLAIN = (str, int, bool)
_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<years>\d+)Y)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.(?P<fraction>\d{1,6}))?S)?)?"
)
_DAYS_OF_YEAR = 365


@cache
def writer_of(kind: Hashable) -> Convert:
    """Return the function that converts values of a type to plain values."""
    if is_dataclass(kind):
        return _writer_of_dataclass(kind)
    if _optional(kind) is not None:
        writer = writer_of(_optional(kind))
        return lambda value: None if value is None else writer(value)
    if get_origin(kind) is tuple:
        return _writer_of_tuple(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: value.value
    return _WRITERS.get(kind, _json)


@cache
def reader_of(kind: Hashable) -> Convert:
    """Return the function that converts plain values to values of a type."""
    if is_dataclass(kind):
        return _reader_of_dataclass(kind)
    if _optional(kind) is not None:
        reader = reader_of(_optional(kind))
        return lambda value: None if value is None else reader(value)
    if get_origin(kind) is tuple:
        return _reader_of_tuple(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if kind in _PLAIN:
        return _checked(kind)
    if kind in (datetime, timedelta):
        return _time if kind is datetime else _duration
    if kind is date:
        return _date
    if get_origin(kind) in (dict, Mapping):
        return _checked(dict)
    raise TypeError(f"nothing reads a {kind}")


def _optional(kind: Any) -> Any:
    """Return ``T`` for the type ``T | None``, None for any other type."""
    if get_origin(kind) not in (Union, UnionType):
        return None
    others = [other for other in get_args(kind) if other is not type(None)]
    if len(others) != 1:
        raise TypeError(f"nothing reads or writes a {kind}")
    return others[0]


def _writer_of_dataclass(kind: Any) -> Convert:
    hints = get_type_hints(kind)
    writers = [(field.name, writer_of(hints[field.name])) for field in fields(kind)]
    parts = [(name, None if writer is _same else writer) for name, writer in writers]
    values_of = _getter([name for name, _ in writers])

    def write(thing: Any) -> dict[str, Any]:
        item = {}
        for (name, writer), value in zip(parts, values_of(thing), strict=True):
            if value is not None:
                item[name] = value if writer is None else writer(value)
        return item

    return write


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return the function that returns the values of some attributes, at once."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda thing: tuple(getattr(thing, name) for name in names)


def _reader_of_dataclass(kind: Any) -> Convert:
    hints = get_type_hints(kind)
    readers = {field.name: reader_of(hints[field.name]) for field in fields(kind)}
    required = {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}

    def read(item: Any) -> Any:
        if not isinstance(item, dict):
            raise ValueError(f"{kind.__name__}: must be a map; got {type(item).__name__}")
        if missing := required - item.keys():
            raise ValueError(f"{kind.__name__}: lacks {', '.join(sorted(missing))}")
        values = {}
        for name, reader in readers.items():
            if name in item:
                try:
                    values[name] = reader(item[name])
                except ValueError as error:
                    raise ValueError(f"{kind.__name__}.{name}: {error}") from error
        return kind(**values)

    return read


def _writer_of_tuple(kinds: tuple[Any, ...]) -> Convert:
    writers = [writer_of(kind) for kind in kinds if kind is not Ellipsis]
    if kinds[1:] == (Ellipsis,):
        writer = writers[0]
        return lambda values: [writer(value) for value in values]
    return lambda values: [writer(value) for writer, value in zip(writers, values, strict=True)]


def _reader_of_tuple(kinds: tuple[Any, ...]) -> Convert:
    readers = [reader_of(kind) for kind in kinds if kind is not Ellipsis]
    check = _checked(list)
    if kinds[1:] == (Ellipsis,):
        reader = readers[0]
        return lambda values: tuple([reader(value) for value in check(values)])
    return lambda values: tuple([reader(value) for reader, value in zip(readers, check(values), strict=True)])


def _checked(kind: type) -> Convert:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise ValueError(f"must be {kind.__name__}; got {type(value).__name__}")
        return value

    return check


def _same(value: Any) -> Any:
    return value


_JSON_VALUES = frozenset({str, int, bool, float, type(None)})


def _json(value: Any) -> Any:
    """Return an event's content as JSON values: convert its tuples, enumerations and times."""
    if type(value) in _JSON_VALUES:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {_json(name): _json(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_json(held) for held in value]
    if isinstance(value, datetime):
        return _time_text(value)
    if isinstance(value, timedelta):
        return _duration_text(value)
    raise TypeError(f"nothing writes a {type(value).__name__}")


def _time_text(at: datetime) -> str:
    text = at.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def _time(text: Any) -> datetime:
    return datetime.fromisoformat(_TEXT(text))


def _date(text: Any) -> date:
    return date.fromisoformat(_TEXT(text))


def _duration_text(duration: timedelta) -> str:
    """Format a duration in ISO 8601 by years of 365 days, days, hours, minutes and seconds; zero parts are left out."""
    if not duration:
        return "PT0S"
    length = abs(duration)
    years, days = divmod(length.days, _DAYS_OF_YEAR)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{length.microseconds:06d}".rstrip("0") if length.microseconds else ""
    date = "".join(f"{count}{unit}" for count, unit in ((years, "Y"), (days, "D")) if count)
    clock = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M")) if count)
    if seconds or fraction:
        clock += f"{seconds}{fraction}S"
    return f"{'-' if duration < timedelta(0) else ''}P{date}{'T' if clock else ''}{clock}"


def _duration(text: Any) -> timedelta:
    match = _DURATION.fullmatch(_TEXT(text))
    if match is None or not any(match.groups()[1:]):
        raise ValueError(f"must be a duration of ISO 8601; got {text[:40]}")
    parts = {
        name: int(digits) for name, digits in match.groupdict(default="0").items() if name not in ("sign", "fraction")
    }
    days = parts.pop("years") * _DAYS_OF_YEAR + parts.pop("days")
    length = timedelta(days, microseconds=int((match["fraction"] or "0").ljust(6, "0")), **parts)
    return -length if match["sign"] else length


_TEXT = _checked(str)

_WRITERS: dict[Hashable, Convert] = {
    str: _same,
    int: _same,
    bool: _same,
    date: date.isoformat,
    datetime: _time_text,
    timedelta: _duration_text,
}
