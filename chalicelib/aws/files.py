"""ports.Files on S3."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from ..desk.errors import NotFound
from ..ports import AwsAway, Upload
from .clients import client

UPLOAD_LIFE_S = 15 * 60  # s
LINK_LIFE_S = 5 * 60  # s: shorter than any role's session


class S3Files:
    """The bucket of a stack."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    def upload(self, key: str, type_: str, size: int, *, now: int) -> Upload:
        """A presigned POST: S3 itself refuses another size or type."""
        made = client("s3").generate_presigned_post(
            self.bucket,
            key,
            Fields={"Content-Type": type_},
            Conditions=[{"Content-Type": type_}, ["content-length-range", size, size]],
            ExpiresIn=UPLOAD_LIFE_S,
        )
        return Upload(made["url"], made["fields"], now + UPLOAD_LIFE_S * 1000)

    def link(self, key: str, name: str, type_: str, *, inline: bool = False) -> str:
        """A presigned GET that downloads: of a stranger's file inline is what its bytes proved it to be."""
        plain = "".join(c if c.isascii() and c not in '"\\' else "_" for c in name)
        disposition = (
            f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        )
        parameters = {
            "Bucket": self.bucket,
            "Key": key,
            "ResponseContentDisposition": disposition,
            "ResponseContentType": type_,
        }
        return str(client("s3").generate_presigned_url("get_object", Params=parameters, ExpiresIn=LINK_LIFE_S))

    def put(self, key: str, content: bytes, type_: str) -> None:
        """Store bytes."""
        _called("put_object", Bucket=self.bucket, Key=key, Body=content, ContentType=type_)

    def get(self, key: str) -> bytes:
        """Read bytes."""
        return bytes(_called("get_object", Bucket=self.bucket, Key=key)["Body"].read())

    def part(self, key: str, start: int, end: int) -> bytes:
        """Read some of the bytes."""
        answer = _called("get_object", Bucket=self.bucket, Key=key, Range=f"bytes={start}-{end - 1}")
        return bytes(answer["Body"].read())

    def remove(self, key: str) -> None:
        """Forget bytes."""
        _called("delete_object", Bucket=self.bucket, Key=key)

    def keys(self, prefix: str, after: str = "") -> list[str]:
        """One call."""
        more = {"StartAfter": after} if after else {}
        found = _called("list_objects_v2", Bucket=self.bucket, Prefix=prefix, **more)
        return [each["Key"] for each in found.get("Contents", [])]

    def folders(self, prefix: str) -> list[str]:
        """One call."""
        found = _called("list_objects_v2", Bucket=self.bucket, Prefix=prefix, Delimiter="/")
        return [each["Prefix"] for each in found.get("CommonPrefixes", [])]

    def remove_all(self, keys: Sequence[str]) -> None:
        """One call. AwsAway where S3 says of one that it is still there."""
        if keys:
            named = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
            if _called("delete_objects", Bucket=self.bucket, Delete=named).get("Errors"):
                raise AwsAway("s3 delete_objects: some are still there")


def _called(operation: str, **parameters: Any) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return getattr(client("s3"), operation)(**parameters)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
            raise NotFound("the file is gone") from None
        raise AwsAway(f"s3 {operation}: {type(error).__name__}") from error
    except BotoCoreError as error:
        raise AwsAway(f"s3 {operation}: {type(error).__name__}") from error
