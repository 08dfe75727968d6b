"""The HTTP side of the application: who calls, where requests go, and how the API describes itself."""
