"""Any tracker that speaks JSON over signed webhooks, both ways (Standard Webhooks 1.0)."""
