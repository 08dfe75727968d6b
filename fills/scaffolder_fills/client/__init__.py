"""Asking language models: the only package that imports instructor and the SDKs, and only when a model is asked."""

from scaffolder_fills.client.client import Client, open_client, preview, why_not
from scaffolder_fills.client.settings import ClientSettings

__all__ = ["Client", "ClientSettings", "open_client", "preview", "why_not"]
