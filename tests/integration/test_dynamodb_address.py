"""Which table service the own client speaks to."""

from __future__ import annotations

import pytest
from botocore.exceptions import NoRegionError

from settlement.storage.dynamodb_client import DynamoDB, endpoint_of, region_of

ADDRESSES: dict[str, tuple[dict[str, str], str]] = {
    "of the region": ({}, "https://dynamodb.eu-west-1.amazonaws.com"),
    "of China": ({"AWS_REGION": "cn-north-1"}, "https://dynamodb.cn-north-1.amazonaws.com.cn"),
    "of the sovereign cloud": ({"AWS_REGION": "eusc-de-east-1"}, "https://dynamodb.eusc-de-east-1.amazonaws.eu"),
    "named": ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "http://127.0.0.1:1"),
    "named for DynamoDB": ({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_DYNAMODB": "http://b"}, "http://b"),
    "named but ignored": (
        {"AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        "https://dynamodb.eu-west-1.amazonaws.com",
    ),
    "FIPS": ({"AWS_USE_FIPS_ENDPOINT": "true"}, "https://dynamodb-fips.eu-west-1.amazonaws.com"),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_address_is_what_the_environment_names_or_the_regions(name: str) -> None:
    variables, address = ADDRESSES[name]
    environment = {"AWS_REGION": "eu-west-1", **variables}

    assert endpoint_of(environment, region_of(environment)) == address


def test_region_is_asked_for() -> None:
    with pytest.raises(NoRegionError):
        region_of({})


@pytest.mark.parametrize("url", ["127.0.0.1:4566", "ftp://127.0.0.1", "http://"])
def test_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        DynamoDB(url, "eu-west-1", connect_seconds=1, try_seconds=1, tries=1)
