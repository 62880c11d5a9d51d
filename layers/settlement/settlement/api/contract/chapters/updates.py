"""Feed and hook of status changes."""

from settlement.api.contract.described import Listed, Tag, describe
from settlement.api.contract.parameters import LOT
from settlement.api.feeds.answer import FeedAnswer, FeedStateAnswer, HookAnswer, UpdateAnswer
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
        "Calls the address with a ping, and stores the hook if it answers with 2xx.",
        {200: HookAnswer},
        {400: "OMS001", 413: "OMS413"},
        body=HookBody,
    ),
    describe(
        "deleteHook",
        Tag.FEED,
        "Forget the caller's hook",
        "Deletes the hook of the app key; an app key without one gets the same answer.",
        {200: Empty},
    ),
)
