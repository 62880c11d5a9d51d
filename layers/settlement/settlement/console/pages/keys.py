"""The account's app keys: who has which roles, new ones, new tokens, and keys that are disabled."""

import re

from settlement.api.shared.http import Response
from settlement.console import typed
from settlement.console.rendering import done_of, page
from settlement.console.site import redirect
from settlement.console.visit import Visit
from settlement.domain.account.account import EVERY_ROLE, Role
from settlement.domain.errors import Forbidden, InvalidRequest

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


def show(visit: Visit) -> Response:
    """Show the keys of the account, without their tokens."""
    return _page(visit)


def create(visit: Visit) -> Response:
    """Make a key, and show its token this once. Nobody grants a role that their own key does not have."""
    name, roles = visit.said("name"), tuple(dict.fromkeys(visit.form.get("role", ())))
    if not _NAME.fullmatch(name):
        raise InvalidRequest(f"name: must be 1 to 64 of A-Z a-z 0-9 . _ -; got {name[:80]}")
    if not roles or not set(roles) <= {EVERY_ROLE, *Role}:
        raise InvalidRequest("role: choose one at least")
    _require_own(visit, roles)
    token = visit.services.access().create_key(name, visit.account, roles, visit.now)
    return _page(visit, shown=(name, token))


def rotate(visit: Visit, name: str) -> Response:
    """Give a key a new token, shown this once; the old one ends at once, and so do its sessions."""
    _require_own(visit, _roles_of(visit, name))
    token = visit.services.access().rotate_key(name, visit.now)
    return _page(visit, shown=(name, token))


def switch(visit: Visit, name: str) -> Response:
    """Disable or enable a key."""
    _require_own(visit, _roles_of(visit, name))
    enabled = typed.text(visit, "enabled") == "yes"
    if not enabled and name == visit.key.app_key:
        raise InvalidRequest("The key that you have signed in with cannot be disabled here; sign in with another one")
    visit.services.access().switch_key(name, enabled=enabled)
    told = "key-on" if enabled else "key-off"
    return redirect(visit.url("keys", done=told))


def _roles_of(visit: Visit, name: str) -> tuple[str, ...]:
    """Return the roles of a key of this account; those of other accounts are not there."""
    for key in visit.services.access().keys_of(visit.account):
        if key.app_key == name:
            return key.roles
    raise InvalidRequest(f"There is no app key {name[:80]} in this account")


def _require_own(visit: Visit, roles: tuple[str, ...]) -> None:
    held = set(visit.key.roles)
    if EVERY_ROLE not in held and not set(roles) <= held:
        beyond = ", ".join(sorted(set(roles) - held))
        raise Forbidden(f"Access denied: your app key lacks {beyond}, and cannot give or take what it does not have")


def _page(visit: Visit, shown: tuple[str, str] | None = None) -> Response:
    held = set(visit.key.roles)
    grantable = [role.value for role in Role if {EVERY_ROLE, role.value} & held]
    return page(
        visit,
        "keys",
        keys=visit.services.access().keys_of(visit.account),
        roles=[*grantable, EVERY_ROLE] if EVERY_ROLE in held else grantable,
        shown=shown,
        done=done_of(visit),
    )
