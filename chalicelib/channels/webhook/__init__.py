"""The generic signed webhook, both ways (https://www.standardwebhooks.com)."""
