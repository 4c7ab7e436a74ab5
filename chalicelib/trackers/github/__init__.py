"""GitHub Issues: one repository, by an App or a token, on github.com or a server of one's own."""
