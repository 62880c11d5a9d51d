"""What is known of an invoice's fiscal document, beside its key: authorisation, references, remarks (D155)."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from settlement.domain.actor import Acceptance
from settlement.values import dataclass

MAX_REMARKS = 20
"""Most remarks on one document; they are stored with its invoice."""

MAX_REMARK_CHARACTERS = 300


class FiscalCode(StrEnum):
    """What is wrong with a document, or differs from it; the codes of refusals and of warnings."""

    UNREADABLE = "NFE_UNREADABLE"
    ROOT = "NFE_ROOT"
    VERSION = "NFE_VERSION"
    FIELD = "NFE_FIELD"
    PURPOSE = "NFE_PURPOSE"
    ITEMS = "NFE_ITEMS"
    KEY = "NFE_KEY"
    KEY_CONTENT = "NFE_KEY_CONTENT"
    CHECK_DIGIT = "NFE_CHECK_DIGIT"
    MODEL = "NFE_MODEL"
    TEST = "NFE_TEST"
    NO_PROTOCOL = "NFE_NO_PROTOCOL"
    NOT_AUTHORISED = "NFE_NOT_AUTHORISED"
    CURRENCY = "NFE_CURRENCY"
    KEY_USED = "NFE_KEY_USED"
    KEY_DIFFERS = "NFE_KEY_DIFFERS"
    TYPE_DIFFERS = "NFE_TYPE_DIFFERS"
    NUMBER_DIFFERS = "NFE_NUMBER_DIFFERS"
    VALUE_DIFFERS = "NFE_VALUE_DIFFERS"
    DATE_DIFFERS = "NFE_DATE_DIFFERS"
    ITEM = "NFE_ITEM"
    QUANTITY = "NFE_QUANTITY"
    REFERENCE = "NFE_REFERENCE"
    EVENT = "NFE_EVENT"
    EVENTS = "NFE_EVENTS"
    PROTOCOL_DIFFERS = "NFE_PROTOCOL_DIFFERS"


@dataclass(frozen=True, slots=True)
class FiscalRemark:
    """Something that a document says otherwise than it should; the message names field, value and limit."""

    code: FiscalCode
    message: str


@dataclass(frozen=True, slots=True)
class UsedKey:
    """An access key that came with an invoice though it is another's: ``number`` of ``order_id`` (D169, D173).

    It is nobody's work once it is ``accepted``.
    """

    key: str
    order_id: str
    number: str
    since: datetime
    accepted: Acceptance | None = None

    @property
    def holder(self) -> str:
        """Whose key it is, for people."""
        return f"invoice {self.number} of order {self.order_id}"


@dataclass(frozen=True, slots=True)
class FiscalRecord:
    """What is kept of a document; ``references`` are the keys of the sales that a return names.

    ``protocol`` is the number of the tax authority's authorisation, ``authorised_at`` its time as it is written.
    ``total_with_taxes`` in centavos is the value with IBS, CBS and IS, of documents from 2026 on.
    """

    remarks: tuple[FiscalRemark, ...] = ()
    references: tuple[str, ...] = ()
    protocol: str | None = None
    authorised_at: str | None = None
    total_with_taxes: int | None = None

    def after(self, before: "FiscalRecord | None") -> "FiscalRecord":
        """Return the record of what came later, with what was known before."""
        if before is None:
            return self
        remarks = tuple(dict.fromkeys((*before.remarks, *self.remarks)))[:MAX_REMARKS]
        known = {name: getattr(self, name) or getattr(before, name) for name in self.__slots__}
        return FiscalRecord(**known | {"remarks": remarks})

    def without(self, code: FiscalCode) -> "FiscalRecord":
        """Return the record without the remarks of a code."""
        return replace(self, remarks=tuple(remark for remark in self.remarks if remark.code is not code))
