"""The kit's command line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.capabilities import CAPABILITIES, CARD_PRESETS, Card, Need, Setup
from conformance.run import CASES
from settlement.domain.connectors.connector import Connector, ConnectorProtocol, Credentials, Mode
from settlement.domain.money import is_currency

DEFAULT_TIMEOUT_SECONDS = 5.0
DEFAULT_ASYNCHRONOUS_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run."""

    setup: Setup
    cases: tuple[str, ...]
    json_file: Path | None
    junit_file: Path | None
    html_file: Path | None
    callback_listen: tuple[str, int]
    callback_url: str | None
    only_list: bool


def read_options(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> Options:
    """Read the command line; ends the process with 2 and a message if it is wrong."""
    parser = _parser(environ)
    given = parser.parse_args(arguments)
    url = given.url or given.url_option
    if not url and not given.list:
        parser.error("the connector's address is missing, such as https://connector.example.com")
    names = {case.name for case in CASES}
    for name in given.case:
        if name not in names:
            parser.error(f"there is no case {name}; --list names them all")
    connector = Connector(
        name="conformance",
        protocol=ConnectorProtocol.PPP,
        mode=Mode.PARTIAL,
        service_url=url or "",
        provider_headers=given.provider_headers,
        cancel_value_in_cents=given.cancel_value_unit == "cents",
    )
    setup = Setup(
        connector=connector,
        credentials=Credentials(given.app_key, given.app_token),
        currency=given.currency,
        cards=given.cards,
        timeout_seconds=given.timeout,
        asynchronous_seconds=given.async_timeout,
        redirect_method=given.redirect_method,
        app_method=given.app_method,
        inbound_action=given.inbound_action,
        without=given.without,
        settings=tuple(dict(given.setting).items()),
    )
    return Options(
        setup=setup,
        cases=tuple(given.case),
        json_file=given.json,
        junit_file=given.junit,
        html_file=given.html,
        callback_listen=given.callback_listen,
        callback_url=given.callback_url,
        only_list=given.list,
    )


def read_cards(text: str) -> dict[Card, str]:
    """Read cards: names of presets and ``kind=card``, separated by commas; later ones take precedence."""
    cards = dict(CARD_PRESETS["vtex"])
    for word in text.split(","):
        kind, is_pair, card = word.strip().partition("=")
        if not is_pair and kind in CARD_PRESETS:
            cards |= CARD_PRESETS[kind]
        elif is_pair and card and kind in tuple(Card):
            cards[Card(kind)] = card
        else:
            raise argparse.ArgumentTypeError(
                f"{word!r} is neither {' nor '.join(CARD_PRESETS)} nor one of {', '.join(f'{kind}=…' for kind in Card)}"
            )
    return cards


def _setting(text: str) -> tuple[str, str]:
    name, is_pair, value = text.partition("=")
    if not is_pair or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not name=value")
    return name, value


def _without(text: str) -> frozenset[Need]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in CAPABILITIES:
            raise argparse.ArgumentTypeError(f"{word!r} is not one of {', '.join(CAPABILITIES)}")
    return frozenset(Need(word) for word in words)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 600:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0 and up to 600")
    return seconds


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise argparse.ArgumentTypeError(f"{text} is not host:port")
    return host, int(port)


def _currency(text: str) -> str:
    if not is_currency(text):
        raise argparse.ArgumentTypeError(f"{text} is no ISO 4217 code")
    return text


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="quita-conformance",
        description="Plays the Payment Provider Protocol against a connector and reports its deviations.",
        epilog="Exit code: 0 when no case failed, 1 when one did, 2 when nothing could be played.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    address = parser.add_mutually_exclusive_group()
    address.add_argument("url", nargs="?", metavar="URL",
        help="the connector's address, to which /manifest and /payments are added; TLS outside loopback")  # fmt: skip
    address.add_argument("--url", dest="url_option", metavar="URL", help="the same address")
    add("--app-key", default=environ.get("APP_KEY", ""), help="or the environment's APP_KEY")
    add("--app-token", default=environ.get("APP_TOKEN", ""), help="or the environment's APP_TOKEN")
    names = parser.add_mutually_exclusive_group()
    names.add_argument(
        "--provider-headers", action="store_true", default=True, help="keys as X-PROVIDER-API-* (the default)"
    )
    names.add_argument("--vtex-headers", action="store_false", dest="provider_headers", help="keys as X-VTEX-API-*")
    add("--case", action="append", default=[], metavar="NAME", help="play only this case; can be repeated")
    add("--list", action="store_true", help="list the cases and what each shows")
    add("--json", type=Path, metavar="FILE", help="also write the results to a file")
    add("--junit", type=Path, metavar="FILE", help="also write the results as JUnit XML")
    add("--html", type=Path, metavar="FILE", help="also write the results as one HTML page")
    add("--cards", type=read_cards, default=read_cards("vtex"), metavar="CARDS",
        help="vtex (the default) or sandbox, and approved=…, denied=…, async-approved=…, async-denied=…, "
        "separated by commas; digits are card numbers, anything else vault tokens")  # fmt: skip
    add("--currency", type=_currency, default="BRL", help="currency of every payment (BRL)")
    add("--timeout", type=_seconds, default=DEFAULT_TIMEOUT_SECONDS, metavar="S", help="limit of one answer, in s (5)")
    add("--async-timeout", type=_seconds, default=DEFAULT_ASYNCHRONOUS_SECONDS, metavar="S",
        help="time limit for the decision of an undefined payment, in s (15)")  # fmt: skip
    add("--callback-listen", type=_listen, default=("127.0.0.1", 0), metavar="HOST:PORT",
        help="where to listen for callbacks (127.0.0.1, any free port)")  # fmt: skip
    add("--callback-url", metavar="URL", help="the listener's address for the connector: a tunnel, a gateway")
    add("--cancel-value-unit", choices=("decimal", "cents"), default="decimal",
        help="unit of a cancellation's value (decimal)")  # fmt: skip
    add("--setting", type=_setting, action="append", default=[], metavar="NAME=VALUE",
        help="a custom field that the manifest declares, sent as merchantSettings; can be repeated")  # fmt: skip
    add("--redirect-method", metavar="NAME", help="a payment method whose shopper pays on another page")
    add("--app-method", metavar="NAME", help="a payment method that is paid in an app, or by a code that it shows")
    add("--inbound-action", metavar="NAME", help="an action for an inbound request")
    add("--without", type=_without, default=frozenset(), metavar="WHAT",
        help=f"what the connector does not do, separated by commas: {', '.join(CAPABILITIES)}")  # fmt: skip
    return parser
