"""Which addresses the own clients speak to."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import NoRegionError

from settlement.storage.aws_client import endpoint_of, region_of
from settlement.storage.bucket import ADDRESSES as ADDRESSES_OF_THE_BUCKET
from settlement.storage.bucket import Bucket
from settlement.storage.dynamodb_client import DynamoDB
from settlement.storage.secrets_client import SecretsManager
from settlement.use_cases.reconciliation.await_upload import upload_place

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

ADDRESSES_OF_SECRETS: dict[str, tuple[dict[str, str], str]] = {
    "of the region": ({}, "https://secretsmanager.eu-west-1.amazonaws.com"),
    "named for Secrets Manager": (
        {"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://b"},
        "http://b",
    ),
    "named for DynamoDB": ({"AWS_ENDPOINT_URL_DYNAMODB": "http://b"}, "https://secretsmanager.eu-west-1.amazonaws.com"),
    "FIPS": ({"AWS_USE_FIPS_ENDPOINT": "true"}, "https://secretsmanager-fips.eu-west-1.amazonaws.com"),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_address_is_what_the_environment_names_or_the_regions(name: str) -> None:
    variables, address = ADDRESSES[name]
    environment = {"AWS_REGION": "eu-west-1", **variables}

    assert endpoint_of(DynamoDB.service, environment, region_of(environment)) == address


@pytest.mark.parametrize("name", ADDRESSES_OF_SECRETS)
def test_address_of_secrets_manager_is_found_alike(name: str) -> None:
    variables, address = ADDRESSES_OF_SECRETS[name]
    environment = {"AWS_REGION": "eu-west-1", **variables}

    assert endpoint_of(SecretsManager.service, environment, region_of(environment)) == address


def test_region_is_asked_for() -> None:
    with pytest.raises(NoRegionError):
        region_of({})


@pytest.mark.parametrize("url", ["127.0.0.1:4566", "ftp://127.0.0.1", "http://"])
def test_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        DynamoDB(url, "eu-west-1", {}, connect_seconds=1, try_seconds=1, tries=1)


@pytest.mark.parametrize(
    ("region", "endpoint", "place"),
    [
        ("us-east-1", None, "https://reports.s3.us-east-1.amazonaws.com/uploads/acme/"),
        ("sa-east-1", None, "https://reports.s3.sa-east-1.amazonaws.com/uploads/acme/"),
        ("eu-central-1", None, "https://reports.s3.eu-central-1.amazonaws.com/uploads/acme/"),
        ("cn-north-1", None, "https://reports.s3.cn-north-1.amazonaws.com.cn/uploads/acme/"),
        ("us-east-1", "http://127.0.0.1:4566", "http://127.0.0.1:4566/reports/uploads/acme/"),
    ],
)
def test_files_are_sent_to_the_buckets_own_host_in_its_region_by_version_4(
    region: str, endpoint: str | None, place: str
) -> None:
    session = boto3.Session("id", "secret", region_name=region)
    config = Config(**ADDRESSES_OF_THE_BUCKET)
    bucket = Bucket(session.client("s3", endpoint_url=endpoint, config=config), "reports")

    address, _, signed = bucket.upload_url("uploads/acme/R1", 3600).partition("?")

    assert address == f"{place}R1"
    assert upload_place(bucket, "acme") == place
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in signed
    assert "X-Amz-Expires=3600" in signed
    assert "X-Amz-SignedHeaders=host&" in signed, "a browser has to send no other header"
