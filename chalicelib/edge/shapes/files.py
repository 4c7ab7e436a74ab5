"""Attachments as they go over the wire."""

from typing import Annotated

from msgspec import Meta

from .answers import Body, Time, View


class NewAttachment(Body, frozen=True):
    """Ask for an upload. `size` in bytes."""

    name: Annotated[str, Meta(min_length=1, max_length=1000)]
    size: Annotated[int, Meta(ge=1)]
    type: Annotated[str, Meta(max_length=130)] = "application/octet-stream"


class UploadView(View, frozen=True):
    """POST a multipart form of `fields` and then the file, as `file`, to `url`."""

    url: str
    fields: dict[str, str]
    expires_at: Time


class AttachmentView(View, frozen=True):
    """An attachment that waits for its bytes: name its id in a message."""

    id: str
    name: str
    size: int
    type: str
    url: str
    upload: UploadView


class FileView(View, frozen=True):
    """What of a file is shown in place: a PDF or a picture at `url`, for minutes; of a text how it begins, `whole` or
    not. `type` is what its bytes prove it to be."""

    type: str
    url: str | None
    text: str | None
    whole: bool
