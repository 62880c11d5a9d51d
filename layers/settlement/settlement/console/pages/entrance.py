"""Signing in and out, and the language of the pages."""

import json
from typing import Any

from settlement.api.shared.http import Response
from settlement.console.language import LANGUAGES
from settlement.console.rendering import page
from settlement.console.session import LONGEST, MAX_USER, begin
from settlement.console.sign_in import Refused, sign_in
from settlement.console.site import cookie, new_visitor, redirect, session_cookie
from settlement.console.visit import HOME, LANGUAGE, SESSION, VISITOR, Visit

_YEAR_SECONDS = 365 * 24 * 3600
_MAX_KEPT = 200_000
_UNKEPT = frozenset({"form_token", "token"})


def show(visit: Visit) -> Response:
    """Ask for app key and token."""
    if visit.session is not None:
        return redirect(_target(visit, visit.asked("next")))
    return _ask(visit, visit.asked("next"))


def enter(visit: Visit) -> Response:
    """Begin a session, and go on where the user wanted to; what was typed before it ended is kept."""
    app_key, user = visit.said("app_key"), _name(visit.said("user"))
    if not app_key or not visit.said("token") or not user:
        return _ask(visit, visit.said("next"), problem="incomplete", status=400)
    access = visit.services.access()
    found = sign_in(access, app_key, visit.said("token"), visit.now)
    if isinstance(found, Refused):
        problem = "slowed" if found.wait_seconds else "wrong-pair"
        status = 429 if found.wait_seconds else 401
        return _ask(visit, visit.said("next"), problem=problem, status=status, wait=found.wait_seconds)
    session = begin(app_key, user, visit.now)
    cookies = [
        session_cookie(visit, visit.services.seal.seal(session, found.fingerprint)),
        cookie(visit, VISITOR, "", 0),
    ]
    kept = _kept(visit)
    if kept is None:
        return redirect(_target(visit, visit.said("next")), cookies)
    visit.held, visit.session = found, session
    answer = page(visit, "kept", there=_target(visit, visit.said("next")), kept=kept)
    return Response(answer.status_code, answer.content_type, answer.body, {"Set-Cookie": cookies})


def leave(visit: Visit) -> Response:
    """End the session, here and wherever else its cookie is."""
    if visit.session is not None:
        visit.services.access().end(visit.session.session_id, visit.session.began_at + LONGEST)
    return redirect(visit.url("sign-in"), [cookie(visit, SESSION, "", 0)])


def speak(visit: Visit, language: str) -> Response:
    """Change the language, and go back."""
    cookies = [cookie(visit, LANGUAGE, language, _YEAR_SECONDS)] if language in LANGUAGES else []
    return redirect(_target(visit, visit.asked("back")), cookies)


def ask_again(visit: Visit) -> Response:
    """Ask for app key and token after a session has ended under a form; what was typed goes on with the answer."""
    typed = {name: values for name, values in visit.form.items() if name not in _UNKEPT}
    return _ask(visit, visit.request.path, problem="ended", status=401, kept=json.dumps(typed))


def _ask(
    visit: Visit, there: str, problem: str = "", status: int = 200, wait: int = 0, kept: str | None = None
) -> Response:
    """Show the form, with the key and the name of the session that has ended; a browser without a name gets one, to
    which the form is bound.
    """
    cookies: list[str] = []
    if visit.session is None and VISITOR not in visit.cookies:
        visit.cookies[VISITOR] = new_visitor()
        cookies = [cookie(visit, VISITOR, visit.cookies[VISITOR])]
    before = visit.services.seal.read(visit.cookies.get(SESSION, ""))
    values: dict[str, Any] = {
        "there": there,
        "problem": problem,
        "wait": wait,
        "app_key": visit.said("app_key") or (before.app_key if before else ""),
        "user": visit.said("user") or (before.user if before else ""),
        "kept": visit.said("kept") if kept is None else kept,
    }
    answer = page(visit, "sign_in", status, **values)
    headers: dict[str, str | list[str]] = {"Set-Cookie": cookies} if cookies else {}
    return Response(answer.status_code, answer.content_type, answer.body, headers)


def _name(text: str) -> str:
    """Return a name on one line, of what can be printed."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:MAX_USER].strip()


def _target(visit: Visit, there: str) -> str:
    """Return where to go: a page of the console and nothing else."""
    is_own = there == HOME or there.startswith((f"{HOME}/", f"{HOME}?"))
    is_plain = is_own and not any(character < " " or character == "\\" for character in there)
    return f"{visit.prefix}{there if is_plain else HOME}"


def _kept(visit: Visit) -> list[tuple[str, str]] | None:
    """Return the fields that were typed before the session ended, None if there are none."""
    text = visit.said("kept")
    if not text or len(text) > _MAX_KEPT:
        return None
    try:
        typed = json.loads(text)
        return [(str(name), str(value)) for name, values in typed.items() for value in values] or None
    except (ValueError, AttributeError, TypeError):
        return None
