"""Request bodies of feed and hook, and the event that fills them (contract of the feed, version 3)."""

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StrictInt, WithJsonSchema, model_validator

from settlement.api.shared.patterns import any_case
from settlement.api.shared.request import Body
from settlement.api.shared.written import Described, DigitsToo, Shaped
from settlement.domain.account.feed import (
    DEFAULT_RETENTION_SECONDS,
    DEFAULT_VISIBILITY_SECONDS,
    MAX_RETENTION_SECONDS,
    MAX_VISIBILITY_SECONDS,
    Feed,
    Hook,
)
from settlement.domain.errors import InvalidRequest

MAX_COMMITS = 100
MAX_HEADERS = 20
_MAX_KEY = 300

_HEADERS_OF_HTTP = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)


def _own_header(name: str) -> str:
    if name.lower() in _HEADERS_OF_HTTP:
        raise ValueError("is set by HTTP itself")
    return name


_NAMES_OF_HTTP = "|".join(map(any_case, sorted(_HEADERS_OF_HTTP)))
_HEADER_NAME = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}"

Status = Annotated[str, Shaped("[a-z][a-z-]{0,63}", "a status: 1 to 64 of a-z and -, a letter first")]
HeaderName = Annotated[
    str,
    Shaped(_HEADER_NAME, "1 to 100 of A-Z a-z 0-9 ! # $ % & ' * + . ^ _ ` | ~ -"),
    AfterValidator(_own_header),
]
_HEADER_VALUE = r"[\x20-\x7e]{0,2000}"
HeaderValue = Annotated[str, Shaped(_HEADER_VALUE, "at most 2000 printable ASCII characters")]
Headers = Annotated[
    dict[HeaderName, HeaderValue],
    Field(max_length=MAX_HEADERS),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": MAX_HEADERS,
            "propertyNames": {"pattern": f"^(?!({_NAMES_OF_HTTP})$){_HEADER_NAME}$"},
            "additionalProperties": {"type": "string", "pattern": f"^{_HEADER_VALUE}$"},
        }
    ),
]


def _off(value: bool) -> bool:
    if value:
        raise ValueError("is not supported; every update comes once")
    return value


RETENTION, RETENTION_TOO = "messageRetentionPeriodInSeconds", "MessageRetentionPeriodInSeconds"
"""Both spellings are published."""


def _without(given: Any, name: str, told: str) -> Any:
    """Return what is given; raises ``ValueError`` if it has a part that ``told`` says where to send."""
    if isinstance(given, dict) and given.get(name) is not None:
        raise ValueError(f"{name} is not taken in {told}")
    return given


class ConfigurationBody(Body):
    """A part of a feed's or hook's configuration.

    An unknown key is refused: a filter that is misspelt would let every update through.
    """

    model_config = ConfigDict(extra="forbid")


class FilterBody(ConfigurationBody):
    """Which updates come: by status (``FromWorkflow``), all of them if it names none; and whether work comes."""

    type: Literal["FromWorkflow"] = "FromWorkflow"
    """Always `FromWorkflow`."""
    status: Annotated[list[Status], Field(max_length=50)] | None = None
    """The order statuses that come; all of them if none is named."""
    expression: Literal[""] | None = None
    """Empty: expressions are not taken."""
    disable_single_fire: Annotated[StrictBool, AfterValidator(_off), Described((("const", False),))] | None = None
    """False: every update comes once."""
    work_items: StrictBool = False
    """Whether work that opens or closes comes too, of all orders."""

    @model_validator(mode="before")
    @classmethod
    def _no_expressions(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("type") == "FromOrders":
            raise ValueError("expressions (FromOrders) are not supported; filter by status (FromWorkflow)")
        return given

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses, each once."""
        return tuple(dict.fromkeys(self.status or ()))


Retention = Annotated[StrictInt, Field(ge=60, le=MAX_RETENTION_SECONDS), DigitsToo()]


class QueueBody(ConfigurationBody):
    """How long an update that was read stays hidden, and how long one that was not committed is kept."""

    visibility_timeout_in_seconds: Annotated[StrictInt, Field(ge=1, le=MAX_VISIBILITY_SECONDS), DigitsToo()] = (
        DEFAULT_VISIBILITY_SECONDS
    )
    """For how many seconds an update that was read stays hidden."""
    message_retention_period_in_seconds: Retention = DEFAULT_RETENTION_SECONDS
    """For how many seconds an update is kept."""
    retention_too: Annotated[Retention | None, Field(alias=RETENTION_TOO)] = None
    """The same; both spellings are in use."""

    @model_validator(mode="before")
    @classmethod
    def _one_retention(cls, given: Any) -> Any:
        """Take either spelling, and both if they say the same."""
        if not isinstance(given, dict) or given.get(RETENTION_TOO) is None:
            return given
        if given.get(RETENTION) not in (None, given[RETENTION_TOO]):
            raise ValueError(f"{RETENTION} and {RETENTION_TOO} say two things")
        return given | {RETENTION: given[RETENTION_TOO]}


class FeedBody(ConfigurationBody):
    """``POST /api/orders/feed/config``."""

    filter: FilterBody = Field(default_factory=FilterBody)
    """Which updates come; all of them without it."""
    queue: QueueBody = Field(default_factory=QueueBody)
    """How long updates are hidden and kept."""
    hook: None = None
    """Null: a hook is configured by its own route."""
    quantity: Any = None
    """As it was shown; it changes nothing."""
    approximate_age_of_oldest_message_in_seconds: Any = None
    """As it was shown; it changes nothing."""

    @model_validator(mode="before")
    @classmethod
    def _no_hook(cls, given: Any) -> Any:
        return _without(given, "hook", "a feed; send it to POST /api/orders/hook/config")

    def as_feed(self, app_key: str, id_: str) -> Feed:
        """Return the feed to save; ``id_`` is for a new one."""
        queue = self.queue
        return Feed(
            app_key,
            id_,
            self.filter.statuses,
            queue.visibility_timeout_in_seconds,
            queue.message_retention_period_in_seconds,
            self.filter.work_items,
        )


class HookTarget(ConfigurationBody):
    """Where a hook leads, and what it carries."""

    url: Annotated[str, Shaped(r"[\x21-\x7e]{1,2000}", "at most 2000 printable ASCII characters without spaces")]
    """The address that is called."""
    headers: Headers | None = None
    """The headers that each call has."""


class HookBody(ConfigurationBody):
    """``POST /api/orders/hook/config``."""

    filter: FilterBody = Field(default_factory=FilterBody)
    """Which updates come; all of them without it."""
    hook: HookTarget
    """Where updates are sent."""
    queue: None = None
    """Null: a queue is configured by the feed's route."""

    @model_validator(mode="before")
    @classmethod
    def _no_queue(cls, given: Any) -> Any:
        return _without(given, "queue", "a hook; send it to POST /api/orders/feed/config")

    def as_hook(self, app_key: str) -> Hook:
        """Return the hook to save."""
        headers = tuple((self.hook.headers or {}).items())
        return Hook(app_key, self.hook.url, headers, self.filter.statuses, self.filter.work_items)


class CommitBody(Body):
    """``POST /api/orders/feed``: the handles of what was processed."""

    handles: Annotated[list[Annotated[str, Field(max_length=1000)]], Field(min_length=1, max_length=MAX_COMMITS)]
    """The handles of the updates that were processed."""

    def as_keys(self) -> list[str]:
        """Return the keys of the updates, each once; raises ``InvalidRequest`` for a handle that is none."""
        return list(dict.fromkeys(_key_of(handle) for handle in self.handles))


def _key_of(handle: str) -> str:
    try:
        key = base64.b64decode(handle.encode(), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        key = ""
    if key.count("#") < 2 or len(key) > _MAX_KEY:
        raise InvalidRequest(f"handles: {handle[:80]} is not a handle that this feed gave")
    return key
