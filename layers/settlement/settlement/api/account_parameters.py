"""The query parameters that may name the account of the app key, on every route."""

ACCOUNT_PARAMETERS = ("an", "accountName")
