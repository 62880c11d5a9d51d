"""The names of a connector's configuration."""

from enum import StrEnum

MASK = "**********"
"""Stands for a credential that is set; sent back, it keeps it."""

PASSWORD_MASK = "***"
"""Stands for the value of a custom field that is a password; sent back, it keeps it."""

MAX_WINDOW_DAYS = 3_650
MAX_GAP_SECONDS = 3_600
MAX_AUTHORISATION_DAYS = 365


class Key(StrEnum):
    """Each name that a configuration may have."""

    SERVICE_URL = "serviceUrl"
    APP_KEY = "appKey"
    APP_TOKEN = "appToken"
    CREDENTIALS_SET_AT = "credentialsSetAt"
    PROVIDER_HEADERS = "usesProviderHeadersName"
    MODE = "mode"
    SETTLE_CAPABILITY = "settleCapability"
    CANCEL_CAPABILITY = "cancelCapability"
    REFUND_CAPABILITY = "refundCapability"
    SETTLE_WINDOW = "settleWindowDays"
    CANCEL_WINDOW = "cancelWindowDays"
    REFUND_WINDOW = "refundWindowDays"
    MINIMUM_GAP = "minimumGapSeconds"
    AUTHORISATION_EXPIRES = "authorizationExpiresDays"
    CANCEL_VALUE_UNIT = "cancelValueUnit"
    SANDBOX_MODE = "sandboxMode"
    PAYMENT_SYSTEMS = "paymentSystems"
    USES_AUTO_SETTLE_OPTIONS = "usesAutoSettleOptions"
    AUTO_SETTLE = "autoSettle"
    AUTO_SETTLE_DELAY = "autoSettleDelay"
    ACQUIRER_CNPJ = "acquirerCnpj"
