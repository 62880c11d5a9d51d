"""Takes an action in three steps: its form, its money plan, and the deed (D149).

The plan carries the version that it was made on, and the deed is refused on any other. Each deed has an id or a state
of its own, so that the same form sent twice is one deed.
"""

from typing import TYPE_CHECKING, Any

from settlement.api.shared.http import Response
from settlement.console.actions.action import Act, Action, Limited, Target
from settlement.console.actions.on_orders import ORDER_ACTIONS
from settlement.console.actions.on_transactions import TRANSACTION_ACTIONS
from settlement.console.rendering import page
from settlement.console.site import redirect
from settlement.console.typed import Mistyped
from settlement.console.visit import Visit
from settlement.domain.errors import Busy, Forbidden, Refusal, StaleVersion
from settlement.domain.transaction.approval import Approval
from settlement.domain.transaction.statuses import order_status, transaction_status
from settlement.use_cases.shared.heads import load, load_by_transaction
from settlement.use_cases.shared.ports import Store

if TYPE_CHECKING:
    from settlement.use_cases.previews.preview_action import Preview


class NoAction(Refusal):
    """There is no such action."""

    status = 404
    code = "1404"


def on_order(visit: Visit, order_id: str, action: str) -> Response:
    """Show or send the form of an action on an order."""
    found = _found(visit, ORDER_ACTIONS, action)
    return _take(visit, found, lambda store: _of_order(visit, store, order_id), visit.url(f"orders/{order_id}"))


def on_transaction(visit: Visit, transaction_id: str, action: str) -> Response:
    """Show or send the form of an action on a transaction."""
    return _on_transaction(visit, transaction_id, action, {})


def on_operation(visit: Visit, transaction_id: str, operation_id: str, action: str) -> Response:
    """Show or send the form of an action on an operation."""
    return _on_transaction(visit, transaction_id, action, {"operation_id": operation_id})


def on_leg(visit: Visit, transaction_id: str, leg_id: str, action: str) -> Response:
    """Show or send the form of an action on a connector call."""
    return _on_transaction(visit, transaction_id, action, {"leg_id": leg_id})


def on_payout(visit: Visit, transaction_id: str, payment_id: str, payout_id: str, action: str) -> Response:
    """Show or send the form of an action on what a settlement report told."""
    return _on_transaction(visit, transaction_id, action, {"payment_id": payment_id, "payout_id": payout_id})


_OPERATION, _LEG, _PAYOUT = {"operation_id"}, {"leg_id"}, {"payment_id", "payout_id"}
_NEEDS = {"retry": _OPERATION, "write-off": _OPERATION, "paid-otherwise": _OPERATION, "resolve": _LEG, "confirm": _LEG,
          "accept": _PAYOUT}  # fmt: skip


def _on_transaction(visit: Visit, transaction_id: str, action: str, ids: dict[str, str]) -> Response:
    found = _found(visit, TRANSACTION_ACTIONS, action)
    if ids.keys() != _NEEDS.get(action, set()):
        raise NoAction(f"There is no action {action[:40]} here")
    there = visit.url(f"transactions/{transaction_id}")
    return _take(
        visit, found, lambda store: Target(load_by_transaction(store, visit.account, transaction_id), ids), there
    )


def _of_order(visit: Visit, store: Store, order_id: str) -> Target:
    return Target(load(store, visit.account, order_id))


def _found(visit: Visit, actions: dict[str, Action], name: str) -> Action:
    found = actions.get(name)
    if found is None:
        raise NoAction(f"There is no action {name[:40]}")
    visit.require(*found.roles)
    return found


def _take(visit: Visit, action: Action, find: Any, there: str) -> Response:
    target: Target = find(visit.ports.store)
    if visit.request.method == "GET":
        return _form(visit, action, target, there)
    step = visit.said("step")
    if step == "edit":
        return _form(visit, action, target, there)
    try:
        act = action.read(visit, target)
        if step == "do":
            return _do(visit, action, target, act, there)
        return _plan(visit, action, find, act, there)
    except Mistyped as mistake:
        return _form(visit, action, target, there, 400, problem=mistake.key, field=mistake.field)
    except StaleVersion:
        if action.is_done(visit, find(visit.ports.store)):
            return _done(visit, action, there)
        return _plan(visit, action, find, act, there, is_stale=True)
    except (Busy, Forbidden):
        raise
    except Refusal as refusal:
        if step == "do" and action.is_done(visit, find(visit.ports.store)):
            return _done(visit, action, there)
        return _form(visit, action, target, there, refusal.status, problem="refused", refusal=refusal)


def _do(visit: Visit, action: Action, target: Target, act: Act, there: str) -> Response:
    """Take the action, on the version that its plan was made on; one without a plan is confirmed by its form."""
    text = visit.said("version")
    if action.previews and not (text.isascii() and text.isdigit() and len(text) < 13):
        raise Mistyped("typed.no-plan", "version")
    expected = int(text) if action.previews else None
    ports = visit.ports
    done = act.or_ask(ports, visit.account, expected) if isinstance(act, Limited) else act(ports, expected)
    return redirect(f"{there}?done=waits") if isinstance(done, Approval) else _done(visit, action, there)


def _done(visit: Visit, action: Action, there: str) -> Response:
    return redirect(f"{there}?done={action.name}")


def _plan(visit: Visit, action: Action, find: Any, act: Act, there: str, *, is_stale: bool = False) -> Response:
    """Show what the action would do if it were taken now."""
    if not action.previews:
        return _confirm(visit, action, find(visit.ports.store), there)
    preview = _previewed(visit, find, act)
    before, after = preview.before, preview.after
    return page(
        visit,
        "plan",
        412 if is_stale else 200,
        action=action.name,
        there=there,
        preview=preview,
        order=before.order,
        currency=before.transaction.currency,
        is_stale=is_stale,
        version=before.version,
        status_before=order_status(before.order, before.transaction).value,
        status_after=order_status(after.order, after.transaction).value,
        transaction_after=transaction_status(after.order, after.transaction).value,
        typed=_typed(visit),
    )


def _previewed(visit: Visit, find: Any, act: Act) -> "Preview[Any]":
    from settlement.use_cases.approvals.act_or_ask import preview_asking
    from settlement.use_cases.previews.preview_action import preview_action

    if isinstance(act, Limited):
        return preview_asking(visit.ports, visit.account, act.asking)
    return preview_action(visit.ports, lambda store: find(store).heads, lambda ports: act(ports, None))


def _confirm(visit: Visit, action: Action, target: Target, there: str) -> Response:
    values = {"order": target.heads.order, "currency": target.currency, **action.fields(visit, target)}
    return page(visit, "confirm", action=action.name, there=there, typed=_typed(visit), **values)


def _form(
    visit: Visit,
    action: Action,
    target: Target,
    there: str,
    code: int = 200,
    *,
    problem: str = "",
    field: str = "",
    refusal: Refusal | None = None,
) -> Response:
    values = {"request_id": "", "order": target.heads.order, "currency": target.currency}
    values |= action.fields(visit, target)
    return page(
        visit,
        "form",
        code,
        action=action.name,
        previews=action.previews,
        there=there,
        problem=problem,
        problem_field=field,
        refusal=refusal,
        said=visit.said,
        **values,
    )


def _typed(visit: Visit) -> list[tuple[str, str]]:
    """Return the fields that were typed, to be carried along."""
    left_out = {"form_token", "step", "version"}
    return [(name, value) for name, values in visit.form.items() if name not in left_out for value in values]
