"""Masks personal data and secrets in free text by their form: for logs, and for texts of connectors."""

import json
import re
from collections.abc import Callable, Iterator

from settlement.domain.privacy.card_numbers import may_be_issued
from settlement.domain.privacy.documents import is_cnpj, is_cpf
from settlement.domain.privacy.folding import Folded, fold, folded_character, replace_parts

MASK = "***"

_BEFORE = r"(?<![0-9a-z.-])"
_AFTER = r"(?![0-9a-z-])"
_FORMS = (
    r"(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+",
    r"(?<![0-9a-z-])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9a-z])",
    r"(?<![0-9a-z-])[0-9a-z]{2}\.[0-9a-z]{3}\.[0-9a-z]{3}/[0-9a-z]{4}-[0-9]{2}(?![0-9a-z])",
    r"(?<=x-vtex-signature=)[a-z0-9]+",
)
"""Expressions for data that its form alone identifies; they apply to folded text."""


def _is_personal(digits: str) -> bool:
    return is_cpf(digits) or is_cnpj(digits) or (len(digits) >= 13 and may_be_issued(digits))


_CHECKED: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (f"{_BEFORE}[0-9]{{11,19}}{_AFTER}", _is_personal),
    (r"(?<![0-9a-z.-])[0-9]{3}([. ]?)[0-9]{3}\1[0-9]{3}[-/. ]?[0-9]{2}(?![0-9a-z-])", is_cpf),
    (
        r"(?<![0-9a-z.-])[0-9a-z]{2}([. ]?)[0-9a-z]{3}\1[0-9a-z]{3}[/ ]?[0-9a-z]{4}[- ]?[0-9]{2}(?![0-9a-z-])",
        is_cnpj,
    ),
)
"""Expressions for possible documents and cards, with their checks. They are compiled on first use and cached."""

_NO_CHARACTERS = "[^0-9A-Z]"


def masked(text: str) -> str:
    """Return the text without e-mail addresses, documents (CPF, CNPJ), card numbers and callback signatures.

    Numbers without punctuation are masked if their check digits fit. Ids of orders and transactions stay, because they
    have letters or dashes beside their digits.
    """
    folded = fold(text)
    parts = [folded.place(*found.span()) for form in _FORMS for found in re.finditer(form, folded.text)]
    parts += [
        folded.place(*found.span())
        for form, is_one in _CHECKED
        for found in re.finditer(form, folded.text)
        if is_one(re.sub(_NO_CHARACTERS, "", found[0].upper()))
    ]
    return replace_parts(text, parts, MASK)


def without(text: str, facts: tuple[str, ...], secrets: tuple[str, ...] = ()) -> str:
    """Return the text without secrets, plain or escaped in JSON, and without the facts about a person.

    Of a secret that was cut off, its beginning is masked. Facts are expressions on folded text (``person.facts_of``).
    All are found before any is masked.
    """
    folded = fold(text)
    parts = [span for secret in secrets if secret for span in _spans_of_secret(text, folded, secret)]
    parts += [
        folded.place(*found.span())
        for fact in facts
        for found in re.finditer(fact, folded.text)
        if len(found[0]) > _WRITTEN_SMALL or _is_written_as_name(text, folded, found)
    ]
    return replace_parts(text, parts, MASK)


def _spans_of_secret(text: str, folded: Folded, secret: str) -> Iterator[tuple[int, int]]:
    """Yield where a secret stands: as it is, in any of the spellings that ``fold`` undoes, or cut off at its end.

    A short one is masked where it is a word, and not within others.
    """
    if len(secret) < _SHORT:
        word = rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])"
        yield from (found.span() for found in re.finditer(word, text))
        return
    for form in (secret, json.dumps(secret)[1:-1]):
        yield from (found.span() for found in re.finditer(re.escape(form), text))
    for whole in {fold(secret).text, "".join(map(folded_character, secret))} - {""}:
        begins = whole[:_OWN_CHARACTERS]
        start = folded.text.find(begins)
        while start >= 0:
            end = start + len(begins)
            while end - start < len(whole) and folded.text[end : end + 1] == whole[end - start]:
                end += 1
            yield folded.place(start, end)
            start = folded.text.find(begins, end)


_SHORT = 4

_OWN_CHARACTERS = 8
"""Characters of a secret's beginning that stand for it: what is shown of connectors' texts can be cut off."""


_WRITTEN_SMALL = 2
"""Names of at most this many letters are also words (``do``, ``no``): they are masked only with a capital."""


def _is_written_as_name(text: str, folded: Folded, found: "re.Match[str]") -> bool:
    start, end = folded.place(*found.span())
    return text[start:end] != text[start:end].lower()
