"""A client of an S3 bucket, made with botocore, which is imported when the first one is made (half a second).

Nothing of the machine's own AWS settings is used for copying: keys come from Seacorder's settings. For `verify`, which
runs on any computer, the usual variables hold (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL`,
`AWS_REGION`). The service that tells keys to computers of Amazon is never asked: a ship would wait for it.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seacorder.base.errors import StorageFailed
from seacorder.model.copies import BUCKET_BEGIN

GONE = frozenset({"404", "NoSuchKey", "NotFound"})
"""What a server says of an object that is not there."""
CONNECT_SECONDS, READ_SECONDS = 10, 25
"""Each is shorter than the time after which the process counts as hanging."""
_REGION = "us-east-1"
"""Where none is set; servers other than Amazon's do not care."""


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """`s3://bucket/prefix`, taken apart."""

    bucket: str
    prefix: str
    """Without a slash at either end; empty: the whole bucket."""

    @classmethod
    def of(cls, text: str) -> "BucketAddress":
        bucket, _, prefix = text.removeprefix(BUCKET_BEGIN).partition("/")
        return cls(bucket, prefix.strip("/"))

    def __str__(self) -> str:
        """As people read it. Without a scheme, so that nothing of it is taken for a secret."""
        return f"bucket {self.bucket}/{self.prefix}" if self.prefix else f"bucket {self.bucket}"

    def key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """How a server is reached. Empty fields: as the usual variables say."""

    endpoint: str = ""
    region: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)


def read_keys(path: str) -> tuple[str, str]:
    """Access key and secret key, from a file with a line each. Blocks; StorageFailed."""
    try:
        lines = Path(path).read_text("utf-8").split()
    except (OSError, UnicodeDecodeError) as fault:
        why = getattr(fault, "strerror", None) or "it is no text"
        raise StorageFailed(f"The file with the keys, {path}, cannot be read ({why}).") from fault
    if len(lines) != 2:
        raise StorageFailed(f"The file with the keys, {path}, must have two lines: access key and secret key.")
    return lines[0], lines[1]


def make_client(access: BucketAccess, *, uses_variables: bool = False) -> Any:
    """The client. Makes no connection yet."""
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    if not uses_variables:
        for name in [one for one in os.environ if one.startswith("AWS_") and one != "AWS_EC2_METADATA_DISABLED"]:
            del os.environ[name]
        os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    import botocore.config
    import botocore.session

    settings = botocore.config.Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 1},  # whoever asks tries again, and says so
        request_checksum_calculation="when_required",  # not every server knows the newer ones
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if access.endpoint or "AWS_ENDPOINT_URL" in os.environ else "auto"},
    )
    session = botocore.session.get_session()
    region = access.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or _REGION
    return session.create_client(
        "s3",
        region_name=region,
        endpoint_url=access.endpoint or None,
        aws_access_key_id=access.access_key or None,
        aws_secret_access_key=access.secret_key or None,
        config=settings,
    )


def faults() -> tuple[type[Exception], ...]:
    """What the client raises when server or network fail. To be called where one is caught."""
    import botocore.exceptions
    import urllib3.exceptions

    return botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError, urllib3.exceptions.HTTPError


_IN_WORDS = {
    "NoCredentialsError": "there are no keys",
    "PartialCredentialsError": "one of the two keys is missing",
    "EndpointConnectionError": "the server cannot be reached",
    "ConnectTimeoutError": "the server does not answer",
    "ReadTimeoutError": "the server does not answer",
    "ParamValidationError": "no bucket can have this name",
}
"""What botocore calls faults that the server did not tell."""


def status_of(fault: BaseException) -> int:
    """The number with which the server has answered; 0 if it has not."""
    answer = getattr(fault, "response", None)
    told = answer.get("ResponseMetadata", {}) if isinstance(answer, dict) else {}
    return int(told.get("HTTPStatusCode", 0))


def why_of(fault: BaseException) -> str:
    """What the server or the network says, in a word or two. Never their own sentences, which hold addresses."""
    answer = getattr(fault, "response", None)
    if isinstance(answer, dict):
        return str(answer.get("Error", {}).get("Code", "?"))
    name = type(fault).__name__
    return _IN_WORDS.get(name, name)
