"""Dataclasses that share their methods are what ``dataclasses`` makes, but for how they are made (D184)."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, replace
from typing import Any, Generic, TypeVar

import pytest

from settlement.values import dataclass

T = TypeVar("T")
MAKERS: list[Any] = [dataclass, dataclasses.dataclass]
both = pytest.mark.parametrize("made", MAKERS, ids=["shared", "dataclasses"])


@dataclass(frozen=True, slots=True)
class Pair(Generic[T]):
    """Stands in a module, so that it can be pickled."""

    left: int
    right: T | None = None
    more: list[str] = field(default_factory=list)


def a_class(made: Callable[..., Any]) -> Any:
    @made(frozen=True, slots=True)
    class Thing:
        """A thing."""

        name: str
        size: int = 1
        secret: str | None = field(default=None, repr=False)
        told: dict[str, int] = field(default_factory=dict)
        note: str = field(default="", compare=False)

        @property
        def double(self) -> int:
            """Twice the size."""
            return 2 * self.size

    return Thing


def test_class_is_made_by_shared_methods() -> None:
    assert Pair.__setattr__ is a_class(dataclass).__setattr__
    assert Pair.__init__ is not a_class(dataclass).__init__


@both
def test_it_is_constructed_as_it_is_declared(made: Any) -> None:
    thing = a_class(made)

    one, other = thing("a"), thing("b", 2, secret="s", told={"x": 1}, note="n")

    assert (one.name, one.size, one.secret, one.told, one.note, one.double) == ("a", 1, None, {}, "", 2)
    assert (other.name, other.size, other.secret, other.told, other.note) == ("b", 2, "s", {"x": 1}, "n")
    assert one.told is not thing("a").told
    wrongs: list[tuple[Any, ...]] = [(), ("a", 1, None, {}, "", "too many")]
    for wrong in wrongs:
        with pytest.raises(TypeError, match=r"Thing\.__init__\(\)"):
            thing(*wrong)
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        thing("a", colour="red")


def test_its_signature_and_fields_are_the_same() -> None:
    shared, plain = map(a_class, MAKERS)

    names = [[one.name for one in inspect.signature(made).parameters.values()] for made in (shared, plain)]
    assert names[0] == names[1]
    assert shared.__init__.__annotations__ == plain.__init__.__annotations__
    assert [(one.name, one.type) for one in fields(shared)] == [(one.name, one.type) for one in fields(plain)]
    assert shared.__match_args__ == plain.__match_args__
    assert shared.__slots__ == plain.__slots__


@both
def test_values_are_equal_by_their_fields_and_class(made: Any) -> None:
    thing, another = a_class(made), a_class(made)

    assert thing("a") == thing("a", note="else")
    assert thing("a") != thing("a", 2)
    assert thing("a") != another("a")
    assert thing("a") != ("a", 1, None, {})
    with pytest.raises(TypeError, match="unhashable"):
        hash(thing("a"))
    assert len({thing("a", told=1), thing("a", told=1, note="n"), thing("b", told=1)}) == 2


@both
def test_classes_of_one_field_and_of_none_are_compared_too(made: Any) -> None:
    one = made(frozen=True, slots=True)(type("One", (), {"__annotations__": {"a": float}}))
    none = made(frozen=True, slots=True)(type("Nothing", (), {"__annotations__": {}}))
    nan = float("nan")

    assert one(1.0) == one(1.0) != one(2.0)
    assert one(nan) == one(nan)
    assert none() == none()
    assert hash(none()) == hash(none())
    assert {one(1.0), one(1.0)} == {one(1.0)}


@both
def test_nothing_of_it_can_be_changed(made: Any) -> None:
    value = a_class(made)("a")

    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        value.name = "b"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
        del value.name
    with pytest.raises((FrozenInstanceError, TypeError)):
        value.unknown = 1
    assert value.name == "a"


@both
def test_text_has_all_but_what_is_kept_out_of_it(made: Any) -> None:
    text = repr(a_class(made)("a", secret="token"))

    assert text.endswith(".Thing(name='a', size=1, told={}, note='')")


@both
def test_it_is_replaced_and_matched(made: Any) -> None:
    thing = a_class(made)

    assert replace(thing("a"), size=3) == thing("a", 3)
    match thing("a", 3):
        case thing("a", size):
            assert size == 3
        case _:
            raise AssertionError


def test_it_is_copied_and_pickled() -> None:
    value = Pair(1, "x", ["y"])

    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value
    assert copy.copy(value).more is value.more is not copy.deepcopy(value).more


@both
def test_it_can_look_at_itself_once_it_is_made(made: Any) -> None:
    @made(frozen=True, slots=True)
    class Positive:
        """Above zero."""

        value: int

        def __post_init__(self) -> None:
            if self.value <= 0:
                raise ValueError("not above zero")

        def __repr__(self) -> str:
            return f"+{self.value}"

    positive: Any = Positive
    assert repr(positive(1)) == "+1"
    with pytest.raises(ValueError, match="not above zero"):
        positive(0)


@both
def test_other_classes_can_be_made_of_it(made: Any) -> None:
    @made(frozen=True, slots=True)
    class Large(a_class(made)):  # type: ignore[misc]
        """With one field more."""

        colour: str = "red"

    value = Large("a", colour="blue")
    assert value == Large("a", colour="blue") != Large("a")
    assert (value.double, value.colour) == (2, "blue")
    with pytest.raises(FrozenInstanceError):
        value.colour = "green"
    with pytest.raises(FrozenInstanceError):
        value.name = "b"


def test_class_of_other_options_or_with_its_own_equality_is_made_by_dataclasses() -> None:
    @dataclass(frozen=True, slots=True, order=True)
    class Place:
        """Can be sorted."""

        lot: int

    @dataclass(slots=True)
    class Count:
        """Can be changed."""

        value: int = 0

    @dataclass(frozen=True, slots=True)
    class Any_:
        """Is equal to all."""

        value: int

        def __eq__(self, other: object) -> bool:
            return True

    count = Count()
    count.value = 2
    assert Place(1) < Place(2)
    assert count == Count(2)
    assert Any_(1) == Any_(2)


def test_field_that_is_not_of_the_constructor_is_refused() -> None:
    with pytest.raises(TypeError, match="each field must be one of the constructor's"):

        @dataclass(frozen=True, slots=True)
        class Hidden:
            """Has a field that nobody gives."""

            value: int = field(init=False)
