"""Jira: one project, of Jira Cloud (REST v3, ADF) or of Jira Data Center (REST v2, wiki text)."""
