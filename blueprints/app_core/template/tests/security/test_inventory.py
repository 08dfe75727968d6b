"""Nothing is served that the contract does not name (OWASP API9)."""

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

# The description of the API, the page that shows it, and what Prometheus reads.
OUTSIDE = {"/openapi.json", "/docs", "/docs/start.js", "/docs/assets", "/metrics"}


def test_every_other_path_is_in_the_contract(app: FastAPI) -> None:
    served = {str(route.path) for route in iter_route_contexts(app.routes) if route.path}

    assert served - set(app.openapi()["paths"]) == OUTSIDE


def test_errors_are_not_shown_to_callers(app: FastAPI) -> None:
    assert not app.debug
