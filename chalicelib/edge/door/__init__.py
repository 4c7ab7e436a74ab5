"""What every call passes: the route table, credentials, limits, problem documents."""
