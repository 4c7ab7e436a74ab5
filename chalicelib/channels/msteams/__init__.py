"""Microsoft Teams: a bot of the vendor's, or an outgoing webhook."""
