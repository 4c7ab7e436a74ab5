"""Records as the API shows them."""

from ..desk.customers import Customer, User
from ..desk.deliveries import Delivery
from ..desk.ids import message_id, triage_room_id
from ..desk.messages import Attached, Author, Message
from ..desk.people import Principal
from ..desk.promises import Promise
from ..desk.rooms import Room, Seen, mentioned, unread
from ..desk.workspaces import Agent, ApiKey, Audit, Install, Workspace
from .shapes import (
    AgentView,
    AttachedView,
    AuditView,
    AuthorView,
    CustomerRef,
    CustomerView,
    DeliveryView,
    ForkedFromView,
    GlimpseView,
    InstallView,
    KeyView,
    MessageView,
    OriginView,
    PersonView,
    PromiseView,
    QuoteView,
    ReactionView,
    ReplyView,
    RoomView,
    SourceView,
    UserView,
    WorkspaceView,
    time_of,
)


def workspace_view(workspace: Workspace) -> WorkspaceView:
    """A workspace; of its secrets only which there are."""
    secrets = [{"id": secret.id, "created_at": time_of(secret.created_at) or ""} for secret in workspace.token_secrets]
    return WorkspaceView(
        id=workspace.id,
        name=workspace.name,
        created_at=time_of(workspace.created_at) or "",
        allowed_origins=list(workspace.origins),
        visitors=workspace.visitors,
        token_secrets=secrets,
    )


def agent_view(agent: Agent) -> AgentView:
    """An agent."""
    return AgentView(
        id=agent.id,
        name=agent.name,
        role=agent.role,
        email=agent.email,
        state=agent.state,
        created_at=time_of(agent.created_at) or "",
    )


def key_view(key: ApiKey, plain: str | None = None) -> KeyView:
    """A key; its plain text only when it is issued."""
    return KeyView(
        id=key.id,
        name=key.name,
        agent=key.agent,
        scopes=list(key.scopes),
        created_at=time_of(key.created_at) or "",
        expires_at=time_of(key.expires_at),
        revoked_at=time_of(key.revoked_at),
        key=plain,
    )


def install_view(install: Install, base_url: str, secret: str | None = None) -> InstallView:
    """An install, with the address that its provider sends to."""
    return InstallView(
        id=install.id,
        kind=install.kind,
        name=install.name,
        state=install.state,
        disabled_because=install.disabled_because,
        url=f"{base_url}/in/{install.kind}/{install.id}",
        config=install.config,
        credentials={secret.name: time_of(secret.created_at) or "" for secret in reversed(install.secrets)},
        created_at=time_of(install.created_at) or "",
        secret=secret or None,
    )


def audit_view(entry: Audit) -> AuditView:
    """An entry of the audit log."""
    return AuditView(
        id=entry.id,
        at=time_of(entry.at) or "",
        actor=entry.actor,
        credential=entry.credential,
        verb=entry.verb,
        subject=entry.subject,
        fields=list(entry.fields),
    )


def customer_view(customer: Customer) -> CustomerView:
    """A customer."""
    return CustomerView(
        id=customer.id,
        external_id=customer.external_id,
        name=customer.name,
        attributes=customer.attributes,
        domains=list(customer.domains),
        opted_out=list(customer.opted_out),
        contact=customer.contact,
        language=customer.language,
        timezone=customer.timezone,
        state=customer.state,
        triage_room=triage_room_id(customer.id),
        created_at=time_of(customer.created_at) or "",
    )


def user_view(user: User, customer: Customer) -> UserView:
    """A user."""
    return UserView(
        id=user.id,
        external_id=user.external_id,
        customer=CustomerRef(id=customer.id, external_id=customer.external_id),
        name=user.name,
        email=user.email,
        state=user.state,
        created_at=time_of(user.created_at) or "",
    )


def room_view(room: Room, who: Principal, seen: Seen | None, customer: Customer | None = None) -> RoomView:
    """A room of `customer` as `who` sees it."""
    last, origin = room.last_message, room.origin
    return RoomView(
        id=room.id,
        kind=room.kind,
        name=room.name,
        state=room.state,
        outcome=room.outcome,
        customer=CustomerRef(id=room.customer, external_id=room.customer_external_id) if room.customer else None,
        customer_name=customer.name if customer else None,
        visitor=room.visitor or None,
        assignees=list(room.assignees),
        labels=list(room.labels) if who.is_agent else [],
        turn=room.turn or None,
        waiting_since=time_of(room.waiting_since) if room.turn == "vendor" else None,
        last_message_at=time_of(room.last_message_at),
        last_message=GlimpseView(
            id=message_id(room.id, last.n),
            author=PersonView(kind=last.author_kind, id=last.author, name=last.author_name),
            text=last.text,
        )
        if last
        else None,
        unread=unread(room, seen, who.is_agent),
        mentioned=mentioned(room, who.id, seen),
        messages=room.posts,
        change=room.n,
        promise=promise_view(room.promise),
        origin=OriginView(
            room=origin.room, first=message_id(origin.room, origin.first), last=message_id(origin.room, origin.last)
        )
        if origin
        else None,
        created_at=time_of(room.created_at) or "",
    )


def promise_view(promise: Promise | None) -> PromiseView | None:
    """What a room is promised."""
    if promise is None:
        return None
    return PromiseView(
        text=promise.text,
        due=time_of(promise.due) or "",
        by=promise.by,
        made_at=time_of(promise.made_at) or "",
        state=promise.state,
        overdue=promise.overdue,
        settled_at=time_of(promise.settled_at),
    )


def author_view(author: Author) -> AuthorView:
    """An author."""
    return AuthorView(
        kind=author.kind,
        id=author.id,
        name=author.name,
        external_id=author.external_id or None,
        verified=author.verified,
    )


def attached_view(file: Attached, base_url: str) -> AttachedView:
    """A file of a message; its link redirects to a fresh download."""
    url = f"{base_url}/files/{file.id}/{file.secret}"
    return AttachedView(id=file.id, name=file.name, size=file.size, type=file.type, url=url)


def message_view(message: Message, base_url: str) -> MessageView:
    """A message."""
    reply, source, fork = message.reply_to, message.source, message.forked_from
    quote = reply.quote if reply else None
    return MessageView(
        id=message.id,
        room=message.room,
        change=message.n,
        author=author_view(message.author),
        text=message.text,
        created_at=time_of(message.created_at) or "",
        edited_at=time_of(message.edited_at),
        deleted=message.deleted,
        reply_to=ReplyView(
            message=reply.message,
            quote=QuoteView(start=quote.start, end=quote.end, text=quote.text) if quote else None,
        )
        if reply
        else None,
        attachments=[attached_view(file, base_url) for file in message.attachments],
        mentions=list(message.mentions),
        reactions=_reactions(message),
        internal=message.internal,
        source=SourceView(
            channel=source.channel, install=source.install or None, id=source.id or None, at=time_of(source.at)
        ),
        forked_from=ForkedFromView(room=fork.room, message=message_id(fork.room, fork.n)) if fork else None,
    )


def _reactions(message: Message) -> list[ReactionView]:
    found = []
    for emoji, marks in message.reactions.items():
        people = sorted(person for person, mark in marks.items() if mark.on)
        if people:
            found.append(ReactionView(emoji=emoji, count=len(people), people=people))
    return sorted(found, key=lambda reaction: reaction.emoji)


def delivery_view(row: Delivery) -> DeliveryView:
    """A delivery."""
    return DeliveryView(
        id=row.id,
        room=row.room,
        message=message_id(row.room, row.message),
        install=row.install,
        channel=row.channel,
        what=row.what,
        state=row.state,
        attempts=row.attempts,
        created_at=time_of(row.created_at) or "",
        last_attempt_at=time_of(row.last_at),
        next_attempt_at=time_of(row.next_at) if row.state == "queued" and row.attempts else None,
        provider_id=row.provider_id or None,
        reason=row.reason or None,
    )
