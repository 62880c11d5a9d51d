"""An update that a hook did not take: what came of it, and the button that sends it again (D151)."""

from settlement.api.shared.http import Response
from settlement.console.rendering import done_of, page
from settlement.console.site import redirect
from settlement.console.visit import Visit
from settlement.domain.account.delivery import Delivery
from settlement.use_cases.updates.deliver import find_delivery, resend


def show(visit: Visit, delivery_id: str) -> Response:
    """Show a delivery and its newest attempt."""
    return _page(visit, find_delivery(visit.services.feeds(), visit.account, delivery_id))


def send_again(visit: Visit, delivery_id: str) -> Response:
    """Send it once more, and show what came of it; a form that comes twice sends it once."""
    feeds, seen = visit.services.feeds(), visit.said("attempts")
    if seen != str(find_delivery(feeds, visit.account, delivery_id).attempts):
        return redirect(visit.url(f"deliveries/{delivery_id}"))
    sent = resend(visit.ports, feeds, visit.services.hooks(), visit.account, delivery_id)
    return redirect(visit.url(f"deliveries/{delivery_id}", done="resend" if sent.is_delivered else None))


def _page(visit: Visit, delivery: Delivery) -> Response:
    hook = visit.services.feeds().hook(visit.account, delivery.app_key)
    done = done_of(visit) if delivery.is_delivered else ""
    return page(visit, "delivery", delivery=delivery, hook=hook, done=done)
