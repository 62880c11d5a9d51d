"""Settings of the account."""

from settlement.api.contract.described import Tag, describe
from settlement.api.contract.parameters import ACCOUNT_PARAMETERS
from settlement.api.modifications.request import ModificationSettings
from settlement.api.settings.answer import Settings
from settlement.api.settings.request import SettingsBody

ROUTES = (
    describe(
        "getSettings",
        Tag.ACCOUNT,
        "Show the account's settings",
        "Answers all settings of the account, defaults included.",
        {200: Settings},
    ),
    describe(
        "changeSettings",
        Tag.ACCOUNT,
        "Change the account's settings; answers with all of them",
        "Sets what the body names and leaves the rest as it is. A transaction that is placed keeps its mode.",
        {200: Settings},
        {400: "OMS001", 413: "OMS413"},
        body=SettingsBody,
    ),
    describe(
        "getModificationSettings",
        Tag.ACCOUNT,
        "Show the account's settings of modifications",
        "Answers the settings that the account's modifications are taken under.",
        {200: ModificationSettings},
        parameters=ACCOUNT_PARAMETERS,
    ),
    describe(
        "putModificationSettings",
        Tag.ACCOUNT,
        "Replace the account's settings of modifications",
        "Replaces the settings that later modifications are taken under; those that were taken keep theirs.",
        {200: ModificationSettings},
        {400: "OMS001", 413: "OMS413"},
        body=ModificationSettings,
        parameters=ACCOUNT_PARAMETERS,
    ),
)
