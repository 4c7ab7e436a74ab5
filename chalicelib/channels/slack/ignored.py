"""What Slack tells of that says nothing to us, and why."""

# The other subtypes of the documentation, and why each says nothing to us.
SILENT = {
    **dict.fromkeys(
        ("channel_join", "channel_leave", "group_join", "group_leave", "joiner_notification"), "membership"
    ),
    **dict.fromkeys(
        ("channel_archive", "channel_unarchive", "group_archive", "group_unarchive"), "told-by-its-own-event"
    ),
    **dict.fromkeys(("channel_name", "group_name"), "told-by-its-own-event"),
    **dict.fromkeys(("channel_topic", "channel_purpose", "group_topic", "group_purpose"), "topic-of-a-channel"),
    **dict.fromkeys(
        ("channel_posting_permissions", "channel_convert_to_private", "channel_convert_to_public"), "channel-settings"
    ),
    **dict.fromkeys(("channel_canvas_updated", "tabbed_canvas_updated", "document_mention"), "canvas"),
    **dict.fromkeys(("pinned_item", "unpinned_item"), "pin"),
    **dict.fromkeys(("bot_add", "bot_remove", "bot_enable", "bot_disable", "app_conversation_leave"), "bot-membership"),
    "file_mention": "file-mention",
    **dict.fromkeys(("huddle_thread", "sh_room_created", "sh_room_shared"), "huddle"),
    **dict.fromkeys(("reminder_add", "slackbot_response", "assistant_app_thread"), "slack-itself"),
    "message_replied": "told-by-the-reply",
    "tombstone": "told-by-its-own-event",
    "ekm_access_denied": "words-withheld-by-their-keys",
}
# The other events of the documentation, and why each says nothing to us.
IDLE = {
    "app_mention": "told-as-a-message",
    **dict.fromkeys(("message_metadata_updated", "message_metadata_deleted"), "own-message"),
    **dict.fromkeys(
        (
            "app_deleted",
            "app_home_opened",
            "app_installed",
            "app_requested",
            "app_uninstalled_team",
            "call_rejected",
            "accounts_changed",
            "bot_added",
            "bot_changed",
            "commands_changed",
            "apps_changed",
            "apps_installed",
            "apps_uninstalled",
        ),
        "apps",
    ),
    **dict.fromkeys(
        ("assistant_thread_started", "assistant_thread_context_changed", "app_context_changed"), "assistant"
    ),
    **dict.fromkeys(
        (
            "channel_created",
            "channel_history_changed",
            "channel_id_changed",
            "channel_joined",
            "channel_shared",
            "channel_unshared",
            "channel_converted_to_private",
            "channel_marked",
            "group_close",
            "group_open",
            "group_joined",
            "group_marked",
            "group_history_changed",
            "im_close",
            "im_created",
            "im_history_changed",
            "im_open",
            "im_marked",
            "mpim_open",
            "mpim_close",
        ),
        "channel-list",
    ),
    **dict.fromkeys(
        (
            "dnd_updated",
            "dnd_updated_user",
            "presence_change",
            "manual_presence_change",
            "user_typing",
            "user_connection",
            "user_huddle_changed",
            "user_status_changed",
            "pref_change",
        ),
        "presence",
    ),
    **dict.fromkeys(("user_change", "user_profile_changed", "team_join"), "people-are-asked-about-when-they-speak"),
    **dict.fromkeys(
        (
            "email_domain_changed",
            "emoji_changed",
            "team_domain_change",
            "team_rename",
            "team_access_granted",
            "team_access_revoked",
            "team_migration_started",
            "team_plan_change",
            "team_pref_change",
            "team_profile_change",
            "team_profile_delete",
            "team_profile_reorder",
            "grid_migration_started",
            "grid_migration_finished",
            "external_org_migration_started",
            "external_org_migration_finished",
        ),
        "workspace-settings",
    ),
    **dict.fromkeys(
        (
            "file_change",
            "file_comment_added",
            "file_comment_deleted",
            "file_comment_edited",
            "file_created",
            "file_deleted",
            "file_public",
            "file_shared",
            "file_unshared",
        ),
        "files-come-with-their-message",
    ),
    **dict.fromkeys(
        (
            "function_executed",
            "workflow_deleted",
            "workflow_published",
            "workflow_unpublished",
            "workflow_step_deleted",
            "workflow_step_execute",
        ),
        "workflows",
    ),
    **dict.fromkeys(
        (
            "invite_requested",
            "shared_channel_invite_accepted",
            "shared_channel_invite_approved",
            "shared_channel_invite_declined",
            "shared_channel_invite_received",
            "shared_channel_invite_requested",
        ),
        "invitations",
    ),
    **dict.fromkeys(("link_shared", "entity_details_requested"), "links"),
    **dict.fromkeys(("pin_added", "pin_removed", "star_added", "star_removed"), "pin"),
    **dict.fromkeys(("scope_denied", "scope_granted", "resources_added", "resources_removed"), "scopes"),
    **dict.fromkeys(
        ("subteam_created", "subteam_members_changed", "subteam_self_added", "subteam_self_removed", "subteam_updated"),
        "user-groups",
    ),
    **dict.fromkeys(
        ("hello", "goodbye", "reconnect_url", "user_resource_denied", "user_resource_granted", "user_resource_removed"),
        "connection",
    ),
}
