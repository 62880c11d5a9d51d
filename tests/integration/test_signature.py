"""Our signature of requests is botocore's, byte by byte."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from settlement.storage.signature import EnvironmentCredentials, Signer, credentials_of

AT = datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC)
HEADERS = {
    "host": "dynamodb.eu-west-1.amazonaws.com",
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.GetItem",
}
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def of_botocore(body: bytes, credentials: EnvironmentCredentials, region: str, service: str, at: datetime) -> str:
    """The header that botocore puts to the same request."""
    request = AWSRequest("POST", f"https://{HEADERS['host']}/", headers=HEADERS, data=body)
    signer = auth.SigV4Auth(Credentials(*credentials), service, region)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(auth, "get_current_datetime", lambda remove_tzinfo=True: at.replace(tzinfo=None))
        signer.add_auth(request)
    return str(request.headers["Authorization"])


@given(
    body=st.binary(max_size=200),
    credentials=st.builds(EnvironmentCredentials, KEYS, KEYS, st.none() | KEYS),
    region=st.sampled_from(["eu-west-1", "us-gov-east-1", "cn-north-1"]),
    service=st.sampled_from(["dynamodb", "secretsmanager"]),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
)
def test_signature_is_that_of_botocore(**of: Any) -> None:
    signer = Signer(of["region"], of["service"])

    signed = signer.signed(HEADERS, of["body"], of["credentials"], of["at"])

    assert signed["authorization"] == of_botocore(**of)


def test_key_of_a_day_and_a_secret_is_not_that_of_another() -> None:
    signer = Signer("eu-west-1", "dynamodb")
    first, second = EnvironmentCredentials("A", "secret", None), EnvironmentCredentials("A", "other", None)

    for credentials, at in ((first, AT), (first, AT + timedelta(seconds=1)), (second, AT), (first, AT)):
        signed = signer.signed(HEADERS, b"{}", credentials, at)

        assert signed["authorization"] == of_botocore(b"{}", credentials, "eu-west-1", "dynamodb", at)


@pytest.mark.parametrize(
    ("more", "token"),
    [
        ({}, None),
        ({"AWS_SESSION_TOKEN": "new"}, "new"),
        ({"AWS_SECURITY_TOKEN": "old", "AWS_SESSION_TOKEN": "n"}, "old"),
    ],
)
def test_credentials_of_the_environment_are_read_like_botocore(more: dict[str, str], token: str | None) -> None:
    pair = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}  # pragma: allowlist secret

    assert credentials_of(pair | more) == EnvironmentCredentials("AKID", "secret", token)


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_environment_without_a_pair_has_no_credentials(missing: str) -> None:
    pair = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}  # pragma: allowlist secret

    assert credentials_of(pair | {missing: ""}) is None


def test_credentials_that_expire_are_left_to_who_renews_them() -> None:
    pair = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}  # pragma: allowlist secret

    assert credentials_of(pair | {"AWS_CREDENTIAL_EXPIRATION": "2026-11-29T00:00:00Z"}) is None
