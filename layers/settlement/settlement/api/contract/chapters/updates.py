"""Feed and hook of status changes."""

from settlement.api.contract.described import Listed, Tag, describe
from settlement.api.contract.parameters import DELIVERIES, LOT
from settlement.api.feeds.answer import (
    ConfiguredHookAnswer,
    DeliveriesAnswer,
    DeliveryAnswer,
    FeedAnswer,
    FeedStateAnswer,
    HookAnswer,
    SecretAnswer,
    UpdateAnswer,
)
from settlement.api.feeds.request import CommitBody, FeedBody, HookBody
from settlement.api.shared.answer import Empty

ROUTES = (
    describe(
        "readFeed",
        Tag.FEED,
        "Hand out the oldest updates, and hide them for a while",
        "Answers up to `maxlot` updates, oldest first, and hides them for the feed's visibility time. Those that "
        "are not committed by then are handed out again.",
        {200: Listed(UpdateAnswer)},
        {400: "OMS001", 404: "OMS014"},
        parameters=(LOT,),
    ),
    describe(
        "commitFeed",
        Tag.FEED,
        "Take updates off the feed that were processed",
        "Removes updates from the feed by their handles; a handle that is gone already is no fault.",
        {200: Empty},
        {400: "OMS001", 404: "OMS014", 413: "OMS413"},
        body=CommitBody,
    ),
    describe(
        "getFeed",
        Tag.FEED,
        "Show the caller's feed and how much waits in it",
        "Answers the feed's configuration, how many updates wait, and the age of the oldest.",
        {200: FeedStateAnswer},
        {404: "OMS014"},
    ),
    describe(
        "configureFeed",
        Tag.FEED,
        "Create the caller's feed, or change it",
        "Creates the feed of the app key or replaces its configuration; updates that wait stay.",
        {200: FeedAnswer},
        {400: "OMS001", 413: "OMS413"},
        body=FeedBody,
    ),
    describe(
        "deleteFeed",
        Tag.FEED,
        "Forget the caller's feed and what is in it",
        "Deletes the feed and every update in it; an app key without one gets the same answer.",
        {200: Empty},
    ),
    describe(
        "getHook",
        Tag.FEED,
        "Show the caller's hook",
        "Answers the hook's filter, address and headers.",
        {200: HookAnswer},
        {404: "OMS014"},
    ),
    describe(
        "configureHook",
        Tag.FEED,
        "Create or replace the caller's hook, once its address has answered a ping",
        "Calls the address with a ping, and stores the hook if it answers with 2xx. A new hook gets a secret, which "
        "signs every call, and which only this answer shows.",
        {200: ConfiguredHookAnswer},
        {400: "OMS001", 413: "OMS413"},
        body=HookBody,
    ),
    describe(
        "deleteHook",
        Tag.FEED,
        "Forget the caller's hook",
        "Deletes the hook of the app key with its log; an app key without one gets the same answer.",
        {200: Empty},
    ),
    describe(
        "rotateHookSecret",
        Tag.FEED,
        "Give the caller's hook a new secret",
        "Makes a secret, which only this answer shows. Calls are signed with it and with the one before it, until the "
        "next secret is made.",
        {200: SecretAnswer},
        {404: "OMS014"},
    ),
    describe(
        "listDeliveries",
        Tag.FEED,
        "Show what came of the calls of the caller's hook",
        "Answers the deliveries of the last 14 days, the newest updates first, each after its newest attempt.",
        {200: DeliveriesAnswer},
        {400: "OMS001"},
        parameters=DELIVERIES,
    ),
    describe(
        "resendDelivery",
        Tag.FEED,
        "Send an update to its hook again",
        "Calls the hook as it is configured now, and answers what came of it, also if it failed. It may be the hook of "
        "another app key of the account.",
        {200: DeliveryAnswer},
        {404: "OMS014"},
    ),
)
