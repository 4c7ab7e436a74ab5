"""Attachments: uploads, and the lasting links that lead to fresh downloads."""

import hmac
from typing import Any

from ...desk.errors import Invalid, NotFound, TooLarge
from ...desk.files import MAX_SIZE, REFUSED_TYPES, TEXT_SHOWN, TYPE, Attachment, safe_name, shown_as, text_of
from ...flows.rooms.attach import attach
from ...ports import ref
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes import files as shapes
from ..shapes.answers import time_of


@route(
    "POST",
    "/v1/attachments",
    need="write",
    body=shapes.NewAttachment,
    gives=shapes.AttachmentView,
    status=201,
    visitors=True,
)
def new_attachment(call: Call, body: shapes.NewAttachment) -> Any:
    """Ask for an upload; then name the attachment in a message."""
    if body.size > MAX_SIZE:
        raise TooLarge(f"a file is limited to {MAX_SIZE} bytes", "size")
    type_ = body.type.lower()
    if not TYPE.match(type_):
        raise Invalid("not a media type", "type")
    if type_ in REFUSED_TYPES:
        raise Invalid("files of this type are not taken", "type")
    return call.answering(
        lambda once: attach(call.world, call.who, safe_name(body.name), size=body.size, type_=type_, once=once),
        lambda put_up: _view(call, *put_up),
    )


def _view(call: Call, file: Attachment, upload: Any) -> shapes.AttachmentView:
    return shapes.AttachmentView(
        id=file.id,
        name=file.name,
        size=file.size,
        type=file.type,
        url=f"{call.incoming.base_url}/files/{file.id}/{file.secret}",
        upload=shapes.UploadView(url=upload.url, fields=upload.fields, expires_at=time_of(upload.expires_at) or ""),
    )


@route("GET", "/files/{attachment}/{secret}", who="anyone", status=302)
def download(call: Call) -> Reply:
    """Follow a file's lasting link to a fresh download."""
    file = _file(call)
    link = call.world.files.link(file.key, file.name, file.type)
    return Reply(text="", status=302, headers={"Location": link})


@route("GET", "/files/{attachment}/{secret}/view", who="anyone", gives=shapes.FileView)
def view(call: Call) -> shapes.FileView:
    """Show a file in place: a PDF or a picture by its address, of a text how it begins. What it is, its bytes say."""
    file = _file(call)
    head = call.world.files.part(file.key, 0, TEXT_SHOWN) if file.size else b""
    type_ = shown_as(head)
    if not type_:
        raise NotFound("a file of this kind is not shown in place")
    if type_ == "text/plain":
        return shapes.FileView(type=type_, url=None, text=text_of(head), whole=file.size <= TEXT_SHOWN)
    url = call.world.files.link(file.key, file.name, type_, inline=True)
    return shapes.FileView(type=type_, url=url, text=None, whole=True)


def _file(call: Call) -> Attachment:
    file = call.world.store.one(ref(Attachment, call.params["attachment"]))
    if file is None or not hmac.compare_digest(file.secret.encode(), call.params["secret"].encode()):
        raise NotFound("no such file")
    if file.gone_at:
        raise NotFound("the workspace keeps files for no longer")
    return file
