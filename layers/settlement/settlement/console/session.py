"""Sessions: what a browser holds to show who has signed in, sealed so that nobody else can make or change one (D143).

A session is bound to its app key's token: whoever rotates or disables the key ends it.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from settlement.values import dataclass

IDLE = timedelta(hours=8)
"""How long a session lives without a request."""

LONGEST = timedelta(hours=24)
"""How long a session lives at most."""

RENEWED_AFTER = timedelta(minutes=5)
"""A session is sealed anew, with the time it was last seen, no more often than this."""

MAX_USER = 60
"""Characters of the name by which a user is known."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has signed in with an app key, and the name they gave."""

    app_key: str
    user: str
    session_id: str
    began_at: datetime
    seen_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When it ends if no other request comes."""
        return min(self.seen_at + IDLE, self.began_at + LONGEST)

    def seen(self, now: datetime) -> "Session":
        """Return the session as it is after a request."""
        return replace(self, seen_at=now)


def begin(app_key: str, user: str, now: datetime) -> Session:
    """Return a new session."""
    return Session(app_key, user, secrets.token_urlsafe(18), now, now)


class Seal:
    """Seals and opens what browsers hold, with the secret of the stack."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def seal(self, session: Session, fingerprint: str) -> str:
        """Return a session as a browser holds it; ``fingerprint`` is the key's."""
        told = [
            session.app_key,
            session.user,
            session.session_id,
            int(session.began_at.timestamp()),
            int(session.seen_at.timestamp()),
        ]
        text = base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")
        return f"{text}.{self._signature('session', text, fingerprint)}"

    def read(self, sealed: str) -> Session | None:
        """Return what a browser says its session is, not yet believed; None if it makes no sense."""
        text = sealed.partition(".")[0]
        try:
            told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            app_key, user, session_id, began, seen = told
            if not all(isinstance(word, str) for word in (app_key, user, session_id)):
                return None
            return Session(app_key, user, session_id, _time(began), _time(seen))
        except (ValueError, TypeError, OverflowError, OSError):
            return None

    def holds(self, sealed: str, session: Session, fingerprint: str, now: datetime) -> bool:
        """Return whether a session was sealed here for the key's present token, and has not ended by now."""
        text, _, signature = sealed.partition(".")
        genuine = hmac.compare_digest(signature.encode(), self._signature("session", text, fingerprint).encode())
        return genuine and session.began_at <= now < session.ends_at

    def form_token(self, session_id: str) -> str:
        """Return what a form of a session has to carry, so that no other site can send it."""
        return self._signature("form", session_id, "")

    def is_form_token(self, token: str, session_id: str) -> bool:
        """Return whether a form was made for this session."""
        return hmac.compare_digest(token.encode(), self.form_token(session_id).encode())

    def _signature(self, purpose: str, text: str, fingerprint: str) -> str:
        signed = "\0".join((purpose, text, fingerprint)).encode()
        digest = hmac.new(self._secret, signed, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
