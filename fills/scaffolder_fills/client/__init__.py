"""Asking language models: the only package that imports instructor and the SDKs, and only when a model is asked."""

from scaffolder_fills.client.client import Client, open_client, preview, why_not

__all__ = ["Client", "open_client", "preview", "why_not"]
