"""Stories of goods that come back before their order is invoiced in full, to an account that gives back at once."""

from settlement.domain.account.account import AccountSettings, ReturnsBeforeCompletion
from testkit.builders import ACCOUNT
from testkit.configuring import save_settings
from tests.crash.stories import HOLD, STARTS, TWO, End, Story, invoices, returns
from tests.support.deployment import Deployment


def refunds_early(deployment: Deployment) -> None:
    """The account's decision."""
    settings = AccountSettings(returns_before_completion=ReturnsBeforeCompletion.REFUND)
    save_settings(deployment.table.store, ACCOUNT, settings)


EARLY_RETURNS = (
    Story(
        "refund-early",
        TWO,
        (STARTS, invoices("N1", 7000), returns("D1", 5000), invoices("N2", 3000)),
        End("invoiced", "Finished", (4000, 6000), (0, 0), (2000, 3000), requested=10000),
        before=refunds_early,
    ),
    Story(
        "refund-early-of-hold",
        (HOLD,),
        (STARTS, invoices("N1", 7000), returns("D1", 2000), invoices("N2", 3000), returns("D2", 1000)),
        End("invoiced", "Finished", (8000,), (0,), (1000,), requested=8000, withheld=2000),
        before=refunds_early,
    ),
)
