"""Regular expressions of what requests may write, of the kind that both Python and JSON Schema (ECMA-262) read."""

BLANKS = r"[ \t\n\r\f\v]*"

_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_TIME = (
    "(?:[01][0-9]|2[0-3])"
    "(?::[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?|[0-5][0-9](?:[0-5][0-9](?:[.,][0-9]+)?)?)?"
    "(?:[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?"
)


def _days(dash: str) -> str:
    """The days there are, with a dash between year, month and day or with none."""
    return (
        f"(?!0000)(?:[0-9]{{4}}{dash}(?:"
        f"(?:0[13578]|1[02]){dash}(?:0[1-9]|[12][0-9]|3[01])|"
        f"(?:0[469]|11){dash}(?:0[1-9]|[12][0-9]|30)|"
        f"02{dash}(?:0[1-9]|1[0-9]|2[0-8]))|"
        f"{_LEAP}{dash}02{dash}29)"
    )


DAY = f"(?:{_days('-')}|{_days('')})"
"""A day of ISO 8601 that there is."""

MOMENT = f"{DAY}(?:[Tt]{_TIME})?"
"""A day, and perhaps a time of it."""

DATE = f"{BLANKS}{DAY}(?:[Tt ]{_TIME})?{BLANKS}"
"""The same, as fiscal documents have it: also with a space before the time."""


def _ip_addresses() -> str:
    """The forms of network addresses, IPv6 without a zone (RFC 4291)."""
    number, group = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])", "[0-9A-Fa-f]{1,4}"
    ipv4 = rf"{number}(?:\.{number}){{3}}"
    shortened = [
        rf"(?:{group}(?::{group}){{0,{left - 1}}})?::(?:{group}(?::{group}){{0,{6 - left}}})?" for left in range(1, 7)
    ]
    by_one = (rf"(?:{group}:){{7}}:", rf":(?::{group}){{7}}")
    return "|".join((ipv4, rf"{group}(?::{group}){{7}}", *shortened, *by_one, rf"::[Ff]{{4}}:{ipv4}"))


IP_ADDRESS = f"(?:{_ip_addresses()})"
"""An IPv4 or IPv6 address."""


def any_case(word: str) -> str:
    """A word in whatever case."""
    return "".join(f"[{letter.upper()}{letter.lower()}]" if letter.isalpha() else letter for letter in word)


def digits_between(least: int, most: int) -> str:
    """The digits of a whole number between two limits, with zeros before and blanks around it.

    ``least`` may be below zero only as far as ``most`` is above it.
    """
    if least < 0:
        return f"(?!{BLANKS}-0+{BLANKS}$){BLANKS}-?0*(?:{_up_to(most)}){BLANKS}"
    lower = f"(?!{BLANKS}0*(?:{_up_to(least - 1)}){BLANKS}$)" if least > 0 else ""
    return f"{lower}{BLANKS}0*(?:{_up_to(most)}){BLANKS}"


def _up_to(most: int) -> str:
    """The digits of the numbers from 0 to a limit, without zeros before them."""
    digits = str(most)
    if set(digits) == {"9"}:
        return f"[0-9]{{1,{len(digits)}}}"
    parts = [f"[0-9]{{1,{len(digits) - 1}}}"] if len(digits) > 1 else []
    for place, digit in enumerate(digits):
        if digit != "0" and not (place == 0 and digit == "1" and len(digits) > 1):
            lowest = 1 if place == 0 and len(digits) > 1 else 0
            rest = len(digits) - place - 1
            parts.append(f"{digits[:place]}[{lowest}-{int(digit) - 1}]" + (f"[0-9]{{{rest}}}" if rest else ""))
    return "|".join([*parts, digits])
